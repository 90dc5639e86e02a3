"""Writes of cells that hold more than a number: objects, strings and references."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, TypeVar

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._schema.record import RecordType
from stoa._store.access import changed
from stoa._store.calls import Calls
from stoa._store.sources import StoredField, scalar_source
from stoa.errors import RowIdError

T = TypeVar("T")
State = tuple[int, RecordType]


class Place:
    """The arguments and the error of a write of one object."""

    __slots__ = ("error", "pointer", "source")

    def __init__(self) -> None:
        self.error = new_error()
        self.pointer = ffi.new("uintptr_t *")
        self.source = ffi.new("stoa_source *")
        self.source.type, self.source.data = lib.STOA_OBJECT, self.pointer


class Writes(Calls):
    """Calls that write; a Store derives from it."""

    __slots__ = ("places",)

    def __init__(self, *access: Any) -> None:
        self.places: list[Place] = []  # to be reused
        super().__init__(*access)

    def within(self, act: Callable[[], T]) -> T:
        """The result of act(), which changes the table: called with the lock held, and
        concluded."""
        return self.pool.within(act, self)

    def state(self) -> State:
        """A state that changes neither by appended rows nor by written values."""
        return self.order, self.record

    def check_state(self, state: State) -> None:
        """Raises BusyError if rows were removed or reordered, or fields changed, by the user's code
        or by another thread."""
        if state != (self.order, self.record):
            raise changed()

    def check_record(self, record: RecordType) -> None:
        """The same for fields only."""
        if self.record is not record:
            raise changed()

    def write_object(self, field: int, index: int, value: Any, order: int | None = None) -> None:
        """Stores one cell of an object, string or reference field; of a row that was made at that
        order number."""
        if self.c.columns[field].type in (lib.STOA_STRING, lib.STOA_REFERENCE):
            self.write_string(field, index, value, order)
            return
        places = self.places
        try:
            place = places.pop()
        except IndexError:
            place = Place()

        def write() -> int:
            if order is not None:
                self.check_order(order, "row")
            place.pointer[0] = self.pool.pointer_to(value)
            told = self.c, field, index, 1, 1, place.source, place.error
            return lib.stoa_column_write(*told)  # type: ignore[no-any-return]

        status = self.pool.within(write, self)
        if status:
            check(status, place.error)
        places.append(place)

    def write_string(self, field: int, index: int, value: Any, order: int | None) -> None:
        """The same of a string or a reference."""
        stored = next(each for each in self.fields.values() if each.index == field)
        source = scalar_source(value, stored)
        place, error = ffi.new("stoa_source *"), new_error()
        source.put(place, ffi.NULL)

        def write() -> int:
            if order is not None:
                self.check_order(order, "row")
            told = self.c, field, index, 1, 1, place, error
            return lib.stoa_column_write(*told)  # type: ignore[no-any-return]

        status = self.pool.within(write, self)
        if status == lib.STOA_LOCKED:
            self.raise_locked(field)
        if status == lib.STOA_OUT_OF_RANGE:  # another thread removed rows
            raise changed()
        check(status, error)

    def write_objects(
        self, field: StoredField, indices: Sequence[int], values: Sequence[Any], state: State
    ) -> None:
        """Stores cells of an object field; `state` is that of when the rows were found."""
        error, pool = new_error(), self.pool

        def write() -> int:
            self.check_state(state)
            cells = self.cells[field.index]
            before = pool.pointers_to([pool.objects[cells[index]] for index in indices])
            after = pool.pointers_to(values)
            return self.put_objects(field.index, indices, before, after, error)

        check(self.within(write), error)

    def write_references(
        self, field: StoredField, indices: Sequence[int], values: Sequence[Any], state: State
    ) -> None:
        """Stores rows or None into cells of a reference field; `state` is that of when the rows of
        these were found."""
        found = [field.type.convert(value, field.name) for value in values]
        target = self.target_of(field.index)._store
        for i, row in enumerate(found):
            if row is not None and row._stoa_table._store is not target:
                raise RowIdError(
                    f"{field.name}, value {i}, is a row of another table than it refers to"
                )
        encode: Any = field.type.encoder

        def write() -> int:
            self.check_state(state)
            numbers = [encode(row) for row in found]  # raises for a stale row
            for index, number in zip(indices, numbers):
                self.put(field.index, "u", index, number or None)
            return 0

        def store() -> int:  # no run begins before all are stored, and no row goes
            if target is self:
                return self.through_gate(write)
            return target.reading([], self.through_gate, write)  # type: ignore[no-any-return]

        self.within(store)

    def put_objects(
        self, field: int, indices: Sequence[int], before: Any, after: Any, error: Any
    ) -> int:
        """Stores all or none. The pool has room for the objects, since they were just in it."""
        place = ffi.new("stoa_source *")
        place.type = lib.STOA_OBJECT

        def put(pointers: Any, error: Any) -> int:
            for i, index in enumerate(indices):
                place.data = pointers + i
                status: int = lib.stoa_column_write(self.c, field, index, 1, 1, place, error)
                if status:
                    return status
            return 0

        try:
            status = put(after, error)
        except BaseException:
            put(before, ffi.NULL)
            raise
        if status:
            put(before, ffi.NULL)
        return status
