"""Tables as frames of pyarrow, Polars and pandas. These are imported when they are asked for.

pyarrow and Polars take what leaves by Arrow. pandas gets arrays of numpy, which need no pyarrow:
that way a null stays one, beside NaN and in integers.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stoa._schema.times import DATE, TIMESTAMP, numpy_times
from stoa._schema.types import FieldType
from stoa._store.arrow import Export, Exporting
from stoa._store.targets import is_table
from stoa.column import Column
from stoa.errors import LibraryError
from stoa.structured import array_of_objects

OLDEST = {"pandas": (2, 2), "polars": (1, 3), "pyarrow": (14, 0)}


def library(name: str) -> Any:
    """A library, of a version that has what is needed. Raises LibraryError."""
    least = ".".join(map(str, OLDEST[name]))
    try:
        found = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise LibraryError(
            f"{name} is needed for that, {least} or later: it is not installed"
        ) from None
    version = str(found.__version__)
    if tuple(map(int, re.findall("[0-9]+", version)[:2])) < OLDEST[name]:
        raise LibraryError(f"{name} is needed for that, {least} or later: {version} is installed")
    return found


class Sent(Exporting):
    """What leaves, by itself: to Polars, a sequence is rows before it is anything else."""

    __slots__ = ("_made",)

    def __init__(self, made: Export) -> None:
        self._made = made

    def _for_arrow(self) -> Export:
        return self._made


class Frames(Exporting):
    """What tables, windows and selections can become in other libraries: always copies."""

    __slots__ = ()

    if TYPE_CHECKING:
        _row_set: Any

        def _column(self, name: str) -> Any: ...
        def copy(self) -> Any: ...

    def to_arrow(self, *, dictionary: bool = False) -> Any:
        """The rows as a pyarrow.Table, a copy.

        With `dictionary`, strings leave as dictionaries, which share the bytes of the table's
        strings; enumerations always do. References leave as ids. Raises LibraryError without
        pyarrow 14 or later, WrongTypeError for an object field, and StaleError.
        """
        return library("pyarrow").table(self._sent(dictionary))

    def to_polars(self, *, dictionary: bool = False) -> Any:
        """The rows as a polars.DataFrame, a copy.

        Enumerations are categorical, vectors arrays, references ids, and strings are categorical
        with `dictionary`. Raises LibraryError without Polars 1.3 or later, WrongTypeError for an
        object field, and StaleError.
        """
        return library("polars").DataFrame(self._sent(dictionary))

    def to_pandas(self) -> Any:
        """The rows as a pandas.DataFrame, a copy, for which no pyarrow is needed.

        Each column has the type of its field. Numbers and bools that may be None are of pandas'
        nullable types (Int32, Float64, boolean), so that None is neither NaN nor turns integers
        into floats; of times it is NaT. Enumerations are categories of the members' names, dates
        are datetime64[s]; references are ids (UInt64), and vectors arrays in a column of objects.
        Raises LibraryError without pandas 2.2 or later, RangeError for a cell that no member has,
        and StaleError.
        """
        pandas = library("pandas")
        rows: Any = self
        is_whole = is_table(rows) or (self._row_set is None and not rows._store.references())
        rows = rows if is_whole else rows.copy()
        count = len(rows)
        columns = {
            name: values_for(pandas, rows._column(name), count) for name in rows._store.fields
        }
        return pandas.DataFrame(columns, index=pandas.RangeIndex(count), copy=False)

    def _sent(self, dictionary: bool) -> Sent:
        made = self._for_arrow()
        made.dictionary = bool(dictionary)
        return Sent(made)


# ---- columns of pandas ----


def values_for(pandas: Any, whole: Any, count: int) -> Any:
    """What a column of pandas is made of: its first rows, beside which others may come."""
    import numpy

    of = whole._type  # a column of references has the fields of its target for attributes
    if of.kind == "r":
        ids = numpy.array(whole._link()._ids()[:count])
        return pandas.arrays.IntegerArray(ids, ids == 0)
    column: Column[Any] = whole[:count]
    if of.kind in "os":
        is_text = of.kind == "s" and int(pandas.__version__.split(".")[0]) >= 3
        return pandas.Series(array_of_objects(column.tolist()), dtype="str" if is_text else object)
    if of.length:
        return pandas.Series(array_of_objects(list(numpy.array(column))))
    cells = numpy.array(column._raw())
    nulls = ~numpy.asarray(column.validity) if of.nullable else numpy.zeros(len(cells), bool)
    if of.kind == "t":
        return times_for(pandas, cells, nulls, of)
    if of.labels:
        return categories_for(pandas, column, cells, nulls)
    if not of.nullable:
        return cells
    kinds = {"?": "BooleanArray", "f": "FloatingArray"}
    return getattr(pandas.arrays, kinds.get(of.base.kind, "IntegerArray"))(cells, nulls)


def times_for(pandas: Any, cells: Any, nulls: Any, of: FieldType) -> Any:
    values = numpy_times(cells, of)
    if of.base is DATE:
        values = values.astype("M8[s]")
    values[nulls] = "NaT"
    if of.base is TIMESTAMP and of.zone is not None:
        return pandas.DatetimeIndex(values).tz_localize("UTC").tz_convert(of.zone)
    return values


def categories_for(pandas: Any, column: Column[Any], cells: Any, nulls: Any) -> Any:
    codes = cells.astype("int32")
    codes[nulls] = -1
    if codes.max(initial=-1) >= len(column.type.labels):
        column.tolist()  # which says what is wrong
    return pandas.Categorical.from_codes(codes, categories=list(column.type.labels))
