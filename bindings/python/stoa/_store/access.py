"""How the cells of a table are reached from Python: what its fields are, the views that rows are
made with, and the moments and traps of its columns.

All of it follows the library's table and changes nothing there; that is for the Store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable
from weakref import WeakSet

from stoa._lib.ffi import ffi, lib
from stoa._schema.extension import rows as extension
from stoa._schema.generate import Stage, make_stage, no_field
from stoa._schema.record import RecordType
from stoa._schema.types import OBJECT
from stoa._store import epoch as epochs
from stoa._store import views as c_views
from stoa._store.gate import Fields, Gate
from stoa._store.moments import (
    MOVED,
    ORDER,
    WRITTEN,
    Moment,
    Moments,
    Trap,
    Writes,
    check_moments,
    check_written,
)
from stoa._store.objects import ObjectPool
from stoa._store.sources import StoredField
from stoa.errors import BusyError, FieldNameError


def stored_fields(record: RecordType) -> dict[str, StoredField]:
    """The fields of a table that never had others than its record class. Shared: not to change."""
    made = record.__dict__.get("_stoa_stored")
    if made is None:
        fields = enumerate(record._stoa_fields)
        made = {each.name: StoredField(each.name, each.type, i) for i, each in fields}
        type.__setattr__(record, "_stoa_stored", made)
    return made


def row_parts_of(record: RecordType) -> tuple[tuple[type, Any], Callable[..., None]]:
    """What views are made of, the row class first; and stage(). Made when first needed."""
    made = record.__dict__.get("_stoa_row_parts")
    if made is None:
        made = views.make_row(record), make_stage(record._stoa_fields)
        type.__setattr__(record, "_stoa_row_parts", made)
    return made


views: Any = epochs if extension is None else c_views

if extension is not None and not TYPE_CHECKING:
    StoreBase = extension.StoreBase
else:

    class StoreBase:
        """Where rows find the view to be made with: None until one is asked for."""

        __slots__ = ("view",)

        view: Any


class Access(StoreBase):
    """Of one table, whose Store this is."""

    __slots__ = (
        "__weakref__",
        "c",
        "cells",
        "fields",
        "gate",
        "has_objects",
        "lock",
        "moments",
        "noticed",
        "older",
        "order",
        "pool",
        "positions",
        "record",
        "row_parts",
        "stage",
        "stages",
        "version",
        "width",
        "writable",
        "writes",
    )

    def __init__(self, table: Any, record: RecordType, pool: ObjectPool) -> None:
        """`table` is a stoa_table * that keeps the table."""
        self.c = table
        self.pool = pool
        self.lock = pool.lock  # held by each call that changes the table
        self.gate = Gate()
        self.moments: dict[int, Moment] = {}  # of columns that expressions read, by field
        self.writes = Writes()
        self.order: int = self.c.order
        self.noticed = self.order  # what all have been told of
        self.version = 0  # bumped with the order, and when a field is dropped or renamed
        self.view = None
        self.older: WeakSet[Any] = WeakSet()
        self.describe(record)

    def describe(self, record: RecordType) -> None:
        """Learns the fields; `record` has them in the library's order. All is made before any of it
        is put in place, for readers in other threads. Rows taken so far keep their class and view.
        """
        fields = self.found_fields(record)
        cells: list[Any] = [None] * self.c.field_limit
        for stored in fields.values():
            pointer = lib.stoa_column_cells(self.c, stored.index)
            cells[stored.index] = epochs.make_cells(pointer, stored.type, self.max_rows())
        row_parts, stage = row_parts_of(record)
        has_objects = any(each.type is OBJECT for each in fields.values())
        with self.gate.lock:
            writable = list(cells)
            for field in (*self.moments, *self.gate.fields()):
                if field != ORDER and cells[field] is not None:
                    writable[field] = Trap(self, field)
            view = self.view
            if view is not None:
                self.older.add(view)
                self.view = None
            self.record, self.fields, self.width = record, fields, len(fields)
            # How many values append takes as they come; one may be a record.
            by_name = any(each.kw_only for each in record._stoa_fields)
            self.positions = -1 if by_name or self.width == 1 else self.width
            self.cells, self.writable, self.has_objects = cells, writable, has_objects
            self.row_parts, self.stage = row_parts, stage
            self.stages: list[Stage] = []  # room for rows that are appended, to be used again

    def found_fields(self, record: RecordType) -> dict[str, StoredField]:
        limit = self.c.field_limit
        if limit == len(record._stoa_fields):
            return stored_fields(record)
        indices = [i for i in range(limit) if self.c.columns[i].type != lib.STOA_NO_TYPE]
        return {
            each.name: StoredField(each.name, each.type, index)
            for each, index in zip(record._stoa_fields, indices)
        }

    def has_names(self, record: RecordType) -> bool:
        """Whether the library has the fields of the record by now."""
        names = [lib.stoa_table_field_name(self.c, i) for i in range(self.c.field_limit)]
        known = [ffi.string(each).decode() for each in names if each != ffi.NULL]
        return known == [each.name for each in record._stoa_fields]

    def take_fields(self, record: RecordType, before: Mapping[str, StoredField]) -> None:
        """Learns the fields that the library has by now, and closes those of before."""
        self.describe(record)
        now = {each.index: name for name, each in self.fields.items()}
        for name, each in before.items():
            new_name = now.get(each.index)
            if new_name is None:
                self.end_column(each, f"the field {name!r} was dropped")
            elif new_name != name:
                self.end_column(
                    each, f"the field {name!r} is called {new_name!r} now: take the row again"
                )

    def end_column(self, each: StoredField, message: str) -> None:
        self.version += 1
        with self.gate.lock:
            for view in self.older:
                views.close(view, each.index, message)
            self.end_moment(each.index, message)

    # ---- what it is ----

    def rows(self) -> int:
        return self.c.rows  # type: ignore[no-any-return]

    def max_rows(self) -> int:
        return lib.stoa_table_max_rows(self.c)  # type: ignore[no-any-return]

    def field(self, name: str) -> StoredField:
        """The field of that name; KeyError and AttributeError in one, listing the names."""
        try:
            return self.fields[name]
        except (KeyError, TypeError):
            raise no_field(name, self.fields) from None

    def name_of(self, field: int) -> str:
        """The name of a field, quoted, for messages."""
        names = [each.name for each in self.fields.values() if each.index == field]
        return repr(names[0] if names else "a field")

    def cells_of(self, field: int, name: str) -> Any:
        """The cells of a column, if it is still there; `name` is what it was called."""
        cells = self.cells[field]
        if cells is None:
            raise FieldNameError(f"the field {name!r} was dropped")
        return cells

    def values_at(self, index: int) -> tuple[Any, ...]:
        """The values of row `index`, which must be there."""
        return tuple(
            self.pool.objects[self.cells[each.index][index]]
            if each.type is OBJECT
            else self.cells[each.index][index]
            for each in self.fields.values()
        )

    # ---- views: what rows are made with ----

    def current_view(self) -> Any:
        view = self.view
        if view is None:
            with self.gate.lock:  # one view for all threads, and none that misses a trap
                view = self.view
                if view is None:
                    view = self.view = views.begin(self.row_parts, self.fields.values(), self)
        return view

    def live_views(self) -> list[Any]:
        """Those whose rows may still be used."""
        view = self.view
        return [*self.older, *([view] if view is not None else [])]

    def notice_order(self) -> None:
        """Makes rows stale if the library says that the order has changed. Where it is interrupted
        it is to be called again."""
        order = self.c.order
        self.order = order
        self.version += 1
        with self.gate.lock:
            for each in list(self.older):
                views.reordered(each)
            self.older.clear()
            view = self.view
            if view is not None:
                self.view = views.reordered(view)
        for field in list(self.moments):
            self.end_moment(field, MOVED)
        self.noticed = order

    def check_order(self, order: int, what: str) -> None:
        if order != self.order:
            raise epochs.stale(what)

    def check_version(self, field: int, name: str, order: int, what: str) -> int:
        """For iterators over a column, after the version has changed: does it concern them?"""
        self.check_order(order, what)
        self.cells_of(field, name)
        return self.version

    # ---- moments and traps, which come and go with the gate's lock held ----

    def moment(self, field: int) -> Moment:
        """The moment that lasts until the column, or for ORDER any row's place, changes."""
        found = self.moments.get(field)
        if found is None:
            with self.gate.lock:
                found = self.moments.get(field)
                if found is None:
                    self.trap((field,))  # first, for those who find the moment without the lock
                    found = self.moments[field] = Moment()
        return found

    def trap(self, fields: Fields) -> None:
        """Has writes to cells of these fields noticed, from now on."""
        with self.gate.lock:
            free = [field for field in fields if field != ORDER and not self.is_trapped(field)]
            for field in free:
                self.set_writable(field, Trap(self, field))
            try:
                if free:
                    self.writes.wait()
            except BaseException:  # who comes next has to wait as well
                for field in free:
                    self.set_writable(field, self.cells[field])
                raise

    def is_trapped(self, field: int) -> bool:
        """A field that was dropped needs none."""
        return self.writable[field] is not self.cells[field] or self.cells[field] is None

    def set_writable(self, field: int, cells: Any) -> None:
        self.writable[field] = cells
        for view in self.live_views():
            views.watch(view, field, cells, cells is not self.cells[field])

    def end_moment(self, field: int, why: str) -> None:
        """The cells are put back first: a thread that asks for the moment meanwhile is told of an
        end too early, and never of none."""
        with self.gate.lock:
            if field != ORDER and not self.gate.is_over(field):
                self.set_writable(field, self.cells[field])
            moment = self.moments.get(field)
            if moment is not None:
                moment.over = why  # first, for who comes again after an interrupt
                self.moments.pop(field, None)

    def written(self, field: int) -> None:
        """To be told after each write to a column that is no row's own, before anybody is let in
        that checks moments."""
        if field in self.moments:  # else a trap may stay
            self.end_moment(field, WRITTEN.format(self.name_of(field)))

    def step_aside(self, field: int) -> None:
        """Takes the trap away, also from views that have one still and the store none."""
        why = WRITTEN.format(self.name_of(field)) if field in self.moments else ""
        self.end_moment(field, why)

    def open(self, field: int) -> bool:
        """Before a write to a cell behind a trap: BusyError, or the trap steps aside. Whether it
        may pass though the trap stays, for a run of this very thread."""
        with self.gate.lock:
            check_written(self, field)
            self.step_aside(field)
            return self.gate.is_over(field)

    def check_moments(self, moments: Moments) -> None:
        """After a run: StaleError if one was over before its end."""
        with self.lock, self.gate.lock:  # who writes says so before letting go of these
            if self.gate.is_changed_elsewhere():
                raise BusyError("another thread is changing the table: wait for it")
            check_moments(moments)

    def writing(self, *fields: int) -> Writing:
        """What is to be entered twice around a write to cells of these fields."""
        return Writing(self, fields)


class Writing:
    """`with writing, writing:` around a run that writes to cells of these fields. Expressions
    that read them learn of it at the end, the first or else the second (see Call)."""

    __slots__ = ("fields", "store")

    def __init__(self, store: Access, fields: Fields) -> None:
        self.store = store
        self.fields = fields

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        for field in self.fields:
            self.store.written(field)
