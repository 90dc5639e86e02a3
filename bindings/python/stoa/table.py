"""Tables: records kept as columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, MutableSequence
from itertools import chain, islice
from operator import index as as_index
from random import Random
from typing import Any, Callable, Union, overload

from stoa import pickling, typed
from stoa._access.row import checked_row, delete_field, raise_closed, raise_stale, raise_unknown
from stoa._lazy import masks
from stoa._lazy.expression import Expression
from stoa._lazy.operators import Operators
from stoa._lazy.queries import R
from stoa._lazy.selection import Selection
from stoa._lib.ffi import ffi, lib
from stoa._schema.extension import rows as extension
from stoa._schema.fields import MISSING, Field, FieldOptions, fields_of_description
from stoa._schema.generate import keep_class, no_value
from stoa._schema.record import (
    Record,
    RecordType,
    described,
    is_same_record,
    remake,
    shown_class,
)
from stoa._schema.types import OBJECT
from stoa._store.sources import StoredField, given_source, packed_source, sequence_source
from stoa._store.store import State, Store, new_store, raise_changed
from stoa.column import Column, slice_of
from stoa.errors import (
    ArgumentError,
    Error,
    FullError,
    InUseError,
    LengthError,
    RowIndexError,
    WrongTypeError,
    shown,
)
from stoa.sequence import Rows

CHUNK = 4096
NO_RECORDS: tuple[Any, ...] = ()

RecordLike = Union[Record, "tuple[Any, ...]", Mapping[str, Any]]


def record_class_of(description: Any) -> RecordType:
    """The record class of what a table was asked to be made of."""
    if not isinstance(description, RecordType):
        return described(fields_of_description(description))
    if not description._stoa_fields:
        raise WrongTypeError(f"{description.__name__} has no fields: declare some in a subclass")
    return description


def checked_count(value: Any, what: str, least: int = 0) -> int:
    try:
        number = int(as_index(value))
    except TypeError:
        raise WrongTypeError(f"{what} is an integer, not {type(value).__name__}") from None
    if number < least:
        raise ArgumentError(f"{what} is at least {least}, not {shown(number)}")
    if number >= 2**63:
        raise FullError(f"{what} is less than 2**63, not {shown(number)}")
    return number


def is_made(table: Table[Any]) -> bool:
    try:
        return table._store is not None
    except AttributeError:
        return False


class Table(Rows[R], MutableSequence[R]):  # type: ignore[misc]
    """Records kept as typed columns: a sequence of rows.

        points = stoa.Table(Point)                        no rows
        points = stoa.Table(Point, 1000)                  rows of defaults, and zeros
        points = stoa.Table(Point, [(1, 2), Point(3, 4)]) records, tuples or mappings
        points = stoa.Table({"x": "int32", "w": ("float64", 1.0)})
        points = stoa.Table(a_structured_numpy_dtype)

    A row costs the sum of its field widths. Columns never move, however far the table grows, up
    to max_rows rows: by default as many as address space can be had for. `points[i]` is a row,
    which reads and writes the table; `points.x` is a column, as is `points["x"]`, whose name may be
    that of a method. Any number of threads may read, or one may write.
    """

    __slots__ = ("__weakref__",)

    _stoa_record = None
    _follows = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        record = typed.record_of(cls, Table)
        if record is not None:
            cls._stoa_record = record
            typed.check_columns(cls, Table, record)

    @overload
    def __init__(
        self,
        record: type[R],
        rows: int | Iterable[R | tuple[Any, ...] | Mapping[str, Any]] = ...,
        *,
        max_rows: int | None = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: Table[Any],
        record: Mapping[str, Any],
        rows: int | Iterable[Any] = ...,
        *,
        max_rows: int | None = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        rows: int | Iterable[R | tuple[Any, ...]] = ...,
        /,
        *,
        max_rows: int | None = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: Table[Any],
        record: Any,
        rows: int | Iterable[Any] = ...,
        *,
        max_rows: int | None = ...,
    ) -> None: ...
    def __init__(self, record: Any = None, rows: Any = 0, *, max_rows: int | None = None) -> None:
        if is_made(self):
            raise WrongTypeError("a table is made once: clear() and extend() fill it anew")
        if isinstance(record, RecordType):
            record = shown_class(record)
        own = type(self)._stoa_record
        if own is not None and record is not own:
            if isinstance(record, RecordType):
                raise WrongTypeError(f"{type(self).__name__} is a table of {own.__name__}")
            record, rows = own, rows if record is None else record
        if record is None:
            raise WrongTypeError("a table is made of a record class: stoa.Table(Point, …)")
        made = record_class_of(record)
        limit = 0 if max_rows is None else checked_count(max_rows, "max_rows", 1)
        is_count = hasattr(rows, "__index__")
        count = checked_count(rows, "the number of rows") if is_count else 0
        has_factories = any(each.factory is not MISSING for each in made._stoa_fields)
        object.__setattr__(self, "_store", new_store(made, 0 if has_factories else count, limit))
        if not is_count:
            self.extend(rows)
        elif has_factories:
            self.resize(count)

    @classmethod
    def from_columns(cls, record: type[R] | Any = None, /, **columns: Any) -> Table[R]:
        """A table of columns of the same length: `Table.from_columns(Point, x=xs, y=ys)`.

        Each is a buffer, an array or an iterable; fields with defaults may be left out.
        """
        made = cls(record) if record is not None else cls()
        made.extend(**columns)
        return made

    def _around(self, store: Store) -> Table[R]:
        made = object.__new__(type(self))
        object.__setattr__(made, "_store", store)
        return made

    # ---- what Rows and Queries need ----

    def _scope(self) -> None:
        return None

    @property
    def _table(self) -> Table[R]:  # type: ignore[override]
        return self

    def _range(self) -> range:
        return range(self._store.rows())

    def __len__(self) -> int:
        return self._store.c.rows  # type: ignore[no-any-return]

    def _column(self, name: str) -> Column[Any]:
        return Column(self._store, self._store.field(name))

    # ---- what it is ----

    @property
    def max_rows(self) -> int:
        """How many rows the table can ever have."""
        return self._store.max_rows()

    @property
    def capacity(self) -> int:
        """How many rows it can have without asking the system for memory again."""
        return lib.stoa_table_capacity(self._store.c)  # type: ignore[no-any-return]

    @property
    def order(self) -> int:
        """Counts removals, insertions in the middle and reorderings: what makes rows stale."""
        return self._store.order

    def __sizeof__(self) -> int:
        store = self._store
        cells = self.capacity * int(lib.stoa_table_row_bytes(store.c))
        return object.__sizeof__(self) + cells + store.pool.nbytes()

    # ---- more rows ----

    def append(self, /, *values: Any, **named: Any) -> None:
        """One row more: `append(1, 2, w=3.0)`, or one record, tuple or mapping.

        Every field without a default must be given. Makes no row stale.
        """
        store = self._store
        if named or len(values) != store.positions:
            values = self._given(values, named)
        store.append(values)

    def _given(self, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """The values of all fields that the arguments of append and insert give."""
        if not named and len(values) == 1 and isinstance(values[0], (tuple, Record, Mapping)):
            return self._values_of(values[0])
        return self._bind(values, named)

    def insert(  # type: ignore[override]
        self, index: int, /, *values: Any, **named: Any
    ) -> None:
        """The same before row `index`, as with a list. O(rows behind it); all rows become stale."""
        given = self._given(values, named)
        self._store.insert(masks.integer(index), given)

    def extend(self, records: Iterable[Any] = NO_RECORDS, /, **columns: Any) -> None:
        """Rows from an iterable of records, tuples and mappings; or from columns.

        `extend(x=xs, y=ys)` takes buffers, arrays and iterables of the same length, and copies
        buffers of the field's type as fast as memory allows. All rows come, or none.
        """
        if columns:
            if records is not NO_RECORDS:
                raise WrongTypeError("extend takes records or columns, not both")
            self._extend_columns(columns)
            return
        if extension is not None and extension.extend(self, records):
            return
        self._store.extend(self._columns_aside(records))

    def _extend_columns(self, columns: dict[str, Any]) -> None:
        for name in columns:
            self._store.field(name)
        sizes = [len(each) for each in columns.values() if hasattr(each, "__len__")]
        for each in self._store.record._stoa_fields:
            if each.name in columns or each.default is not MISSING:
                continue
            if each.factory is MISSING:
                raise no_value(self._store.record.__name__, each.name)
            if not sizes:
                raise LengthError("of columns one at least must have a length")
            columns[each.name] = [each.factory() for _ in range(sizes[0])]
        self._store.extend(columns)

    def _columns_aside(self, records: Iterable[Any]) -> dict[str, Any]:
        """Records as columns that the store takes."""
        aside = self._aside(records)
        if isinstance(aside, Store):
            return {each.name: Column(aside, each) for each in aside.fields.values()}
        return aside

    def _aside(self, records: Iterable[Any]) -> Store | dict[str, Any]:
        """Records as columns that are not in the table yet: lists, or for many a store."""
        if isinstance(records, Rows) and is_same_record(records._store.record, self._store.record):
            return {name: records._column(name) for name in self._store.fields}
        if isinstance(records, (Mapping, Record, str, bytes)):
            raise WrongTypeError(
                f"an iterable of records is needed, not one {type(records).__name__}; columns are "
                "given by name: extend(x=xs, y=ys)"
            )
        if not hasattr(records, "__iter__") and not hasattr(records, "__getitem__"):
            raise WrongTypeError(f"an iterable of records is needed, not {type(records).__name__}")
        described = self._store.record
        try:
            return self._converted_aside(records, described)
        except Error:  # of records that fitted the fields of before
            self._check_record(described)
            raise

    def _converted_aside(
        self, records: Iterable[Any], described: RecordType
    ) -> Store | dict[str, Any]:
        packed = None if extension is None else extension.gather(self, records)
        if packed is not None:
            self._check_record(described)
            return {
                each.name: packed_source(cells, each.type, len(cells) // each.type.width)
                for each, cells in zip(self._store.fields.values(), packed)
            }
        chunks = self._chunks(records, described)
        first: dict[str, Any] = next(chunks, {each: [] for each in self._store.fields})
        second = next(chunks, None)
        if second is None:
            return first
        store = new_store(described, 0, 0, self._store.pool)
        for columns in chain([first, second], chunks):
            store.extend(columns)
        return store

    def _chunks(self, records: Iterable[Any], described: RecordType) -> Iterator[dict[str, Any]]:
        """Columns of some records each; objects as lists, others converted."""
        remaining, done = iter(records), 0
        while True:
            chunk = [self._values_of(record) for record in islice(remaining, CHUNK)]
            self._check_record(described)
            if not chunk:
                return
            yield self._columns_of(chunk, done)
            self._check_record(described)
            done += len(chunk)

    def _columns_of(self, chunk: list[tuple[Any, ...]], done: int) -> dict[str, Any]:
        """Of records that `done` others came before. The first that cannot be converted tells."""
        fields = self._store.fields.values()
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
                self._plain_values(values, i)
            raise

    def _plain_values(self, record: Any, i: int) -> tuple[Any, ...]:
        """The values of record i of many, converted."""
        values, fields = self._values_of(record), self._store.fields.values()
        return tuple(
            each.type.convert(value, f"{each.name}, value {i},")
            for each, value in zip(fields, values)
        )

    def _check_record(self, described: RecordType) -> None:
        if self._store.record is not described:
            raise_changed()

    def __iadd__(self, records: Iterable[Any]) -> Table[R]:
        self.extend(records)
        return self

    def resize(self, rows: int) -> None:
        """More rows with defaults, or zeros where there is none; or fewer."""
        rows = checked_count(rows, "the number of rows")
        store, before = self._store, self._store.rows()
        factories = [f for f in store.record._stoa_fields if f.factory is not MISSING]
        if rows <= before or not factories:
            store.resize(rows)
            return
        made = {}
        for each in factories:
            values = [each.factory() for _ in range(rows - before)]
            made[each.name] = given_source(values, StoredField(each.name, each.type, 0))
        with store.lock, (call := store.call()), call:
            if store.rows() != before:
                raise_changed()
            store.extend(made)

    def reserve(self, rows: int) -> None:
        """Memory for so many rows in all: appends up to there cannot fail for want of it."""
        self._store.grow(lib.stoa_table_reserve, checked_count(rows, "the number of rows"))

    def shrink(self) -> None:
        """Gives memory beyond the rows back to the system."""
        self._store.shrink()

    # ---- fewer rows ----

    def __delitem__(self, key: Any) -> None:
        """Removes a row, or those of a slice. O(rows behind it); all rows become stale."""
        if isinstance(key, str):
            raise WrongTypeError(f"a field goes by drop_field({key!r})")
        if not isinstance(key, slice):
            self._change_at(lib.stoa_table_remove, key, count=(1,))
            return
        key = masks.checked_slice(key)
        store = self._store
        with store.lock, (call := store.call()), call:
            gone = masks.part(key, self._range)
            if len(gone) <= 1 or abs(gone.step) == 1:
                first = min(gone[0], gone[-1]) if gone else 0
                self._store.change(lib.stoa_table_remove, first, len(gone))
            else:
                mask = bytearray(b"\1") * self._store.rows()
                mask[slice_of(gone)] = bytes(len(gone))
                self._keep(bytes(mask))

    def _change_at(
        self, function: Callable[..., int], *indices: Any, count: tuple[int, ...] = ()
    ) -> None:
        """A change of the rows that these indices mean, when nobody else can come in between."""
        numbers = [masks.integer(each) for each in indices]
        store = self._store
        with store.lock, (call := store.call()), call:
            found = [masks.position(each, self._range) for each in numbers]
            self._store.change(function, *found, *count)

    def pop(self, index: int = -1) -> R:
        """Removes a row and returns its values as a standalone record."""
        number, store = masks.integer(index), self._store
        with store.lock, (call := store.call()), call:
            if not store.rows():
                raise RowIndexError("pop from a table without rows")
            position = masks.position(number, self._range)
            record: Any = remake(store.record, store.values_at(position))
            store.change(lib.stoa_table_remove, position, 1)
        return record  # type: ignore[no-any-return]

    def remove(self, value: Any) -> None:
        """Removes the first row that is equal to a record or tuple; ValueError: there is none."""
        state = self._store.state()
        self._store.change(lib.stoa_table_remove, self._first(value), 1, state=state)

    def swap_remove(self, index: int) -> None:
        """Removes a row and puts the last one in its place: O(1)."""
        self._change_at(lib.stoa_table_swap_remove, index)

    def keep(self, condition: Any, /, **parameters: Any) -> None:
        """Removes the rows for which a condition does not hold: `points.keep("x > 0")`.

        It is a sequence or buffer of booleans, one for each row, or whatever where() takes.
        """
        if isinstance(condition, (str, Operators, Selection)) or parameters:
            (~self.where(condition, **parameters)).delete()
        else:
            state = self._store.state()
            self._keep(masks.mask_bytes(condition, self._store.rows()), state)

    def _keep(self, mask: bytes, state: State | None = None) -> None:
        data = ffi.from_buffer("uint8_t[]", mask)
        self._store.change(lib.stoa_table_keep, data, len(mask), state=state)

    def clear(self) -> None:
        """Removes all rows; memory stays for the next ones."""
        self._store.clear()

    # ---- another order ----

    def swap(self, a: int, b: int) -> None:
        """Exchanges two rows."""
        self._change_at(lib.stoa_table_swap, a, b)

    def reverse(self) -> None:
        """Turns the order of the rows around, in place."""
        self._store.change(lib.stoa_table_reverse)

    def shuffle(self, random: Random | None = None) -> None:
        """Puts the rows into a random order, by a random.Random or by one of its own."""
        order = array(masks.SIZE_FORMAT, self._range())
        (random or Random()).shuffle(order)
        self._permute(order)

    def _permute(self, order: array[int]) -> None:
        data = ffi.from_buffer("size_t[]", order)
        self._store.change(lib.stoa_table_permute, data, len(order))

    # ---- slices are assigned ----

    def _set_slice(self, positions: range, records: Any) -> None:
        what = "" if positions.step == 1 else "an extended slice"
        state = self._store.state()
        self._store.splice(positions, self._columns_aside(records), state, what)

    # ---- fields ----

    def add_field(
        self,
        name: str,
        type: Any,
        default: Any = MISSING,
        *,
        default_factory: Callable[[], Any] | Any = MISSING,
        values: Any = MISSING,
    ) -> None:
        """A new field, behind the others: every row gets the default, or zero without one.

        Or its own of `values`: an expression, a buffer or a sequence. Other columns are not
        touched. Rows taken before don't have it.
        """
        options = FieldOptions(default, default_factory) if default is MISSING else default
        added, store = Field(name, type, options), self._store
        if values is MISSING and added.factory is not MISSING:
            values = [added.factory() for _ in range(store.rows())]
        if values is MISSING:
            store.add_field(added)
            return
        is_run = isinstance(values, Expression) and values._store is store
        if not is_run:
            values = given_source(values, StoredField(name, added.type, 0))
        # Nobody else computes with a field that may have to go again; nor waits for a long run.
        if is_run:
            store.by_gate(self._add_values, added, values)
        else:
            with store.lock, (call := store.call()), call:
                store.by_gate(self._add_values, added, values)

    def _add_values(self, added: Field, values: Any) -> None:
        store, record = self._store, self._store.record
        try:
            store.add_field(added)
            self._column(added.name)._write(self._range(), values)
        except BaseException:
            if store.record is not record:
                store.drop_field(added.name)
            raise

    def drop_field(self, name: str) -> None:
        """Removes a field and its column. What rows taken before read of it is an error."""
        self._own_field(name, "dropped")
        self._store.drop_field(name)

    def rename_field(self, name: str, new_name: str) -> None:
        """Gives a field another name. Rows taken before don't know it."""
        self._own_field(name, "renamed")
        self._store.rename_field(name, new_name)

    def _own_field(self, name: str, what: str) -> None:
        self._store.field(name)
        record = type(self)._stoa_record
        if record is not None and name in record._stoa_names:
            raise InUseError(f"field {name!r} belongs to {type(self).__name__}: it can't be {what}")

    # ---- copies ----

    def copy(self) -> Table[R]:
        """A table of its own with the same fields and rows; objects are not copied."""
        return self._around(self._store.derive(lib.stoa_table_copy))

    __copy__ = copy

    def _take(self, positions: Iterable[int], state: State) -> Table[R]:
        indices = positions if isinstance(positions, array) else array(masks.SIZE_FORMAT, positions)
        data = ffi.from_buffer("size_t[]", indices)
        return self._around(
            self._store.derive(lib.stoa_table_take, data, len(indices), state=state)
        )

    __deepcopy__ = pickling.deepcopy_table
    __reduce_ex__ = pickling.reduce_table
    __setstate__ = pickling.set_state


def table_of(row: Record) -> Table[Any]:
    """The table that a row belongs to."""
    return checked_row(row)._stoa_table  # type: ignore[no-any-return]


if extension is not None:
    # The plain cases of these are C; the methods above are what it calls in all others.
    extension.connect(
        append=Table.append,
        current_view=Store.current_view,
        delete_field=delete_field,
        getitem=Rows.__getitem__,
        keep_class=keep_class,
        open_field=lambda table, field: table._store.open(field),
        raise_closed=raise_closed,
        raise_stale=raise_stale,
        raise_unknown=raise_unknown,
        plain_values=Table._plain_values,
        raise_changed=raise_changed,
        reserve=Table.reserve,
        write_object=lambda table, *cell: table._store.write_object(*cell),
    )
    for each in ("__getitem__", "__len__", "append"):
        setattr(Table, each, extension.SequenceBase.__dict__[each])
