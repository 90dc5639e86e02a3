"""Converts records, tuples and mappings to values of fields, and many of them to columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from sys import maxsize
from typing import Any

from stoa._schema.extension import rows as extension
from stoa._schema.record import (
    Record,
    RecordType,
    bind_of,
    check_arguments,
    declared,
    is_same_record,
    to_dict,
    to_tuple,
)
from stoa._schema.types import OBJECT, FieldType
from stoa._store.arrow import Exporting
from stoa._store.sources import Source, packed_source, sequence_source
from stoa._store.store import Store, new_store
from stoa.errors import Error, WrongTypeError

CHUNK = 4096


def values_of(store: Store, record: Any) -> tuple[Any, ...]:
    """The values of all fields of a record, a tuple or a mapping, not yet converted."""
    if isinstance(record, tuple):
        if len(record) == len(store.fields):
            return record
        return bind(store, record, {})
    if isinstance(record, Record):
        if not is_same_record(declared(record), store.record):
            if may_lack_fields(store, declared(record)):
                return bind(store, (), to_dict(record))
            raise WrongTypeError(
                f"a {type(record).__name__} is not a {store.record.__name__}, whose fields are "
                f"{', '.join(store.fields)}: give stoa.to_tuple(record), or fields by name"
            )
        return to_tuple(record)
    if isinstance(record, Mapping):
        return bind(store, (), dict(record))
    raise WrongTypeError(f"a record, a tuple or a mapping is needed, not {type(record).__name__}")


def may_lack_fields(store: Store, kind: RecordType) -> bool:
    """Whether records of this kind lack only what came to an open table later."""
    is_own = kind._stoa_family is store.record._stoa_family
    return store.is_open and is_own and store.fields.keys() >= set(kind._stoa_names)


def bind(store: Store, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    try:
        return bind_of(store.record)(*values, **named)
    except TypeError:  # from the arguments, or raised by a factory
        check_arguments(store.record, values, named)
        raise


def given(store: Store, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The values of all fields for the arguments of append and insert."""
    if not named and len(values) == 1 and isinstance(values[0], (tuple, Record, Mapping)):
        return values_of(store, values[0])
    return bind(store, values, named)


def aside(table: Any, records: Iterable[Any]) -> Store | dict[str, Any]:
    """Records as columns outside the table: lists, or a store if there are many."""
    store: Store = table._store
    if isinstance(records, (Mapping, Record, str, bytes)):
        raise WrongTypeError(
            f"an iterable of records is needed, not one {type(records).__name__}; columns are "
            "given by name: extend(x=xs, y=ys)"
        )
    if not hasattr(records, "__iter__") and not hasattr(records, "__getitem__"):
        raise WrongTypeError(f"an iterable of records is needed, not {type(records).__name__}")
    described = store.record
    try:
        return converted_aside(table, records, described)
    except (Error, TypeError) as error:  # for records that fitted the former fields
        store.check_record(described)
        if hasattr(type(records), "__arrow_c_stream__") and not isinstance(records, Exporting):
            raise WrongTypeError(
                f"records are needed, not {type(records).__name__}, which has columns: "
                f"stoa.from_arrow(data, {described.__name__}) makes a table of them, and "
                "extend_arrow(data) adds them"
            ) from error
        raise


def converted_aside(
    table: Any, records: Iterable[Any], described: RecordType
) -> Store | dict[str, Any]:
    store: Store = table._store
    packed = None if extension is None else extension.gather(table, records)
    if packed is not None:
        store.check_record(described)
        fields = store.fields.values()
        return {
            each.name: gathered_source(each.type, cells, bits)
            for each, cells, bits in zip(fields, packed, packed[len(fields) :])
        }
    parts = chunks(store, records, described)
    first: dict[str, Any] = next(parts, {each: [] for each in store.fields})
    second = next(parts, None)
    if second is None:
        return first
    made = new_store(described, 0, 0, store.layout, store.pool)
    for columns in chain([first, second], parts):
        made.extend(columns)
    return made


def gathered_source(of: FieldType, cells: Any, bits: Any) -> Source:
    """Cells that the extension has gathered, with their validity bits, or None."""
    made = packed_source(cells, of, len(cells) // of.width)
    return made if bits is None else made.with_validity(bits)


def chunks(store: Store, records: Iterable[Any], described: RecordType) -> Iterator[dict[str, Any]]:
    """Columns of some records each; columns of objects are lists, others are converted."""
    remaining, done = iter(records), 0
    size = maxsize if store.targets else CHUNK  # no table aside has rows to refer to
    while True:
        chunk = [values_of(store, record) for record in islice(remaining, size)]
        store.check_record(described)
        if not chunk:
            return
        yield columns_of(store, chunk, done)
        store.check_record(described)
        done += len(chunk)


def columns_of(store: Store, chunk: list[tuple[Any, ...]], done: int) -> dict[str, Any]:
    """Converts records, `done` of which come before these. The error is that of the first bad
    one."""
    fields = store.fields.values()
    columns = {each.name: list(column) for each, column in zip(fields, zip(*chunk))}
    try:
        return {
            each.name: columns[each.name]
            if each.type is OBJECT
            else sequence_source(columns[each.name], each)
            for each in fields
        }
    except Exception:
        for i, values in enumerate(chunk, done):
            plain_values(store, values, i)
        raise


def plain_values(store: Store, record: Any, i: int) -> tuple[Any, ...]:
    """The converted values of record i."""
    values, fields = values_of(store, record), store.fields.values()
    return tuple(
        each.type.convert(value, f"{each.name}, value {i},") for each, value in zip(fields, values)
    )
