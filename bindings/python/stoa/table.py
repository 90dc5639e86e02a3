"""Tables, windows and selections; they are in one module because they return each other."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence
from functools import reduce
from itertools import compress
from typing import TYPE_CHECKING, Any, NoReturn, overload

from stoa import pickling, structured, typed
from stoa._access import masks
from stoa._access.attributes import check_may_be_open
from stoa._access.rows import checked_row, layout
from stoa._lazy import tree
from stoa._lazy.operators import Operators
from stoa._lazy.queries import Queries, R, condition_of, row_set_of
from stoa._lazy.rowset import RowSet, of_positions
from stoa._lazy.selection import Selected
from stoa._lib import copies
from stoa._lib.ffi import ffi, lib
from stoa._lib.integers import SIZE_FORMAT, checked_count, integer
from stoa._schema.fields import MISSING
from stoa._schema.record import Record, RecordType, record_class_of, shown_class
from stoa._store.arrow import Export
from stoa._store.lending import Loan
from stoa._store.store import Store, new_store
from stoa._store.string_pool import StringPool, pools_of
from stoa._store.targets import checked_targets, settle
from stoa._store.writing import State
from stoa.column import Column
from stoa.editing import Editing
from stoa.errors import (
    ArgumentError,
    FixedLengthError,
    RowIndexError,
    WrongTypeError,
    shown,
)
from stoa.frames import Frames
from stoa.ids import Identified, Ids
from stoa.partial import Partial, Written, partial_of
from stoa.sequence import Rows
from stoa.summary import Summary, summaries
from stoa.vector_column import column_of

WHOLE_TEXT = 1 << 20  # bytes, more than any condition of all fields has


class Choosing(Frames, Queries[R]):
    """What tables, windows and selections return: selections, and tables of copies."""

    __slots__ = ()

    _table: Table[R]

    @property
    def ids(self) -> Ids:
        """The ids of the rows, as stoa.Ids: a sequence of integers, which raises RowIdError when it
        is used if the table was made without ids."""
        return Ids(self)

    def describe(self) -> Table[Summary]:
        """A table with a row for each field: count, nan, mean, std, min and max of its values.

        The values are what `points.x.mean()` and the like return; an object field has only a count.
        `points.describe().to_dicts()` gives plain dicts. Raises BusyError while another thread
        assigns to the table.
        """
        return Table(Summary, summaries(self))

    def where(self, condition: Any, /, **parameters: Any) -> Selection[R]:
        """The rows for which a condition holds: `points.where(points.x > 3)`, `where("x > 3")`.

        Text may have parameters: `points.where("x > $least", least=3)`. Raises ExpressionError,
        FieldNameError or ParameterError for a text that does not fit, WrongTypeError for a value
        that is not a condition, and LengthError for one of another length.
        """
        made = self._rows_where(condition, parameters)
        if row_set_of(condition) is made:
            return condition  # type: ignore[no-any-return]
        return Selection(self._table, made)

    def filter(self, condition: Any, /, **parameters: Any) -> Table[R]:
        """A new table with copies of those rows: where(condition).copy().

        Raises what where() raises, and RangeError or DivisionByZeroError if a row's value fails.
        """
        return self.where(condition, **parameters).copy()

    def partial(
        self, aggregates: Written, /, by: Written | None = None, **parameters: Any
    ) -> Partial:
        """What aggregates have come to after these rows, to be merged with other parts elsewhere:
        `points.partial("sum(x), mean(y)", by="carrier")`.

        Aggregates and keys are given as text, as several texts, or as a mapping of the result's
        names to texts. stoa.merge(partials).result() is what one table gives, bit for bit. Floats
        are added without rounding, and the sum is rounded once: compute(), which is faster, can
        differ in the last digits. Row numbers (argmin) count the rows of all parts. Raises
        ExpressionError, FieldNameError or ParameterError for a text that does not fit,
        ArgumentError for what cannot be computed in parts, and RangeError or DivisionByZeroError if
        a row's value fails.
        """
        return partial_of(self, aggregates, by, parameters)

    def drop_nulls(self, *names: str) -> Table[R]:
        """A new table with copies of the rows where none of these fields is None; without names,
        none of all.

        Raises FieldNameError, and OutOfMemoryError.
        """
        store = self._store
        asked = [store.field(name) for name in names] or list(store.fields.values())
        nodes = [
            tree.call(lib.STOA_IS_NULL, [tree.field(each)])
            for each in asked
            if each.type.nullable or each.type.kind == "r"
        ]
        if not nodes:
            return self.filter("True")
        some = reduce(lambda one, other: tree.call(lib.STOA_OR, [one, other]), nodes)
        return self.filter(tree.text_of(tree.call(lib.STOA_NOT, [some]), WHOLE_TEXT))


class Giving(Rows[R], Choosing[R]):
    """What tables and windows return: rows, columns, windows, and tables of copies."""

    __slots__ = ()

    @overload
    def __getitem__(self, key: int) -> R: ...
    @overload
    def __getitem__(self, key: slice) -> Window[R]: ...
    @overload
    def __getitem__(self, key: str) -> Column[Any]: ...
    @overload
    def __getitem__(self, key: Any) -> Table[R]: ...
    def __getitem__(self, key: Any) -> Any:
        """A row for an index, a window for a slice, a column for a name.

        For booleans (one for each row) or indices, in a sequence, a buffer or an expression: a new
        table with copies of those rows. Raises RowIndexError, FieldNameError, LengthError for a
        mask of another length, and StaleError for a stale window.
        """
        if type(key) is int:
            try:
                return self._row(self._range()[key])
            except IndexError:
                masks.position(key, self._range)
        if isinstance(key, slice):
            return self._window(masks.part(key, self._range))
        if isinstance(key, str):
            return self._column(key)
        if hasattr(key, "__index__") and getattr(key, "ndim", 0) == 0:
            return self._row(masks.position(key, self._range))
        if isinstance(key, Operators) and key._expression()._type().inner == "bool":
            return self.filter(key)
        state = self._store.state()
        return self._table._take(masks.positions(key, self._range()), state)

    def _window(self, positions: range) -> Window[R]:
        return Window(self._table, positions)

    def head(self, rows: int = 5) -> Window[R]:
        """A window of the first rows. Raises WrongTypeError unless the number is an integer."""
        return self._window(self._range()[: max(0, integer(rows))])

    def tail(self, rows: int = 5) -> Window[R]:
        """A window of the last rows. Raises WrongTypeError unless the number is an integer."""
        whole = self._range()
        return self._window(whole[max(0, len(whole) - max(0, integer(rows))) :])

    def __reversed__(self) -> Iterator[R]:
        return iter(self._window(self._range()[::-1]))

    def copy(self) -> Table[R]:
        """A new table with copies of the rows; objects are not copied."""
        state = self._store.state()
        return self._table._take(self._range(), state)

    def to_numpy(self, dtype: Any = None) -> Any:
        """The rows as a structured array of numpy: a copy, with a field for each field.

        Each has what numpy.asarray() makes of its column; objects and strings are of dtype object.
        `dtype` may ask for some of the fields, for others that hold every value of them, and for
        records within records: `pos_x` goes into `x` of `pos`. Raises FieldNameError, BadNameError
        for two of one name, WrongTypeError for a dtype that does not hold every value or has
        another shape, RangeError for a value that it does not hold exactly, and ColumnBufferError
        for nulls that are no floats.
        """
        return structured.array_of(self, dtype)

    if not TYPE_CHECKING:
        __array__ = structured.array_of

    def sample(self, count: int, seed: int | None = None) -> Table[R]:
        """A new table with copies of `count` different rows, in random order.

        The same seed gives the same rows. Raises ArgumentError if there are fewer rows.
        """
        from random import Random

        wanted, rows = integer(count), range(len(self._range()))
        if not 0 <= wanted <= len(rows):
            raise ArgumentError(f"a sample cannot have {shown(wanted)} of {len(rows)} rows")
        return self[Random(seed).sample(rows, wanted)]


class Table(Giving[R], Editing[R], Identified[R], MutableSequence[R]):  # type: ignore[misc]
    """Records kept as typed columns: a sequence of rows.

        points = stoa.Table(Point)                        no rows
        points = stoa.Table(Point, 1000)                  1000 rows of defaults, or zeros
        points = stoa.Table(Point, [(1, 2), Point(3, 4)]) records, tuples or mappings
        points = stoa.Table({"x": "int32", "w": ("float64", 1.0)})
        points = stoa.Table(a_structured_numpy_dtype)

    A row costs the sum of its field widths. Columns never move, however far the table grows. It can
    grow up to max_rows rows: by default as many as there is address space for. `points[i]` is a
    row, which reads and writes the table. `points.x` is a column; `points["x"]` is the same, also
    for a field that is named like a method. Any number of threads may read, or one may write.
    Tables may share their strings: `strings=stoa.StringPool()`. With `ids=True` each row has an id:
    stoa.id_of(row). Fields that refer to rows, `owner: Person`, name the table of these rows,
    `stoa.Table(Pet, targets={"owner": people})`; those of the own record class are in the table
    itself.

    In `stoa.Table(Point, open=True)` an attribute that no field has, set on a row, makes the field:
    of the value's type (int64, float64, bool, str, a date or time, else object), and None in the
    other rows. In any other table that is an error, as for an object with slots.
    """

    __slots__ = ("__weakref__",)

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
        open: bool = ...,
        ids: bool = ...,
        strings: StringPool | None = ...,
        targets: Mapping[str, Table[Any]] | None = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: Table[Any],
        record: Mapping[str, Any],
        rows: int | Iterable[Any] = ...,
        *,
        max_rows: int | None = ...,
        open: bool = ...,
        ids: bool = ...,
        strings: StringPool | None = ...,
        targets: Mapping[str, Table[Any]] | None = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        rows: int | Iterable[R | tuple[Any, ...]] = ...,
        /,
        *,
        max_rows: int | None = ...,
        open: bool = ...,
        ids: bool = ...,
        strings: StringPool | None = ...,
        targets: Mapping[str, Table[Any]] | None = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: Table[Any],
        record: Any,
        rows: int | Iterable[Any] = ...,
        *,
        max_rows: int | None = ...,
        open: bool = ...,
        ids: bool = ...,
        strings: StringPool | None = ...,
        targets: Mapping[str, Table[Any]] | None = ...,
    ) -> None: ...
    def __init__(
        self,
        record: Any = None,
        rows: Any = 0,
        *,
        max_rows: int | None = None,
        open: bool = False,
        ids: bool = False,
        strings: StringPool | None = None,
        targets: Mapping[str, Table[Any]] | None = None,
    ) -> None:
        if getattr(self, "_store", None) is not None:
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
        given = 0 if has_factories else count
        pools = pools_of(strings)
        if open:
            check_may_be_open(made)
        found = checked_targets(made, targets, bool(ids))
        store = new_store(made, given, limit, layout, *pools, ids=bool(ids), targets=found)
        settle(self, store)
        store.is_open = bool(open)
        if not is_count:
            self.extend(rows)
        elif has_factories:
            self.resize(count)

    @classmethod
    def from_columns(cls, record: type[R] | Any = None, /, **columns: Any) -> Table[R]:
        """A table from columns of the same length: `Table.from_columns(Point, x=xs, y=ys)`.

        Each is a buffer, an array or an iterable; fields with defaults may be left out. Raises
        LengthError for columns of different lengths, FieldNameError, and WrongTypeError or
        RangeError for a value that does not fit its field.
        """
        made = cls(record) if record is not None else cls()
        made.extend(**columns)
        return made

    @classmethod
    def from_numpy(cls, array: Any, record: type[R] | Any = None, /) -> Table[R]:
        """A table from a structured array of numpy, whose fields may be aligned, padded, of either
        byte order, and records themselves: `x` of `pos` becomes the field `pos_x`.

        Without a record class the fields have the types of the array. Raises WrongTypeError for
        another array, DeclarationError for a type that no field has, FieldNameError,
        BadNameError for two of one name, and WrongTypeError or RangeError for a value that does not
        fit its field.
        """
        columns = structured.columns_of(array)
        if record is None and cls._stoa_record is None:
            record = array.dtype
        made = cls(record) if record is not None else cls()
        made.extend(**columns)
        return made

    @classmethod
    def _of(cls, store: Store) -> Table[Any]:
        made = object.__new__(cls)
        settle(made, store)
        return made

    def _around(self, store: Store) -> Table[R]:
        made = object.__new__(type(self))
        settle(made, store)
        return made

    # ---- what the bases Rows and Queries require ----

    def _scope(self) -> None:
        return None

    @property
    def _table(self) -> Table[R]:  # type: ignore[override]
        return self

    def _range(self) -> range:
        return range(self._store.rows())

    def __len__(self) -> int:
        """The number of rows."""
        return self._store.c.rows  # type: ignore[no-any-return]

    def _for_arrow(self) -> Export:
        return Export(self._store)

    def _column(self, name: str) -> Column[Any]:
        return column_of(self._store, self._store.field(name))

    # ---- properties ----

    @property
    def max_rows(self) -> int:
        """The number of rows that the table can ever have."""
        return self._store.max_rows()

    @property
    def is_open(self) -> bool:
        """Whether setting an attribute that no field has on a row makes the field, instead of
        raising FieldNameError."""
        return self._store.is_open

    @property
    def capacity(self) -> int:
        """The number of rows it can have without requesting memory from the system again."""
        return lib.stoa_table_capacity(self._store.c)  # type: ignore[no-any-return]

    @property
    def version(self) -> int:
        """A number that grows with every change of the table: rows are appended, removed, reordered
        or written to, fields are added, dropped or renamed.

        It tells a cache or a view whether anything has changed since it last looked. Writes through
        numpy's views and `buffer` are not noticed. O(fields).
        """
        return lib.stoa_table_version(self._store.c)  # type: ignore[no-any-return]

    @property
    def order(self) -> int:
        """The number of removals, insertions in the middle and reorderings, which make rows
        stale."""
        return self._store.order

    def __sizeof__(self) -> int:
        store = self._store
        cells = self.capacity * int(lib.stoa_table_row_bytes(store.c))
        return object.__sizeof__(self) + cells + store.pool.nbytes()

    def lend(self, dictionary: bool = True) -> Loan:
        """Lends the memory of the columns to Arrow's consumers, without a copy: see Loan.

        Strings leave as dictionaries, which share memory, unless `dictionary` is False. Raises
        LentError while there are writable views of the table, of numpy or by buffer, and BusyError
        while another thread computes with the table.
        """
        return Loan(self._store, dictionary)

    # ---- copies ----

    def copy(self) -> Table[R]:
        """A new table with the same fields and rows; objects are not copied.

        Raises OutOfMemoryError.
        """
        return self._around(self._store.derive(lib.stoa_table_copy))

    __copy__ = copy

    def _take(self, positions: Iterable[int], state: State) -> Table[R]:
        indices = positions if isinstance(positions, array) else array(SIZE_FORMAT, positions)
        data = ffi.from_buffer("size_t[]", indices)
        return self._around(
            self._store.derive(lib.stoa_table_take, data, len(indices), state=state)
        )

    __deepcopy__ = pickling.deepcopy_table
    __reduce_ex__ = pickling.reduce_table
    __setstate__ = pickling.set_state


class Window(Giving[R], Sequence[R]):
    """A slice of a table: a sequence of fixed length that shares the table's memory.

    Reads and writes go through to the table, which it keeps alive. It is stale once rows were
    removed, inserted in the middle or reordered. copy() makes a new table.
    """

    __slots__ = ("_order", "_positions", "_table")

    _order: int
    _positions: range

    def __init__(self, table: Table[R], positions: range) -> None:
        rows = table._range()
        if positions and not (positions[0] in rows and positions[-1] in rows):
            raise RowIndexError(f"{positions!r} is not within the {len(rows)} rows of the table")
        store = object.__setattr__
        store(self, "_table", table)
        store(self, "_store", table._store)
        store(self, "_positions", positions)
        store(self, "_order", table._store.order)

    __copy__ = copies.copy_rows
    __deepcopy__ = copies.deepcopy_rows
    __reduce_ex__ = copies.refused("a window", "copy()")

    def _range(self) -> range:
        self._store.check_order(self._order, "window")
        return self._positions

    def _column(self, name: str) -> Column[Any]:
        return column_of(self._store, self._store.field(name), self._range())

    def _for_arrow(self) -> Export:
        return Export(self._store, None, self._range())

    # ---- as a selection of the table: row() in text is the table's row number ----

    def _scope(self) -> RowSet:
        if self._range().step < 0:
            raise ArgumentError(
                "a window with a negative step cannot become a selection: take it forwards"
            )
        return of_positions(self._store, self._range())

    def where(self, condition: Any, /, **parameters: Any) -> Selection[R]:
        """The rows of the window for which a condition holds; they are found at once.

        The condition is text, or an expression or array as long as the window.
        """
        if isinstance(condition, str):
            return super().where(condition, **parameters).pin()
        rows = self._range()
        made = condition_of(self._store, condition, len(rows), parameters)
        return Selection(self._table, of_positions(self._store, compress(rows, made)))

    def assign(
        self, field: str, value: str | Operators[Any], /, where: Any = None, **parameters: Any
    ) -> None:
        """A field computed from others, both given as text: `points[:9].assign("w", "x + y", "x >
        0")`."""
        if not isinstance(value, str) or not isinstance(where, (str, type(None))):
            raise WrongTypeError("a window takes text here, and expressions as window[field] = …")
        super().assign(field, value, where, **parameters)

    def update(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Several fields at once; expressions and arrays are as long as the window."""
        given = {
            name: value._expression()._values() if isinstance(value, Operators) else value
            for name, value in {**(values or {}), **named}.items()
        }
        super().update(given)

    # ---- what a window cannot do ----

    def _set_slice(self, positions: range, records: Any) -> None:
        state = self._store.state()
        columns = self._table._columns_aside(records)
        self._store.splice(positions, columns, state, "a window")

    def _fixed(self, *arguments: Any, **named: Any) -> NoReturn:
        """Raises FixedLengthError: a window has a fixed length. Change its table instead."""
        raise FixedLengthError(
            "a window has a fixed length and order: append, insert, remove and reorder in its "
            "table, or in a copy()"
        )

    __delitem__ = __iadd__ = append = extend = insert = pop = remove = clear = _fixed
    reverse = resize = swap = swap_remove = shuffle = keep = _fixed


class Selection(Selected[R], Choosing[R]):
    """Some of the rows of a table, such as `points.where(points.x > 3)`, found when needed.

    `near.x` is a column of the selected rows, for reductions, operators and assignment; iteration
    gives rows. Selections of one table are combined by & | ~. A selection means the values at the
    time it was written, and is stale once columns of its condition are written to, unless it is
    pinned: by its own first write, by iteration or by pin(). Rows appended later don't belong to
    it; removal and reordering make it stale.
    """

    __module__ = "stoa"
    __slots__ = ("__weakref__",)

    __copy__ = copies.copy_rows
    __deepcopy__ = copies.deepcopy_rows
    __reduce_ex__ = copies.refused("a selection", "copy()")

    def copy(self) -> Table[R]:
        """A new table with copies of the rows; objects are not copied.

        Raises StaleError, and OutOfMemoryError.
        """
        return self._table._around(self._row_set.copy())

    def to_numpy(self, dtype: Any = None) -> Any:
        """The rows as a structured array of numpy: copy().to_numpy(dtype), whose errors it raises,
        and StaleError."""
        return self.copy().to_numpy(dtype)

    if not TYPE_CHECKING:

        def __array__(self, dtype=None, copy=None):
            return structured.array_of(self.copy(), dtype, copy)


Partial._table_of = Table._of


def table_of(row: Record) -> Table[Any]:
    """The table that a row belongs to. Raises WrongTypeError unless it is a row."""
    return checked_row(row)._stoa_table  # type: ignore[no-any-return]
