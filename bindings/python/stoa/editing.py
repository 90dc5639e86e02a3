"""Changes of a table: its rows are added, removed and reordered, and its fields changed."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from stoa._access import intake, masks
from stoa._lazy.expression import Expression
from stoa._lazy.operators import Operators
from stoa._lazy.queries import Queries, R
from stoa._lib.ffi import ffi, lib
from stoa._lib.integers import SIZE_FORMAT, checked_count, integer
from stoa._schema.extension import rows as extension
from stoa._schema.fields import MISSING, Field, FieldOptions
from stoa._schema.generate import no_value
from stoa._schema.record import RecordType, is_same_record, remake
from stoa._store.access import changed
from stoa._store.arrivals import Arrivals
from stoa._store.sources import StoredField, given_source
from stoa._store.store import Store
from stoa._store.targets import checked_target
from stoa._store.writing import State
from stoa.column import slice_of
from stoa.errors import InUseError, LengthError, RowIndexError, WrongTypeError
from stoa.sequence import Rows
from stoa.vector_column import column_of

if TYPE_CHECKING:
    from random import Random

NO_RECORDS: tuple[Any, ...] = ()
Self = TypeVar("Self", bound="Editing[Any]")


class Editing(Rows[R]):
    """The base of Table: methods that change its rows and fields."""

    __slots__ = ()

    _stoa_record: RecordType | None = None  # set by a table class declared for one

    # ---- adding rows ----

    def append(self, /, *values: Any, **named: Any) -> None:
        """Appends a row: `append(1, 2, w=3.0)`, or one record, tuple or mapping.

        Every field without a default must be given. Makes no row stale. Raises WrongTypeError for a
        field that is missing, UnknownArgumentError, WrongTypeError or RangeError for a value that
        does not fit its field, and FullError past max_rows.
        """
        store = self._store
        if named or len(values) != store.append_width:
            values = intake.given(store, values, named)
        store.append(values)

    def insert(self, index: int, /, *values: Any, **named: Any) -> None:
        """Inserts a row before row `index`, as with a list. O(rows behind it); all rows become
        stale.

        Raises what append() raises, and BusyError while another thread computes with the table.
        """
        given = intake.given(self._store, values, named)
        self._store.insert(integer(index), given)

    def extend(self, records: Iterable[Any] = NO_RECORDS, /, **columns: Any) -> None:
        """Appends rows from an iterable of records, tuples and mappings; or from columns.

        `extend(x=xs, y=ys)` takes buffers, arrays and iterables of the same length, and copies
        buffers of the field's type as fast as memory allows. All rows are appended, or none. Raises
        LengthError for columns of different lengths, WrongTypeError for a field that is missing,
        FieldNameError, WrongTypeError or RangeError for a value that does not fit its field, and
        FullError past max_rows.
        """
        if columns:
            if records is not NO_RECORDS:
                raise WrongTypeError("extend takes records or columns, not both")
            self._extend_columns(columns)
            return
        if extension is not None and extension.extend(self, records):
            return
        self._store.extend(self._columns_aside(records))

    def extend_arrow(self, data: Any) -> None:
        """Appends the rows of what has Arrow's PyCapsule interface, such as tables, batches and
        streams of pyarrow, Polars and DuckDB: each column goes into the field of its name.

        All rows are appended, or none. Texts go into fields of strings and of enumerations. Raises
        WrongTypeError for what has no such interface, for a field that is missing and for a column
        of a type that its field does not take, FieldNameError for a column without a field,
        RangeError for a value that does not fit, ArgumentError for arrays that are not what their
        schema says, RefusedError if a stream fails, and FullError past max_rows.
        """
        record = self._store.record
        arrivals = Arrivals(data, record)
        arrivals.check_complete(record)
        arrays = list(arrivals)  # which may run any code, and change the table
        self._store.check_record(record)
        arrivals.append_to(self._store, arrays)

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
                raise LengthError("at least one column must have a length")
            columns[each.name] = [each.factory() for _ in range(sizes[0])]
        self._store.extend(columns)

    def _columns_aside(self, records: Iterable[Any]) -> dict[str, Any]:
        """The records as columns that the store takes."""
        if isinstance(records, Rows) and is_same_record(records._store.record, self._store.record):
            return {name: records._column(name) for name in self._store.fields}
        aside = intake.aside(self, records)
        if isinstance(aside, Store):
            return {each.name: column_of(aside, each) for each in aside.fields.values()}
        return aside

    def __iadd__(self: Self, records: Iterable[Any]) -> Self:
        self.extend(records)
        return self

    def resize(self, rows: int) -> None:
        """Appends rows of defaults (zeros where there is no default), or removes rows at the end.

        Raises ArgumentError for a number below 0, FullError past max_rows, and BusyError while
        another thread computes with the table.
        """
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

        def extend() -> None:
            if store.rows() != before:
                raise changed()
            store.extend(made)

        store.within(extend)

    def reserve(self, rows: int) -> None:
        """Reserves memory for so many rows in all: appending up to there cannot run out of memory.

        Raises ArgumentError for a number below 0, FullError past max_rows, and OutOfMemoryError.
        """
        self._store.grow(lib.stoa_table_reserve, checked_count(rows, "the number of rows"))

    def shrink(self) -> None:
        """Returns memory beyond the rows to the system."""
        self._store.shrink()

    def compact(self) -> None:
        """Gives back the memory of strings that no cell holds. Rows and values stay as they are.

        Raises BusyError while another thread computes with the table. O(rows) for each string
        field.
        """
        self._store.compact()

    # ---- removing rows ----

    def __delitem__(self, key: Any) -> None:
        """Removes a row, or the rows of a slice. O(rows behind it); all rows become stale.

        Raises RowIndexError, and BusyError while another thread computes with the table.
        """
        if isinstance(key, str):
            raise WrongTypeError(f"a field is dropped by drop_field({key!r})")
        if not isinstance(key, slice):
            self._change_at(lib.stoa_table_remove, key, count=(1,))
            return
        key = masks.checked_slice(key)
        store = self._store

        def remove() -> None:
            gone = masks.part(key, self._range)
            if len(gone) <= 1 or abs(gone.step) == 1:
                first = min(gone[0], gone[-1]) if gone else 0
                store.remove(lib.stoa_table_remove, first, len(gone))
            else:
                mask = bytearray(b"\1") * store.rows()
                mask[slice_of(gone)] = bytes(len(gone))
                self._keep(bytes(mask))

        store.removing(remove)

    def _change_at(
        self,
        function: Callable[..., int],
        *indices: Any,
        count: tuple[int, ...] = (),
        removes: bool = True,
    ) -> None:
        """Removes the rows that these indices mean, or moves them, with no other thread in
        between."""
        numbers = [integer(each) for each in indices]
        store = self._store

        def change() -> None:
            found = [masks.position(each, self._range) for each in numbers]
            (store.remove if removes else store.change)(function, *found, *count)

        (store.removing if removes else store.within)(change)

    def pop(self, index: int = -1) -> R:
        """Removes a row and returns its values as a standalone record.

        Raises RowIndexError, and BusyError while another thread computes with the table.
        """
        number, store = integer(index), self._store

        def pop() -> Any:
            if not store.rows():
                raise RowIndexError("pop from an empty table")
            position = masks.position(number, self._range)
            record = remake(store.record, store.values_at(position))
            store.remove(lib.stoa_table_remove, position, 1)
            return record

        return store.removing(pop)  # type: ignore[no-any-return]

    def remove(self, value: Any) -> None:
        """Removes the first row that is equal to a record or tuple.

        Raises RowValueError if there is none, and BusyError while another thread computes with the
        table.
        """
        state = self._store.state()
        self._store.remove(lib.stoa_table_remove, self._first(value), 1, state=state)

    def swap_remove(self, index: int) -> None:
        """Removes a row and puts the last one in its place: O(1).

        Raises RowIndexError, and BusyError while another thread computes with the table.
        """
        self._change_at(lib.stoa_table_swap_remove, index)

    def keep(self, condition: Any, /, **parameters: Any) -> None:
        """Removes the rows for which a condition does not hold: `points.keep("x > 0")`.

        The condition is a sequence or buffer of booleans, one for each row, or anything that
        where() takes. Raises LengthError for a mask of another length, what where() raises, and
        BusyError while another thread computes with the table.
        """
        if isinstance(condition, (str, Operators, Queries)) or parameters:
            self._rows_where(condition, parameters).complement().delete()
        else:
            state = self._store.state()
            self._keep(masks.mask_bytes(condition, self._store.rows()), state)

    def _keep(self, mask: bytes, state: State | None = None) -> None:
        data = ffi.from_buffer("uint8_t[]", mask)
        self._store.remove(lib.stoa_table_keep, data, len(mask), state=state)

    def clear(self) -> None:
        """Removes all rows; the memory is kept for later ones.

        Raises BusyError while another thread computes with the table.
        """
        self._store.clear()

    # ---- reordering rows ----

    def swap(self, a: int, b: int) -> None:
        """Exchanges two rows.

        Raises RowIndexError, and BusyError while another thread computes with the table.
        """
        self._change_at(lib.stoa_table_swap, a, b, removes=False)

    def reverse(self) -> None:
        """Reverses the order of the rows in place.

        Raises BusyError while another thread computes with the table.
        """
        self._store.change(lib.stoa_table_reverse)

    def shuffle(self, random: Random | None = None) -> None:
        """Puts the rows into a random order, using the given random.Random or a new one.

        Raises BusyError while another thread computes with the table.
        """
        from random import Random

        order = array(SIZE_FORMAT, self._range())
        (random or Random()).shuffle(order)
        self._permute(order)

    def _permute(self, order: array[int]) -> None:
        data = ffi.from_buffer("size_t[]", order)
        self._store.change(lib.stoa_table_permute, data, len(order))

    # ---- assigning to slices ----

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
        target: Any = None,
    ) -> None:
        """Adds a field behind the others: every row gets the default, or zero if there is none.

        Of a reference, whose type is a record class, `target` is the table with its rows; by
        default this one. With `values` (an expression, a buffer or a sequence) every row gets its
        own value. Other columns are not touched. Rows taken before don't have the field. Raises
        BadNameError, DeclarationError for a type that does not exist, WrongTypeError or RangeError
        for a value that does not fit its field, LengthError, and BusyError while another thread
        computes with the table.
        """
        options = FieldOptions(default, default_factory) if default is MISSING else default
        added, store = Field(name, type, options), self._store
        if added.type.kind == "r":
            target = checked_target(store.record, added, target, store.has_ids())
        elif target is not None:
            raise WrongTypeError(f"{name} is no reference, and has no target")
        if values is MISSING and added.factory is not MISSING:
            values = [added.factory() for _ in range(store.rows())]
        if values is MISSING:
            store.add_field(added, target)
            return
        is_run = isinstance(values, Expression) and values._store is store
        if not is_run:
            values = given_source(values, StoredField(name, added.type, 0))
        # No other thread may use a field that may have to be dropped again, or wait for a long run.
        if is_run:
            store.through_gate(self._add_values, added, values, target)
        else:
            store.within(lambda: store.through_gate(self._add_values, added, values, target))

    def _add_values(self, added: Field, values: Any, target: Any) -> None:
        store, record = self._store, self._store.record
        try:
            store.add_field(added, target)
            self._column(added.name)._write(self._range(), values)
        except BaseException:
            if store.record is not record:
                store.drop_field(added.name)
            raise

    def drop_field(self, name: str) -> None:
        """Removes a field and its column. Reading it from rows taken before is an error.

        Raises FieldNameError, InUseError for a field of a typed table, ArgumentError for the last
        field, and BusyError while another thread computes with the table.
        """
        self._own_field(name, "dropped")
        self._store.drop_field(name)

    def rename_field(self, name: str, new_name: str) -> None:
        """Gives a field another name. Rows taken before don't have the new name.

        Raises FieldNameError, BadNameError, InUseError for a field of a typed table, and BusyError
        while another thread computes with the table.
        """
        self._own_field(name, "renamed")
        self._store.rename_field(name, new_name)

    def _own_field(self, name: str, what: str) -> None:
        self._store.field(name)
        record = self._stoa_record
        if record is not None and name in record._stoa_names:
            raise InUseError(f"field {name!r} belongs to {type(self).__name__}: it can't be {what}")
