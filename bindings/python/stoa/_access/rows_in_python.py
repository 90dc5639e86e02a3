"""Rows in pure Python: the reference, used by PyPy, and by CPython with STOA_PURE=1.

A row is a table, a view of its columns, the table's order number when the row was made, and an
index. To read it compares the order number, and then reads `view.c0[index]`, where c0 are the cells
of a column; whoever makes a row has checked the index. A view is used as long as the table has the
same fields. When a column is dropped or renamed, existing views get in its place an object that
raises at any access. Appending changes nothing, since columns never move. Writes go through the
library, which counts them and refuses writes to locked columns. They pass the index of the field
(f0, f1, …; -1 once it was taken away).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from stoa._access.attributes import is_late, raise_unknown, read_unknown, write_unknown
from stoa._lib.ffi import lib
from stoa._schema.fields import Field
from stoa._schema.generate import (
    Quiet,
    checked,
    compiled,
    converters,
    decoded,
    hidden,
    keep_class,
    no_delete,
)
from stoa._schema.record import Record, RecordType
from stoa._schema.vectors import vector_property
from stoa._store.cells import PUT, PUT_NULL, Refusal, stale, value_reader
from stoa._store.sources import StoredField
from stoa._store.store import Store

place = object.__setattr__  # Row's own __setattr__ looks at the name
GETATTR = Record.__dict__.get("__getattr__")  # what Record has on PyPy
set_class = object.__dict__["__class__"].__set__  # which it refuses
PUT_NAMES: dict[str, Any] = {"_stoa_put_null": PUT_NULL}
PUT_NAMES.update({f"_stoa_put_{kind.replace('?', 'b')}": put for kind, put in PUT.items()})


class Row(Quiet):
    """The base of all rows."""

    __slots__ = ("_stoa_index", "_stoa_order", "_stoa_table", "_stoa_view")

    _stoa_index: int
    _stoa_order: int
    _stoa_table: Any
    _stoa_view: Any

    def _stoa_is_fresh(self) -> bool:
        return self._stoa_order == self._stoa_table._store.order  # type: ignore[no-any-return]

    def _stoa_refuse(self, i: int, status: int) -> None:
        # Raises the reason for which the library refused the write. Returns if the value itself is
        # bad; converting it again then raises.
        if not self._stoa_is_fresh() or status == lib.STOA_STALE:
            raise stale("row")
        getattr(self._stoa_view, f"c{i}")[self._stoa_index]  # raises if the field was taken away
        if status == lib.STOA_LOCKED:
            self._stoa_table._store.raise_locked(self._stoa_view.columns[i])

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            of_record = getattr(super(), "__getattr__", None)
            is_of_user = getattr(of_record, "__func__", None) is not GETATTR
            if of_record is not None and is_of_user and not is_late(self, name):
                return of_record(name)
            found = read_unknown(self, name)
            return object.__getattribute__(self, name) if found is NotImplemented else found

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "__class__":
                keep_class()
            try:
                object.__setattr__(self, name, value)
            except AttributeError:
                if write_unknown(self, name, value) is NotImplemented:
                    raise

        def __delattr__(self, name: str) -> None:
            if name in type(self)._stoa_names:
                raise no_delete(name)
            try:
                object.__delattr__(self, name)
            except AttributeError:
                raise_unknown(self, name)
                raise


# ---- row classes ----


def make_row(record: RecordType) -> tuple[type, Any]:
    """The row class of a record class, and its view class."""
    fields = record._stoa_fields
    source: list[str] = []
    for i, each in enumerate(fields):
        if each.type.length:
            continue
        source += object_property(i, each) if each.type.kind in "osr" else plain_property(i, each)
    source += row_values_source(fields)
    made = compiled(source, {**converters(fields), **PUT_NAMES, "_stoa_stale": stale})
    namespace = {
        "__slots__": (),
        "_stoa_values": made["_stoa_values"],
        **{
            each.name: vector_property(each, stale)
            if each.type.length
            else made[f"_stoa_property_{i}"]
            for i, each in enumerate(fields)
        },
    }
    return hidden(record, (Row, record), namespace), make_view_class(len(fields))


def make_view_class(count: int) -> type:
    cells = [f"{kind}{i}" for kind in "cf" for i in range(count)]
    slots = (*cells, "columns", "followers", "objects", "row_class", "table", "texts")
    slots = (*slots, "__weakref__")
    return type("View", (), {"__slots__": slots})


FRESH = [
    "    if self._stoa_order != self._stoa_table._store.order:",
    "        raise _stoa_stale('row')",
]


def plain_property(i: int, each: Field) -> list[str]:
    # PyPy's compiler takes parameters with defaults for constants, but not global names.
    names = ("put", "type", "int", "float", f"encode_{i}")
    put = f"_stoa_put(view.table, view.f{i}, self._stoa_index, self._stoa_order, value)"
    if each.type.nullable:
        of_null = put.replace("_stoa_put(", "_stoa_put_null(").replace(", value)", ")")
        put = f"{of_null} if value is None else {put}"
    told = [f"        _stoa_convert_{i}(value, {each.name!r})"] if each.type.encoder is None else []
    return [
        f"def _stoa_get(self, _stoa_decode_{i}=_stoa_decode_{i}):",
        *FRESH,
        f"    return {decoded(each, f'self._stoa_view.c{i}[self._stoa_index]', i)}",
        f"_stoa_put = _stoa_put_{each.type.base.kind.replace('?', 'b')}",
        f"def _stoa_set(self, value, {', '.join(f'_stoa_{name}=_stoa_{name}' for name in names)}):",
        f"    value = {checked(each, 'value', i, in_place=True)}",
        "    view = self._stoa_view",
        "    try:",
        f"        status = {put}",
        "    except OverflowError:  # beyond int64, or the field is closed",
        "        status = -1",
        "    if status:",
        f"        self._stoa_refuse({i}, status)",
        *told,
        f"_stoa_property_{i} = property(_stoa_get, _stoa_set)",
    ]


def object_property(i: int, each: Field) -> list[str]:
    cell = f"self._stoa_view.c{i}[self._stoa_index]"
    return [
        "def _stoa_get(self):",
        *FRESH,
        "    view = self._stoa_view",
        f"    return {decoded(each, cell, i)}",
        "def _stoa_set(self, value):",
        "    store = self._stoa_table._store",
        "    def _stoa_write():",
        f"        {cell}  # refuses where the field was taken away",
        f"        column = self._stoa_view.columns[{i}]",
        "        store.write_object(column, self._stoa_index, value, self._stoa_order)",
        "    store.within(_stoa_write)",
        f"_stoa_property_{i} = property(_stoa_get, _stoa_set)",
    ]


def row_values_source(fields: Sequence[Field]) -> list[str]:
    cells = [f"view.c{i}[index]" for i in range(len(fields))]
    values = "".join(
        f"{decoded(each, cell, i)}, " for i, (each, cell) in enumerate(zip(fields, cells))
    )
    return [
        "def _stoa_values(self):",
        *FRESH,
        "    view = self._stoa_view",
        "    index = self._stoa_index",
        f"    return ({values})",
    ]


# ---- views: the layout of a table's rows (see Layout in access.py) ----


def begin(parts: tuple[type, Any], fields: Iterable[StoredField], store: Store) -> Any:
    """A new view; its attributes c0, c1, … are the cells of the fields."""
    row_class, view_class = parts
    view = view_class()
    view.row_class = row_class
    view.columns = tuple(each.index for each in fields)
    view.objects = store.pool.objects
    view.texts, view.followers = store.texts, store.followers
    view.table = store.c  # the owner of the cells, even if the table were made anew
    for i, each in enumerate(fields):
        setattr(view, f"c{i}", store.cells_for(each))
        setattr(view, f"f{i}", each.index)
    return view


def close(view: Any, column: int, message: str) -> None:
    """Closes one field for the rows of the view."""
    if column in view.columns:
        i = view.columns.index(column)
        setattr(view, f"c{i}", Refusal(message))
        setattr(view, f"f{i}", -1)


def renew(row: Any, view: Any) -> None:
    """Makes the row one of the view."""
    if row._stoa_view is not view:
        set_class(row, view.row_class)
        place(row, "_stoa_view", view)


# ---- loops ----


def iterate(rows: Any) -> Iterator[Any]:
    """Yields a row for each position."""
    table = rows._table
    view, order = table._store.current_view(), table._store.order
    return (row_at(table, view, order, index) for index in steps(rows, "iterator"))


def move(rows: Any) -> Iterator[Any]:
    """Yields one row that moves from position to position."""
    table = rows._table
    row = row_at(table, table._store.current_view(), table._store.order, 0)
    return (place(row, "_stoa_index", index) or row for index in steps(rows, "cursor"))


def values(rows: Any, fields: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """Yields a tuple per row, with the values of the fields at these places of the record."""
    store = rows._store
    stored = list(store.fields.values())
    view = store.current_view()
    readers = [value_reader(stored[i].type, view, stored[i].index) for i in fields]
    read = reader(tuple((i, each is not None) for i, each in zip(fields, readers)))
    return read(rows._table, view, steps(rows, "iterator"), readers)  # type: ignore[no-any-return]


def new_row(table: Any, position: int) -> Any:
    """Row `position` of the table, which must exist."""
    store = table._store
    view, order = store.view or store.current_view(), store.order
    if position >= store.rows():  # another thread removed rows in between
        raise stale("row")
    return row_at(table, view, order, position)


def row_at(table: Any, view: Any, order: int, index: int) -> Any:
    row = object.__new__(view.row_class)
    place(row, "_stoa_table", table)
    place(row, "_stoa_view", view)
    place(row, "_stoa_order", order)
    place(row, "_stoa_index", index)
    return row


def steps(rows: Any, what: str) -> Iterator[int]:
    """The positions; raises StaleError once rows were removed or reordered."""
    store: Store = rows._store
    return running(store, rows._range(), store.order, rows._follows, what)


def running(
    store: Store, positions: Sequence[int], order: int, follows: bool, what: str
) -> Iterator[int]:
    if store.order != order:
        store.check_order(order, what)
    done = len(positions)
    while positions:
        for index in positions:
            yield index
            if store.order != order:
                store.check_order(order, what)
        positions = range(done, store.rows()) if follows else ()
        done += len(positions)


@lru_cache(maxsize=256)
def reader(columns: tuple[tuple[int, bool], ...]) -> Any:
    """Writes read(table, view, positions, readers), which gives a tuple for each position. It reads
    through the view, where fields that were taken away refuse, and keeps the table. The readers are
    for the columns whose cells are not the values."""
    cells = [f"view.c{i}[index]" for i, _ in columns]
    values = "".join(
        f"read_{k}({cell}), " if is_read else f"{cell}, "
        for k, (cell, (_, is_read)) in enumerate(zip(cells, columns))
    )
    names = "".join(f"read_{k}, " for k in range(len(columns)))
    source = ["def read(table, view, positions, readers):"]
    source += [f"    {names}= readers"] if columns else []
    source += ["    for index in positions:", f"        yield ({values})"]
    return compiled(source, {})["read"]
