"""Partials: what aggregates have come to after the rows of one part, to be merged with others.

The state is the library's. Beside it Python keeps what a result is made with: names that were
given, lengths of vectors, and the classes of enumerations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Callable, ClassVar, Union

from stoa._access.rows import layout
from stoa._lazy import program, tree
from stoa._lazy.queries import Queries, checked_parameters
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.owner import owned, receiver, taken
from stoa._schema.fields import Field, checked_name
from stoa._schema.record import copy, described
from stoa._schema.types import FieldType, optional_type
from stoa._store.arrivals import fields_of
from stoa._store.objects import ObjectPool
from stoa._store.store import Store
from stoa.errors import ArgumentError, ExpressionError, WrongTypeError, shown

Written = Union[str, Iterable[str], Mapping[str, str]]


class Partial:
    """What aggregates have come to after the rows of one part: `points.partial("sum(x), mean(y)")`.

    It is small, holds no rows, and can be pickled. stoa.merge() makes one of several, whose
    result() is that of one table with the rows of all parts, in their order, bit for bit. len() is
    the number of groups.
    """

    __module__ = "stoa"
    __slots__ = ("_c", "_keys", "_lengths", "_names", "_types")

    _table_of: ClassVar[Callable[[Store], Any]]  # set by table.py

    _c: Any
    _keys: int  # so many of the outputs are keys
    _names: list[str | None]  # by output; None: none was given
    _lengths: list[int]  # of outputs that are vectors; 0: one value
    _types: dict[int, FieldType]  # of outputs that are enumerations

    def __init__(self) -> None:
        raise WrongTypeError("partials are made by points.partial(...) and stoa.merge(...)")

    def __len__(self) -> int:
        """The number of groups; 1 if there are no keys."""
        return lib.stoa_partial_group_count(self._c)  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        groups = f"{len(self)} groups of " if self._keys else ""
        return f"<stoa.Partial: {groups}{len(self._names) - self._keys} aggregates>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Partial):
            return NotImplemented
        return self._parts() == other._parts()

    __hash__ = None  # type: ignore[assignment]

    def result(self) -> Any:
        """The value of the aggregates, or a tuple of several; a record if they were given names.
        With `by`, a table with a row for each group, in the order in which they first came.

        Raises RangeError for a sum of integers that does not fit its type, and BadNameError for two
        outputs of one name.
        """
        store = self._results()
        table = type(self)._table_of(store)
        if self._keys:
            return table
        row = table[0]
        if any(name is not None for name in self._names):
            return copy(row)
        read, of = row._stoa_values(), self._places(list(store.fields.values()))
        values = tuple(
            tuple(read[i] for i in each) if len(each) > 1 else whole(read[each[0]]) for each in of
        )
        return values[0] if len(values) == 1 else values

    def _results(self) -> Store:
        texts = [ffi.NULL if n is None else ffi.new("char[]", n.encode()) for n in self._names]
        names = ffi.new("char *[]", texts)
        made, error = receiver("stoa_table *", lib.stoa_table_free), new_error()
        check(lib.stoa_partial_result(made, self._c, names, len(texts), error), error)
        fields = list(fields_of(made[0]))
        places = self._places(fields)
        for output, of in self._types.items():
            was = fields[places[output][0]]
            check_labels(made[0], places[output][0], was.name, of)
            fields[places[output][0]] = Field(
                was.name, optional_type(of) if was.type.nullable else of
            )
        return Store(taken(made), described(fields), ObjectPool(), 0, layout)

    def _places(self, fields: list[Any]) -> list[range]:
        """The fields of a result that each output went into: of a vector that may be null a field
        for each component."""
        made, at = [], 0
        for length in self._lengths:
            count = 1 if fields[at].type.length else length or 1
            made.append(range(at, at + count))
            at += count
        return made

    def _parts(self) -> tuple[Any, ...]:
        size, error = lib.stoa_partial_size(self._c), new_error()
        room = bytearray(size)
        check(lib.stoa_partial_write(self._c, ffi.from_buffer(room), size, error), error)
        return bytes(room), self._keys, self._names, self._lengths, self._types

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, self._parts()

    def __copy__(self) -> Partial:
        return restored(*self._parts())

    def __deepcopy__(self, memo: dict[int, Any]) -> Partial:
        return restored(*self._parts())


def check_labels(table: Any, field: int, name: str, of: FieldType) -> None:
    """Raises WrongTypeError if the members of an enumeration had other names or places where the
    partial was made."""
    count = ffi.new("size_t *")
    found = lib.stoa_table_field_labels(table, field, count)
    labels = [ffi.string(found[i]).decode() for i in range(count[0])]
    if labels != list(of.labels):
        raise WrongTypeError(
            f"{name} is of {of}, whose members had other names or another order where the partial "
            f"was made: {', '.join(labels)}"
        )


def whole(value: Any) -> Any:
    """A value that needs no table; of a vector a tuple."""
    return value if isinstance(value, (str, bytes)) or not hasattr(value, "__len__") else (*value,)


def made_of(
    pointer: Any,
    keys: int,
    names: list[str | None],
    lengths: list[int],
    types: dict[int, FieldType],
) -> Partial:
    made = object.__new__(Partial)
    made._c, made._keys, made._names = pointer, keys, names
    made._lengths, made._types = lengths, types
    return made


def restored(
    data: bytes,
    keys: int,
    names: list[str | None],
    lengths: list[int],
    types: dict[int, FieldType],
) -> Partial:
    """The partial of a pickle."""
    made, error = receiver("stoa_partial *", lib.stoa_partial_free), new_error()
    check(lib.stoa_partial_read(made, ffi.from_buffer(data), len(data), error), error)
    pointer = owned(taken(made), "stoa_partial *", lib.stoa_partial_free)
    return made_of(pointer, keys, names, lengths, types)


restored.__module__ = "stoa.partial"


def merge(partials: Iterable[Partial]) -> Partial:
    """The partial of all parts, in their order: `stoa.merge(partials).result()`. The others stay as
    they are, and merging can go on, in any grouping.

    Raises ArgumentError if there are none, and WrongTypeError for what is no partial, or one of
    other aggregates, keys or types.
    """
    made: Partial | None = None
    error = new_error()
    for each in partials:
        if not isinstance(each, Partial):
            raise WrongTypeError(f"stoa.merge takes partials, not {type(each).__name__}")
        if made is None:
            made = restored(*each._parts())
        else:
            check(lib.stoa_partial_merge(made._c, each._c, error), error)
    if made is None:
        raise ArgumentError("there are no partials to merge: what would they be of?")
    return made


merge.__module__ = "stoa"


# ---- how partials are made ----


def written(outputs: Any, what: str, given: tree.Parameters) -> tuple[str, list[str | None]]:
    """A text of outputs, or several, or a mapping from names, as one text; and the names."""
    if isinstance(outputs, str):
        node = tree.parse(outputs, given)
        return outputs, [None] * lib.stoa_expression_output_count(node.c)
    if isinstance(outputs, Mapping):
        names: list[str | None] = [checked_name(name) for name in outputs]
        texts = list(outputs.values())
    else:
        if not isinstance(outputs, (list, tuple)) or not all(isinstance(t, str) for t in outputs):
            raise WrongTypeError(f"{what} are given as text or texts, not as {shown(outputs)}")
        texts, names = list(outputs), [None] * len(outputs)
    for text in texts:
        if lib.stoa_expression_output_count(tree.parse(text, given).c) != 1:
            raise ExpressionError(f"each text of several, or of a mapping, is one output: {text!r}")
    if not texts:
        raise ArgumentError(f"no {what} are given")
    return ", ".join(texts), names


def partial_of(of: Queries[Any], outputs: Any, by: Any, parameters: dict[str, Any]) -> Partial:
    """The partial of the rows of a table, a window or a selection."""
    scope, store = of._scope(), of._store
    given = tree.Parameters(checked_parameters(parameters))
    text, names = written(outputs, "aggregates", given)
    keys: list[str | None] = []
    if by is not None:
        key_text, keys = written(by, "keys", given)
        text = f"{key_text}, {text}"
    node = tree.parse(text, given)
    given.check_used()
    condition = None if scope is None else scope.pending()
    # argmin and argmax number the selected rows: these must be found first.
    if re.search(r"\barg(min|max)\s*\(", text):
        condition = None
    if scope is None or condition is None:
        made = program.compiled(store, node)
        chosen = ffi.NULL if scope is None else scope.bits()
        pointer = made.partial(store, of._rows_of(scope), chosen, len(keys))
    else:  # the condition and the aggregates in one pass
        made = program.compiled(store, node, condition._node)
        pointer = made.partial(store, scope.rows, ffi.NULL, len(keys), condition._check)
    found = ((i, program.output_enumeration(made.c, store, i)) for i in range(made.outputs))
    types = {i: each for i, each in found if each is not None}
    return made_of(pointer, len(keys), keys + names, made.lengths, types)
