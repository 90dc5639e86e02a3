"""describe(): the aggregates of each field, as a table with a row per field.

All are computed in one run, so that they cover the same rows even if rows are appended meanwhile. A
row per field (instead of a column, as in pandas) keeps integers exact, since a column has one type.
"""

from __future__ import annotations

from typing import Any

from stoa._lazy import program, tree
from stoa._lazy.queries import Queries
from stoa._lib.ffi import ffi, lib
from stoa._schema.record import Record
from stoa._schema.types import int64
from stoa._store.sources import StoredField


class Summary(Record):
    """A row of describe(): a field's name and type, and aggregates of its values.

    `count` is how many there are that are not None, `nan` how many of a float field's are no
    number. The others are what the methods of these names give: of bool fields too, of object and
    enumeration fields None, as of no rows.
    """

    name: Any
    type: Any
    count: int64
    nan: Any = None
    mean: Any = None
    std: Any = None
    min: Any = None
    max: Any = None


def summaries(rows: Queries[Any]) -> list[Summary]:
    scope, store = rows._scope(), rows._store
    fields = list(store.fields.values())
    asked = [aggregates(each) for each in fields]
    nodes = [node for parts in asked for node in parts.values()]
    compiled = program.kept(store, tree.listed([tree.call(lib.STOA_COUNT, []), *nodes]))
    chosen = ffi.NULL if scope is None else scope.bits()
    found = iter(compiled.compute(store, rows._rows_of(scope), chosen))
    compiled.keep()
    count = next(found)
    return [
        Summary(each.name, each.type, **{"count": count, **dict(zip(parts, found))})
        for each, parts in zip(fields, asked)
    ]


def aggregates(field: StoredField) -> dict[str, tree.Node]:
    """The aggregates computed for a field, by their names in a Summary."""
    kind, node = field.type.kind, tree.field(field)
    may_be_null = field.type.nullable or kind == "r"
    counted = {"count": tree.call(lib.STOA_COUNT, [node])} if may_be_null else {}
    if kind in "oesr":
        return counted
    operations = {"mean": lib.STOA_MEAN, "std": lib.STOA_STD} if kind != "t" else {}
    operations.update(min=lib.STOA_MIN, max=lib.STOA_MAX)
    made = {name: tree.call(operation, [node]) for name, operation in operations.items()}
    if field.type.base.kind == "f":
        is_nan = tree.call(lib.STOA_ISNAN, [node])
        made = {"nan": tree.call(lib.STOA_SUM, [is_nan]), **made}
    return {**counted, **made}
