"""Access to the cells of a table from Python: its fields, the views with which rows are made,
writes to single cells, and the versions of its columns.

All of this follows the library's table. Changes of its rows and fields are the Store's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Callable, Protocol
from weakref import WeakSet

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._schema.extension import rows as extension
from stoa._schema.generate import no_field
from stoa._schema.record import RecordType, made_for
from stoa._schema.vectors import VectorCells
from stoa._store.cells import PUT, PUT_NULL, make_cells, stale, value_reader
from stoa._store.gate import Gate
from stoa._store.objects import ObjectPool
from stoa._store.sources import StoredField
from stoa._store.staging import Stage, make_stage
from stoa._store.strings import Texts
from stoa._store.targets import OWN, Follower, use_scatter
from stoa.errors import BusyError, FieldNameError


def stored_fields(record: RecordType) -> dict[str, StoredField]:
    """The fields of a table that has exactly the fields of its record class. Shared: do not
    change."""
    kept = made_for(record)
    made: dict[str, StoredField] | None = kept.get("stored")
    if made is None:
        made, index = {}, 0
        for each in record._stoa_fields:
            made[each.name] = StoredField(each.name, each.type, index)
            index += each.type.length or 1
        kept["stored"] = made
    return made


class Layout(Protocol):
    """How rows are made and find their cells. Higher layers provide it: rows_in_c.py and
    rows_in_python.py."""

    def make_row(self, record: RecordType) -> tuple[type, Any]:
        """The row class of a record class, and what else begin() needs."""

    def begin(self, parts: tuple[type, Any], fields: Iterable[StoredField], store: Any) -> Any:
        """A new view, with which rows of the store are made from now on."""

    def close(self, view: Any, column: int, message: str) -> None:
        """Closes one field for the rows of a view."""

    def renew(self, row: Any, view: Any) -> None:
        """Gives a row a view of the same table."""


def row_parts_of(record: RecordType, layout: Layout) -> tuple[type, Any]:
    """The parts of views, the row class first. Made when first needed."""
    kept = made_for(record)
    made: tuple[type, Any] | None = kept.get("row_parts")
    if made is None:
        kept["row_parts"] = made = layout.make_row(record)
    return made


def stage_of(record: RecordType) -> Callable[..., None]:
    """stage(), likewise."""
    kept = made_for(record)
    made: Callable[..., None] | None = kept.get("stage")
    if made is None:
        kept["stage"] = made = make_stage(record._stoa_fields)
    return made


def changed() -> BusyError:
    return BusyError(
        "rows or fields of the table were changed meanwhile, by another thread or by what was read"
    )


def raise_changed() -> None:
    raise changed()


if extension is not None and not TYPE_CHECKING:
    StoreBase = extension.StoreBase
else:

    class StoreBase:
        """The view with which rows are made; None until it is first needed."""

        __slots__ = ("view",)

        view: Any


class Access(StoreBase):
    """Access to one table; a Store derives from it."""

    __slots__ = (
        "__weakref__",
        "append_width",
        "c",
        "cell_count",
        "cells",
        "columns",
        "fields",
        "followers",
        "gate",
        "generation",
        "has_handles",
        "has_objects",
        "home",
        "layout",
        "lock",
        "noticed",
        "objects",
        "older",
        "order",
        "pool",
        "readers",
        "record",
        "referrers",
        "row_parts",
        "stage",
        "stages",
        "targets",
        "texts",
        "vectors",
        "width",
    )

    def __init__(self, table: Any, record: RecordType, pool: ObjectPool, layout: Layout) -> None:
        """`table` is a stoa_table *, which keeps the table alive."""
        self.c = table
        self.pool, self.objects = pool, pool.objects
        self.texts = Texts(table)
        self.layout = layout
        self.lock = pool.lock  # held by each call that changes the table
        self.gate = Gate(table)
        self.order: int = self.c.order
        self.noticed = self.order  # the order number for which rows were made stale
        self.generation = 0  # grows with the order, and when a field is dropped or renamed
        self.view = None
        self.older: WeakSet[Any] = WeakSet()
        self.followers: dict[int, Follower] = {}  # by field: of references
        self.targets: dict[int, Any] = {}  # by field: the tables that they refer to, or OWN
        self.home: Any = None  # gives the table of the store, which refers to itself
        self.referrers: WeakSet[Any] | None = None  # stores whose targets it is among
        self.describe(record)

    def describe(self, record: RecordType) -> None:
        """Takes over the fields of `record`, which has them in the library's order. Everything is
        made before any of it is put in place, because other threads may read. Existing rows keep
        their class and view.
        """
        fields = self.found_fields(record)
        cells: list[Any] = [None] * self.c.field_limit
        flat = [each for stored in fields.values() for each in stored.cells()]
        for each in flat:
            pointer = lib.stoa_column_cells(self.c, each.index)
            validity = lib.stoa_column_validity(self.c, each.index)
            cells[each.index] = make_cells(pointer, each.type, self.max_rows(), validity)
        vectors = {
            stored.index: VectorCells([cells[part.index] for part in stored.parts])
            for stored in fields.values()
            if stored.parts
        }
        row_parts, stage = row_parts_of(record, self.layout), stage_of(record)
        kinds = {each.type.kind for each in fields.values()}
        indices = [each.index for each in fields.values() if each.type.kind == "r"]
        self.targets = {i: self.targets[i] for i in indices if i in self.targets}
        for each in fields.values():
            if each.type.kind == "r":
                self.followers.setdefault(each.index, Follower(self, each))
        stored = list(fields.values())
        readers = [(i, value_reader(each.type, self, each.index)) for i, each in enumerate(stored)]
        with self.gate.lock:
            view = self.view
            if view is not None:
                self.older.add(view)
                self.view = None
            # First, so that a thread that reads the record before this finds no stages of other
            # fields.
            self.stages: list[Stage] = []  # memory for rows to be stored, to be reused
            self.record, self.fields, self.width = record, fields, len(fields)
            # How many values append takes positionally; one value may be a record.
            by_name = any(each.kw_only for each in record._stoa_fields)
            self.append_width = -1 if by_name or self.width == 1 else self.width
            self.cells, self.has_objects, self.vectors = cells, "o" in kinds, vectors
            self.has_handles = "o" in kinds or "s" in kinds
            # Of the fields whose cells are not the values, by place.
            self.readers = [(i, read) for i, read in readers if read is not None]
            self.cell_count = len(flat)  # fields of the library
            # By name, the fields and the components of vectors among them.
            self.columns = {each.name: each for each in (*flat, *fields.values())}
            self.row_parts, self.stage = row_parts, stage

    def found_fields(self, record: RecordType) -> dict[str, StoredField]:
        limit = self.c.field_limit
        if limit == sum(each.type.length or 1 for each in record._stoa_fields):
            return stored_fields(record)
        indices = [i for i in range(limit) if self.c.columns[i].type != lib.STOA_NO_TYPE]
        made, at = {}, 0
        for each in record._stoa_fields:
            made[each.name] = StoredField(each.name, each.type, indices[at])
            at += each.type.length or 1
        return made

    def has_names(self, record: RecordType) -> bool:
        """Whether the library's table has the fields of the record now."""
        names = [lib.stoa_table_field_name(self.c, i) for i in range(self.c.field_limit)]
        known = [ffi.string(each).decode() for each in names if each != ffi.NULL]
        expected = (StoredField(each.name, each.type, 0) for each in record._stoa_fields)
        return known == [each.name for stored in expected for each in stored.cells()]

    def take_fields(self, record: RecordType, before: Mapping[str, StoredField]) -> None:
        """Takes over the fields that the library's table has now, and closes the former ones."""
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
        self.generation += 1
        with self.gate.lock:
            for view in self.older:
                self.layout.close(view, each.index, message)

    def target_of(self, field: int) -> Any:
        """The table that a reference field refers to."""
        try:
            found = self.targets[field]
        except KeyError:
            raise FieldNameError("the reference that this was taken from was dropped") from None
        return self.home() if found is OWN else found

    # ---- properties ----

    def rows(self) -> int:
        return self.c.rows  # type: ignore[no-any-return]

    def has_ids(self) -> bool:
        return self.c.ids != ffi.NULL  # type: ignore[no-any-return]

    def max_rows(self) -> int:
        return lib.stoa_table_max_rows(self.c)  # type: ignore[no-any-return]

    def field(self, name: str) -> StoredField:
        """The field of that name. Raises FieldNameError, a KeyError and an AttributeError."""
        try:
            return self.columns[name]
        except (KeyError, TypeError):
            raise self.no_field(name) from None

    def no_field(self, name: Any) -> FieldNameError:
        first, dot, _ = name.partition(".") if isinstance(name, str) else ("", "", "")
        if not dot or first not in self.columns or self.columns[first].type.kind != "r":
            return no_field(name, self.fields)
        return FieldNameError(f"{name} is a path, and {use_scatter(name)}")

    def name_of(self, field: int) -> str:
        """The name of a field, quoted, for messages."""
        for each in self.fields.values():
            if any(cell.index == field for cell in each.cells()):
                return repr(each.name)
        return "a field"

    def cells_of(self, field: int, name: str) -> Any:
        """The cells of a column, if it still exists; `name` is what it was called."""
        cells = self.cells[field]
        if cells is None:
            raise FieldNameError(f"the field {name!r} was dropped")
        return cells

    def cells_for(self, field: StoredField) -> Any:
        """The cells of a field that exists; those of a vector give tuples."""
        return self.vectors[field.index] if field.parts else self.cells[field.index]

    def values_at(self, index: int) -> tuple[Any, ...]:
        """The values of row `index`, which must exist."""
        values = [self.cells_for(each)[index] for each in self.fields.values()]
        for i, read in self.readers:
            values[i] = read(values[i])
        return tuple(values)

    # ---- views, with which rows are made ----

    def current_view(self) -> Any:
        view = self.view
        if view is None:
            with self.gate.lock:  # one view for all threads
                view = self.view
                if view is None:
                    view = self.view = self.layout.begin(self.row_parts, self.fields.values(), self)
        return view

    def conclude(self) -> None:
        """Does in Python what a change of the table requires."""
        if self.c.order != self.noticed:
            self.notice_order()

    def notice_order(self) -> None:
        """Makes rows stale if the library's order has changed. If it is interrupted, it is to be
        called again."""
        order = self.c.order
        self.order = order
        self.generation += 1
        with self.gate.lock:
            self.older.clear()  # their rows are stale
        self.noticed = order

    def check_order(self, order: int, what: str) -> None:
        if order != self.order:
            raise stale(what)

    def check_generation(self, field: int, name: str, order: int, what: str) -> int:
        """For iterators over a column, once the generation has changed: raises if that concerns
        them."""
        self.check_order(order, what)
        self.cells_of(field, name)
        return self.generation

    # ---- writes ----

    def put(self, field: int, kind: str, index: int, value: Any) -> None:
        """Stores a converted value into a cell of row `index`, which existed a moment ago."""
        if value is None:
            status = PUT_NULL(self.c, field, index, self.order)
        else:
            status = PUT[kind](self.c, field, index, self.order, value)
        if status == lib.STOA_LOCKED:
            self.raise_locked(field)
        if status:
            raise changed()

    def put_vector(
        self, field: StoredField, index: int, order: int, values: tuple[Any, ...]
    ) -> None:
        """Stores converted numbers into the components of a row that was taken at that order."""
        self.check_order(order, "vector")
        self.cells_of(field.index, field.name)
        for part in field.parts:
            if self.c.columns[part.index].locked:
                self.raise_locked(part.index)
        kind = field.type.base.kind
        for part, value in zip(field.parts, values):
            self.put(part.index, kind, index, value)

    def raise_locked(self, field: int) -> None:
        """Raises BusyError: a run in another thread uses the column; or LentError."""
        nothing, error = ffi.new("stoa_source *"), new_error()
        nothing.type = lib.stoa_table_field_type(self.c, field)
        nothing.unit = lib.stoa_table_field_unit(self.c, field)
        nothing.is_zoned = lib.stoa_table_field_zone(self.c, field) != ffi.NULL
        status = lib.stoa_column_write(self.c, field, 0, 1, 0, nothing, error)
        if status == lib.STOA_LENT:
            check(status, error)  # the library says what holds the memory
        raise BusyError(
            f"{self.name_of(field)} can't be written to while another thread computes with it: "
            "wait for it"
        )
