"""What comes in by Arrow: streams and arrays in capsules, of any library that makes them.

A stream is pulled through pointers to its functions, which lets other threads in: it may wait for
one that reads a table of ours. What it gives is then copied by a single call, which nobody else can
come into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.owner import owned, receiver, taken
from stoa._schema import times
from stoa._schema.fields import MISSING, Field
from stoa._schema.generate import no_value
from stoa._schema.record import RecordType
from stoa._schema.types import BY_NUMBER, FieldType, optional_type
from stoa._schema.vectors import vector_type
from stoa._store.arrow import ARRAY, SCHEMA, STREAM, new_struct, pointer_in, released
from stoa._store.pandas_frames import prepared
from stoa._store.store import Store
from stoa.errors import BadNameError, OutOfMemoryError, RefusedError, WrongTypeError, shown

GROUP_ROWS, GROUP_ARRAYS = 1 << 20, 16  # are pulled before they are copied
MOST_RESERVED = 1 << 40

INDEX = re.compile("__index_level_[0-9]+__")

TIMES = {each.number: each for each in times.CLASSES}


class Arrivals:
    """A schema, and arrays of it, one after the other; of a record class, if it is known."""

    __slots__ = ("keep", "schema", "stream", "waiting")

    def __init__(self, value: Any, record: RecordType | None = None) -> None:
        value = prepared(value, record)
        self.keep: Any = None  # capsules, which own what they hold
        self.stream: Any = None
        self.waiting: list[Any] = []
        if hasattr(type(value), "__arrow_c_stream__"):
            self.take_stream(value.__arrow_c_stream__(None))  # old Polars asks for the argument
        elif hasattr(type(value), "__arrow_c_array__"):
            self.keep = value.__arrow_c_array__(None)
            if not isinstance(self.keep, tuple) or len(self.keep) != 2:
                raise WrongTypeError(
                    "__arrow_c_array__ gives two capsules, of a schema and of an array, not "
                    + shown(self.keep)
                )
            self.schema = pointer_in(self.keep[0], SCHEMA)
            self.waiting.append(pointer_in(self.keep[1], ARRAY))
        else:
            raise WrongTypeError(
                "from Arrow comes what has __arrow_c_stream__ or __arrow_c_array__, such as "
                f"tables of pyarrow, Polars, DuckDB or pandas: not {type(value).__name__}"
            )

    def take_stream(self, capsule: Any) -> None:
        self.keep = capsule
        self.stream = pointer_in(capsule, STREAM)
        self.schema = new_struct(SCHEMA)
        self.pull("get_schema", self.schema)

    def pull(self, function: str, place: Any) -> None:
        stream = self.stream
        if stream.release == ffi.NULL:
            raise RefusedError("the stream of Arrow was read before, or released")
        call, tell = getattr(stream, function), stream.get_last_error
        if call == ffi.NULL:
            raise RefusedError(f"the stream of Arrow has no {function}")
        code = call(stream, place)
        if code:
            said = ffi.NULL if tell == ffi.NULL else tell(stream)
            why = f"error {code}" if said == ffi.NULL else ffi.string(said).decode(errors="replace")
            raise RefusedError(f"the stream of Arrow failed: {why}")

    def __iter__(self) -> Iterator[Any]:
        """Yields the arrays, and releases the stream at its end: who asks for it again, by the same
        capsule, gets an error and not nothing. Raises RefusedError if the stream fails."""
        yield from self.waiting
        while self.stream is not None:
            array = new_struct(ARRAY)
            self.pull("get_next", array)
            if array.release == ffi.NULL:
                released(self.stream)
                return
            yield array

    def fields(self) -> list[Field]:
        """The fields of the schema, which the library reads: nothing else trusts it.

        Raises WrongTypeError for a column of a type that no field can have.
        """
        made, error = receiver("stoa_table *", lib.stoa_table_free), new_error()
        small = ffi.new("stoa_table_options *", {"max_rows": 1})
        check(lib.stoa_table_from_arrow_schema(made, self.schema, small, error), error)
        table = owned(taken(made), "stoa_table *", lib.stoa_table_free)
        return list(fields_of(table))

    def check_complete(self, record: RecordType) -> None:
        """Raises WrongTypeError where a field without a default has no column."""
        names = {each.name for each in self.fields()}
        for each in record._stoa_fields:
            if each.default is MISSING and each.name not in names:
                raise no_value(record.__name__, each.name)

    def fill(self, store: Store) -> None:
        """Adds the rows of all arrays to a new table, some arrays at a time: what comes around the
        copy of a small one takes longer than the copy. Raises RefusedError if the stream fails."""
        group: list[Any] = []
        rows = 0
        for array in self:
            if rows >= GROUP_ROWS or len(group) == GROUP_ARRAYS:
                if store.rows() == 0:  # more come: a hint, which may be refused
                    with suppress(OutOfMemoryError):
                        store.grow(lib.stoa_table_reserve, min(2 * rows, MOST_RESERVED))
                self.append_to(store, group)
                group, rows = [], 0
            group.append(array)
            rows += max(array.length, 0)
        self.append_to(store, group)

    def append_to(self, store: Store, arrays: list[Any]) -> None:
        """Adds the rows of these arrays to a table: all, or none."""
        places = ffi.new("struct ArrowArray *[]", arrays)
        store.grow(lib.stoa_table_extend_arrow, self.schema, places, len(arrays))


def fields_of(table: Any) -> Iterator[Field]:
    """The fields of a table of the library."""
    vector, at = ffi.new("stoa_vector *"), 0
    while at < table.field_limit:
        name, of = lib.stoa_table_field_name(table, at), type_at(table, at)
        if lib.stoa_table_field_vector(table, at, vector) == lib.STOA_OK:
            name, of = vector.name, vector_type(of, vector.length)
        at += of.length or 1
        yield Field(checked_column(ffi.string(name).decode()), of)


def checked_column(name: str) -> str:
    """The name of a column, unless it is what pandas and pyarrow call an index without a name."""
    if INDEX.fullmatch(name):
        raise BadNameError(
            f"{name!r} is the frame's index, which has no name: frame.reset_index(drop=True) "
            "leaves it out, frame.reset_index() makes a column of it"
        )
    return name


def type_at(table: Any, field: int) -> FieldType:
    number = lib.stoa_table_field_type(table, field)
    found = BY_NUMBER.get(number)
    if found is None:
        zone = lib.stoa_table_field_zone(table, field)
        name = None if zone == ffi.NULL else ffi.string(zone).decode()
        found = times.type_of(TIMES[number], lib.stoa_table_field_unit(table, field), name)
    is_nullable = lib.stoa_table_field_flags(table, field) & lib.STOA_NULLABLE
    return optional_type(found) if is_nullable else found
