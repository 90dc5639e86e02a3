"""The library's table, which is the basis of Table, rows, windows and columns.

Every call into the library that changes a table is made here, except for writes of cells (cells.py,
writing.py) and assignments (program.py). Its consequences in Python take effect before the method
returns: rows become stale, objects without cells are released, a status becomes an exception. The
Store is not public; its Table is a thin wrapper.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, TypeVar
from weakref import WeakSet

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.owner import owned, receiver, taken
from stoa._schema.fields import Field
from stoa._schema.record import RecordType, derived, described
from stoa._schema.types import IS_PYPY, OBJECT
from stoa._store.access import Layout, changed, stage_of
from stoa._store.changes import FieldChange
from stoa._store.describing import describe_field, described_fields
from stoa._store.objects import ObjectPool
from stoa._store.sources import (
    Source,
    StoredField,
    VectorSource,
    check_length,
    is_cells,
    parts_of,
    source_of,
)
from stoa._store.staging import Stage
from stoa._store.targets import OWN, Targets
from stoa._store.writing import State, Writes
from stoa.errors import LengthError

if IS_PYPY and not TYPE_CHECKING:
    from __pypy__ import add_memory_pressure
else:

    def add_memory_pressure(size: int) -> None:
        """Tells PyPy's collector about memory that it cannot see."""


append = lib.stoa_table_append
T = TypeVar("T")


class Store(Writes):
    """The library's table and the data that Python keeps beside it."""

    __slots__ = ("asked", "assignments", "is_open")

    def __init__(
        self, pointer: Any, record: RecordType, pool: ObjectPool, asked: int, layout: Layout
    ) -> None:
        """Takes over the library's table. `asked` is the max_rows that was asked for, or 0."""
        table = owned(pointer, "stoa_table *", lib.stoa_table_free)
        add_memory_pressure(pointer.rows * lib.stoa_table_row_bytes(pointer))
        self.asked = asked
        self.is_open = False  # whether an attribute that is set on a row makes its field
        self.assignments: dict[int, int] = {}  # number of assignments to the whole column, by field
        super().__init__(table, record, pool, layout)

    def like(self, pointer: Any, record: RecordType) -> Store:
        """A store for another table, with the same pool and options."""
        made = Store(pointer, record, self.pool, self.asked, self.layout)
        made.is_open = self.is_open
        if self.targets:
            made.take_targets(
                {name: self.targets.get(each.index) for name, each in self.references()}
            )
        return made

    def references(self) -> list[tuple[str, StoredField]]:
        return [(name, each) for name, each in self.fields.items() if each.type.kind == "r"]

    def take_targets(self, targets: Targets) -> None:
        for name, each in self.references():
            self.take_target(each.index, targets[name])

    def take_target(self, field: int, target: Any) -> None:
        self.targets[field] = target
        if target is not OWN:
            store = target._store
            if store.referrers is None:
                store.referrers = WeakSet()
            store.referrers.add(self)

    def taken_along(self) -> list[Store]:
        """The other stores of which rows may go along with rows of this one."""
        found: dict[Store, None] = {}
        asked: list[Store] = [self]
        while asked:
            for each in list(asked.pop().referrers or ()):
                rules = (field.on_remove for field in each.record._stoa_fields)
                if each is not self and each not in found and "cascade" in rules:
                    found[each] = None
                    asked.append(each)
        return list(found)

    # ---- calls into the library ----

    def removing(self, act: Callable[[], T]) -> T:
        """The result of act(), as by within(), where rows may be removed, and rows of other stores
        along with them: these are changed, too. All take locks in one order, so that no two wait
        for each other."""
        others = self.taken_along()
        if not others:
            return self.within(act)

        def remove() -> T:
            if set(self.taken_along()) != set(others):
                raise changed()
            return act()

        for each in others:
            remove = partial(each.changing, remove)
        for each in sorted([self, *others], key=lambda each: each.pool.key, reverse=True):
            remove = partial(each.within, remove)
        return remove()

    def changing(self, act: Callable[[], T]) -> T:
        """act() as a change of this store, whose lock is held."""
        self.end_exports()
        return self.through_gate(act)

    def derive(
        self, function: Callable[..., int], *arguments: Any, state: State | None = None
    ) -> Store:
        """A new store, with what function(place, table, …) copies; `state` is that of when the rows
        were found."""
        made, error = receiver("stoa_table *", lib.stoa_table_free), new_error()
        gate, key = self.gate, object()

        def copy() -> RecordType:
            if state is not None:
                self.check_state(state)
            record = self.record
            try:
                gate.enter_run(key)
                check(function(made, self.c, *arguments, error), error)
            finally:
                gate.runs.pop(key, None)
            return record

        record = self.within(copy)
        return self.like(taken(made), record)

    # ---- changes ----

    def change(
        self, function: Callable[..., int], *arguments: Any, state: State | None = None
    ) -> None:
        """A call that may reorder rows; `state` is that of when they were found."""
        self.change_within(self.within, function, *arguments, state=state)

    def remove(
        self, function: Callable[..., int], *arguments: Any, state: State | None = None
    ) -> None:
        """The same of a call that may remove rows."""
        self.change_within(self.removing, function, *arguments, state=state)

    def change_within(
        self,
        within: Callable[[Callable[[], int]], int],
        function: Callable[..., int],
        *arguments: Any,
        state: State | None,
    ) -> None:
        error = new_error()

        def change() -> int:
            if state is not None:
                self.check_state(state)
            self.end_exports()
            return self.through_gate(function, self.c, *arguments, error)

        check(within(change), error)

    def grow(self, function: Callable[..., int], *arguments: Any) -> None:
        """A call that only adds rows, or room for them."""
        error = new_error()

        def grow() -> int:
            self.end_exports()
            return function(self.c, *arguments, error)

        check(self.within(grow), error)

    def resize(self, rows: int) -> None:
        """Adds rows of defaults, or removes rows."""

        def grow() -> None:
            more = rows - self.rows()
            if more < 0:  # others added rows meanwhile: none may be removed here
                raise changed()
            self.grow(lib.stoa_table_extend, ffi.NULL, 0, more)

        if rows < self.rows():
            self.remove(lib.stoa_table_resize, rows)
        else:
            self.within(grow)

    def clear(self) -> None:
        self.remove(lib.stoa_table_resize, 0)

    def append(self, values: Sequence[Any]) -> None:
        """Appends a row: a value for each field, not yet converted."""
        if self.has_handles:
            self.store_row(lib.stoa_table_insert, self.rows, values)
            return
        record, stages = self.record, self.stages
        if len(values) != self.width:
            raise changed()
        try:
            stage = stages.pop()
        except IndexError:
            stage = Stage(record._stoa_fields)
        try:
            self.stage(stage.into, *values)
        except (struct.error, OverflowError, TypeError):
            self.convert(values)  # raises a better error
            raise
        if IS_PYPY:
            with self.lock:
                self.check_record(record)
                status = append(self.c, stage.values, self.cell_count, stage.error)
        else:  # no other thread runs until the call is done
            if self.record is not record:
                raise changed()
            status = append(self.c, stage.values, self.cell_count, stage.error)
        if status:
            self.refuse(status, stage.error, values)
        stages.append(stage)

    def insert(self, index: int, values: Sequence[Any]) -> None:
        """Inserts it before row `index`, which is interpreted as by list.insert after the values
        are read."""
        self.store_row(
            lib.stoa_table_insert, lambda: slice(index, None).indices(self.rows())[0], values
        )

    def replace(self, index: int, values: Sequence[Any], state: State) -> None:
        """Stores it into row `index`; `state` is that of when the row was found."""

        def found() -> int:
            self.check_state(state)
            return index

        self.store_row(lib.stoa_table_replace, found, values)

    def store_row(
        self, function: Callable[..., int], find: Callable[[], int], values: Sequence[Any]
    ) -> None:
        """Replaces the row that find() returns; it is called with the lock held."""
        record, stages = self.record, self.stages
        try:
            stage = stages.pop()
        except IndexError:
            stage = Stage(record._stoa_fields)
        encoded = self.fill(stage, record, values)

        def store() -> int:
            self.check_record(record)
            for i, text in encoded:
                stage.values[i].string.bytes, stage.values[i].string.length = text, len(text)
            self.point_at_objects(stage, values)
            index = find()
            told = self.c, index, stage.values, self.cell_count, stage.error
            return self.through_gate(function, *told) if index < self.rows() else function(*told)

        status = self.pool.within(store, self)
        if status:
            self.refuse(status, stage.error, values)
        stages.append(stage)

    def fill(
        self, stage: Stage, record: RecordType, values: Sequence[Any]
    ) -> list[tuple[int, Any]]:
        """Puts the values of a row into a stage, converted except for objects. Returns the places
        and the bytes of strings, to which the stage is still to point."""
        fields, fill = record._stoa_fields, stage_of(record)
        if len(values) != len(fields):
            raise changed()
        numbers = [
            0 if each.type is OBJECT or (each.type.kind == "s" and value is not None) else value
            for value, each in zip(values, fields)
        ]
        try:
            fill(stage.into, *numbers)
        except (struct.error, OverflowError, TypeError):
            for value, each in zip(values, fields):  # raises a better error
                each.type.convert(value, each.name)
            raise
        encoded, at = [], 0
        for value, each in zip(values, fields):
            text = each.type.convert(value, each.name) if each.type.kind == "s" else None
            if text is not None:
                encoded.append((at, ffi.from_buffer(text.encode())))
            at += each.type.length or 1
        return encoded

    def point_at_objects(self, stage: Stage, values: Sequence[Any]) -> None:
        """Only during a call of the pool."""
        if self.has_objects:
            at = 0
            for value, each in zip(values, self.fields.values()):
                if each.type is OBJECT:
                    pointer = self.pool.pointer_to(value)
                    stage.values[at].object = ffi.cast("void *", pointer)
                at += each.type.length or 1

    def refuse(self, status: int, error: Any, values: Sequence[Any]) -> None:
        if status in (lib.STOA_OVERFLOW, lib.STOA_WRONG_TYPE):
            self.convert(values)
        check(status, error)

    def convert(self, values: Sequence[Any]) -> list[Any]:
        """The values converted for their fields."""
        fields = self.fields.values()
        return [each.type.convert(value, each.name) for value, each in zip(values, fields)]

    def handles_of(self, field: StoredField, values: Any) -> Source:
        """Strings for a field as handles of the table's pool, which they enter."""
        named = described([Field(field.name, field.type)])
        aside = new_store(named, 0, 0, self.layout, self.pool, self.c.strings)
        aside.extend({field.name: values})
        cells, validity = lib.stoa_column_cells(aside.c, 0), lib.stoa_column_validity(aside.c, 0)
        made = Source(field.type, ffi.cast("char *", cells), aside.rows(), keep=aside)
        made.strings, made.validity = aside.c.strings, ffi.cast("uint8_t *", validity)
        return made

    def compact(self) -> None:
        """Gives back the memory of strings that no cell holds."""
        error = new_error()

        def compact() -> int:
            status: int = self.through_gate(lib.stoa_table_compact, self.c, error)
            self.texts.forget()
            return status

        check(self.within(compact), error)

    def write(self, field: StoredField, rows: range, values: Any, state: State) -> None:
        """Stores cells of a column, from a Source or another column; `state` is that of when the
        rows were found."""
        place, error = ffi.new("stoa_source *"), new_error()
        start = rows.start if rows else 0
        if field.parts:
            values = self.fitting(values, field)

        def store() -> int:
            source, status = source_of(values, field), 0
            check_length(source, len(rows), field.name)
            for part, to in zip(parts_of(source), field.cells()):
                part.enter(self.pool).put(place, ffi.NULL)
                told = self.c, to.index, start, rows.step, len(rows), place, error
                status = status or self.through_gate(lib.stoa_column_write, *told)
            return status

        def write() -> int:
            self.check_state(state)
            return self.beside((values,), store)

        check(self.within(write), error)

    def fitting(self, values: Any, field: StoredField) -> Any:
        """The same vectors, as cells of the field's type: they are stored by a call for each
        component, which must not fail once the first is stored."""
        source = source_of(values, field)
        same = all(part.type is field.type.base for part in source.parts)
        if same or source.length is None:  # one value is converted already
            return values
        made = new_store(described([Field(field.name, field.type)]), 0, 0, self.layout)
        made.extend({field.name: source})
        cells = [lib.stoa_column_cells(made.c, i) for i in range(len(source.parts))]
        parts = [Source(field.type.base, each, source.length, keep=made) for each in cells]
        return VectorSource(field.type, parts)

    def extend(self, columns: Mapping[str, Any]) -> None:
        """Appends rows from columns of equal length; fields that are not given get their
        default."""

        def extend(sources: Any, rows: int, error: Any) -> int:
            status: int = lib.stoa_table_extend(self.c, sources, len(sources), rows, error)
            return status

        self.store_columns(columns, extend)

    def splice(self, places: range, columns: Mapping[str, Any], state: State, what: str) -> None:
        """Replaces rows by others; if the step is 1, their number may change. `state` is that of
        when they were found."""

        def splice(sources: Any, rows: int, error: Any) -> int:
            self.check_state(state)
            if rows != len(places) and (places.step != 1 or what):
                raise LengthError(f"{rows} records were given for {len(places)} rows of {what}")
            start = max(places.start, 0)  # may be -1 for an empty range that runs backwards
            told = lib.stoa_table_splice, self.c, start, places.step, len(places)
            put = (*told, sources, len(sources), rows, error)
            return self.through_gate(*put) if start < self.rows() else put[0](*put[1:])  # type: ignore[no-any-return]

        self.store_columns(columns, splice, self.removing)

    def store_columns(
        self,
        columns: Mapping[str, Any],
        store: Callable[[Any, int, Any], int],
        within: Callable[[Callable[[], int]], int] | None = None,
    ) -> None:
        """Stores rows by one call of store(sources, rows, error)."""
        record, fields = self.record, [self.field(name) for name in columns]
        values = [
            value if is_cells(value) else source_of(value, each)
            for value, each in zip(columns.values(), fields)
        ]
        cells = [cell for each in fields for cell in each.cells()]
        places, error = ffi.new("stoa_source[]", len(cells)), new_error()

        def enter_and_store() -> int:
            sources = [source_of(value, each) for value, each in zip(values, fields)]
            rows = sources[0].length or 0
            for source, each in zip(sources, fields):
                check_length(source, rows, each.name)
            parts = [part for source in sources for part in parts_of(source)]
            for place, part, cell in zip(places, parts, cells):
                part.enter(self.pool).put(place, cell.c_name)
            return store(places, rows, error)

        def write() -> int:
            self.check_record(record)
            return self.beside(values, enter_and_store)

        check((within or self.within)(write), error)

    # ---- fields ----

    def add_field(self, each: Field, target: Any = OWN) -> None:
        """Adds a field behind the others; target: of a reference."""
        place, error = ffi.new("stoa_field *"), new_error()
        c_name, change = ffi.new("char[]", each.name.encode()), FieldChange(self)

        def add() -> int:
            record = derived(self.record, [*self.record._stoa_fields, each])
            kept = describe_field(place, each, c_name, self.pool, target)
            told = lib.stoa_table_add_field, self.c, place, ffi.NULL, error
            field, status = self.c.field_limit, -1
            if each.type.kind == "r":
                self.take_target(field, target)
            try:
                status = self.through_gate(change.describe, record, *told)
            finally:
                if status:
                    self.targets.pop(field, None)
            del kept  # the library has copied it
            return status

        check(self.pool.within(add, change), error)

    def drop_field(self, name: str) -> None:
        """Drops a field. Its column is kept until no row can read it any more, whatever other
        threads do meanwhile."""
        error, change = new_error(), FieldChange(self)

        def drop() -> int:
            each = self.field(name)
            record = derived(self.record, [f for f in self.record._stoa_fields if f.name != name])
            self.export(each.index)
            try:
                told = lib.stoa_table_drop_field, self.c, each.c_name, error
                status = self.through_gate(change.describe, record, *told)
                change.conclude()
            finally:
                lib.stoa_column_unexport(self.c, each.index)
            return status

        check(self.pool.within(drop, change), error)

    def rename_field(self, name: str, new_name: str) -> None:
        """Gives a field another name."""
        error, change = new_error(), FieldChange(self)

        def rename() -> int:
            each, fields = self.field(name), self.record._stoa_fields
            renamed = [f.renamed(new_name) if f.name == name else f for f in fields]
            record, c_name = derived(self.record, renamed), ffi.new("char[]", new_name.encode())
            told = lib.stoa_table_rename_field, self.c, each.c_name, c_name, error
            return self.through_gate(change.describe, record, *told)

        check(self.pool.within(rename, change), error)


def new_store(
    record: RecordType,
    rows: int,
    max_rows: int,
    layout: Layout,
    pool: ObjectPool | None = None,
    strings: Any = ffi.NULL,
    ids: bool = False,
    targets: Targets | None = None,
) -> Store:
    """A new store with `rows` rows of defaults. Stores that share a pool of strings, a
    stoa_string_pool *, share the pool of objects, whose lock stands for both."""
    pool = pool or ObjectPool()
    options = ffi.new("stoa_table_options *")
    options.strings, options.ids = strings, ids
    options.rows, options.max_rows, options.pool = rows, max_rows, pool.pointer
    made, error = receiver("stoa_table *", lib.stoa_table_free), new_error()

    def make() -> Store:
        fields = described_fields(record, pool, targets or {})
        check(lib.stoa_table_new(made, fields[0], len(fields[0]), options, error), error)
        store = Store(taken(made), record, pool, max_rows, layout)
        store.take_targets(targets or {})
        return store

    return pool.within(make)
