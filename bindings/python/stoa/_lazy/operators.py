"""The operators and reductions of columns and expressions.

Each stands for one operation of the library's list (STOA_OPERATIONS), which defines its meaning.
Operators give lazy expressions; reductions compute at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from stoa._lazy import reductions
from stoa._lib.ffi import lib
from stoa._lib.integers import integer
from stoa._store.arrow import Exporting
from stoa.errors import ArgumentError, WrongTypeError, shown

if TYPE_CHECKING:

    class Lazy(Protocol):
        """What this module needs of an expression."""

        def _apply(self: Expression, operation: int, *others: Any) -> Expression: ...
        def _apply_to(self: Expression, other: Any, operation: int) -> Expression: ...
        def _cast(self: Expression, to: Any) -> Expression: ...
        def _reduced(self, operation: int, *others: Any) -> Any: ...
        def _type(self) -> Any: ...
        def _count_values(self, is_sorted: bool) -> Counted: ...


# Values, and how often each comes.
Counted = tuple[list[Any], list[int]]

# The class of that name, derived from Operators, in expression.py.
Expression = TypeVar("Expression", bound="Lazy")
Self = TypeVar("Self", bound="InPlace[Any]")


class Operators(Exporting, Generic[Expression]):
    """The base of columns, expressions and columns of selections.

    numpy's functions that call a method of their argument (numpy.sum, mean, std, var, min, max,
    any, all, argmin, argmax) give what the method gives, also into `out` and with `keepdims`. With
    another axis, a dtype, `where` or `initial` numpy computes them, by its own rules.

    The other operand may be another of these, of the same table and length; a number of Python or
    numpy; or a buffer or array as long as the table.
    """

    __slots__ = ()

    # numpy's arrays leave `array + column` to the column.
    __array_priority__ = 1000

    def _expression(self) -> Expression:
        raise NotImplementedError

    def _reduce(self, operation: int, *others: Any) -> Any:
        """The value of an aggregate of this and others."""
        return self._expression()._reduced(operation, *others)

    def _counted(self, is_sorted: bool) -> Counted:
        """The different values, and how often each comes."""
        return self._expression()._count_values(is_sorted)

    def __bool__(self) -> bool:
        raise WrongTypeError(
            "values of many rows are neither true nor false: combine conditions by & | ~ instead "
            "of and, or, not (in parentheses: (points.x > 1) & (points.y > 2)), and ask any(), "
            "all() or len()"
        )

    __hash__ = None  # type: ignore[assignment]

    # ---- operators ----

    def __add__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_ADD, other)

    def __radd__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_ADD)

    def __sub__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_SUBTRACT, other)

    def __rsub__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_SUBTRACT)

    def __mul__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_MULTIPLY, other)

    def __rmul__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_MULTIPLY)

    def __truediv__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_DIVIDE, other)

    def __rtruediv__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_DIVIDE)

    def __floordiv__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_FLOOR_DIVIDE, other)

    def __rfloordiv__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_FLOOR_DIVIDE)

    def __mod__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_REMAINDER, other)

    def __rmod__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_REMAINDER)

    def __pow__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_POWER, other)

    def __rpow__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_POWER)

    def __and__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_BIT_AND, other)

    def __rand__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_BIT_AND)

    def __or__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_BIT_OR, other)

    def __ror__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_BIT_OR)

    def __xor__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_BIT_XOR, other)

    def __rxor__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_BIT_XOR)

    def __lshift__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_SHIFT_LEFT, other)

    def __rlshift__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_SHIFT_LEFT)

    def __rshift__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_SHIFT_RIGHT, other)

    def __rrshift__(self, other: Any) -> Expression:
        return self._expression()._apply_to(other, lib.STOA_SHIFT_RIGHT)

    def __lt__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_LESS, other)

    def __le__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_LESS_EQUAL, other)

    def __gt__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_GREATER, other)

    def __ge__(self, other: Any) -> Expression:
        return self._expression()._apply(lib.STOA_GREATER_EQUAL, other)

    def __eq__(self, other: Any) -> Expression:  # type: ignore[override]
        return self._expression()._apply(lib.STOA_EQUAL, other)

    def __ne__(self, other: Any) -> Expression:  # type: ignore[override]
        return self._expression()._apply(lib.STOA_NOT_EQUAL, other)

    def __neg__(self) -> Expression:
        return self._expression()._apply(lib.STOA_NEGATE)

    def __pos__(self) -> Expression:
        return self._expression()._apply(lib.STOA_PLUS)

    def __invert__(self) -> Expression:
        return self._expression()._apply(lib.STOA_INVERT)

    def __abs__(self) -> Expression:
        return self._expression()._apply(lib.STOA_ABS)

    def __round__(self) -> Expression:
        return self._expression()._apply(lib.STOA_ROUND)

    def cast(self, type: Any) -> Expression:
        """The values converted to another field type.

        `points.w.cast("int32")` truncates; a value that does not fit is an error.

        Raises WrongTypeError for a type that does not exist, or is object.
        """
        return self._expression()._cast(type)

    # ---- strings ----

    def starts_with(self, text: Any) -> Expression:
        """Whether each string begins with a text."""
        return self._expression()._apply(lib.STOA_STARTS_WITH, text)

    def ends_with(self, text: Any) -> Expression:
        """Whether each string ends with a text."""
        return self._expression()._apply(lib.STOA_ENDS_WITH, text)

    def contains(self, text: Any) -> Expression:
        """Whether each string has a text in it."""
        return self._expression()._apply(lib.STOA_CONTAINS, text)

    def matches(self, pattern: Any) -> Expression:
        """Whether each string matches a pattern as a whole, as fnmatch.fnmatchcase().

        `*` is any text, `?` one character, `[a-z_]` one of these, `[!a-z]` one of no others.
        """
        return self._expression()._apply(lib.STOA_MATCHES, pattern)

    def length(self) -> Expression:
        """The number of code points of each string."""
        return self._expression()._apply(lib.STOA_LENGTH)

    def lower(self) -> Expression:
        """Each string as str.lower() gives it."""
        return self._expression()._apply(lib.STOA_LOWER)

    def upper(self) -> Expression:
        """Each string as str.upper() gives it."""
        return self._expression()._apply(lib.STOA_UPPER)

    def trim(self) -> Expression:
        """Each string without white space at both ends, as str.strip() gives it."""
        return self._expression()._apply(lib.STOA_TRIM)

    def slice(self, start: Any, stop: Any) -> Expression:
        """The code points from `start` to `stop` of each string, as `text[start:stop]`."""
        return self._expression()._apply(lib.STOA_SLICE, start, stop)

    def is_in(self, values: Any) -> Expression:
        """Whether each value is one of several: `points.carrier.is_in(["UA", "DL"])`.

        Raises WrongTypeError if `values` is a single str.
        """
        if isinstance(values, (str, bytes)):
            raise WrongTypeError("is_in() takes a list of values: write [value] for one")
        return self._expression()._apply(lib.STOA_IN, *values)

    # ---- times ----

    def year(self) -> Expression:
        """The year of each date or timestamp, from 1 to 9999."""
        return self._expression()._apply(lib.STOA_YEAR)

    def month(self) -> Expression:
        """The month of each date or timestamp, from 1 to 12."""
        return self._expression()._apply(lib.STOA_MONTH)

    def day(self) -> Expression:
        """The day of the month of each date or timestamp, from 1 to 31."""
        return self._expression()._apply(lib.STOA_DAY)

    def hour(self) -> Expression:
        """The hour of each timestamp, from 0 to 23; with a zone, of its clocks."""
        return self._expression()._apply(lib.STOA_HOUR)

    def minute(self) -> Expression:
        """The minute of each timestamp, from 0 to 59."""
        return self._expression()._apply(lib.STOA_MINUTE)

    def second(self) -> Expression:
        """The second of each timestamp, from 0 to 59."""
        return self._expression()._apply(lib.STOA_SECOND_OF_MINUTE)

    def weekday(self) -> Expression:
        """The day of the week of each date or timestamp: Monday is 0, as datetime.weekday()."""
        return self._expression()._apply(lib.STOA_WEEKDAY)

    def yearday(self) -> Expression:
        """The day of the year of each date or timestamp, from 1 to 366."""
        return self._expression()._apply(lib.STOA_YEARDAY)

    def trunc(self, unit: Any) -> Expression:
        """The beginning of the "year", "quarter", "month", "week" (its Monday), "day", "hour",
        "minute", "second", "millisecond" or "microsecond" that each date or timestamp is in."""
        return self._expression()._apply(lib.STOA_TRUNC, unit)

    # ---- reductions: computed at once ----

    def _reduce_for(self, name: str, options: dict[str, Any], operation: int, *others: Any) -> Any:
        """A reduction with the arguments that numpy passes on."""
        if not options:
            return self._reduce(operation, *others)
        known = {key: value for key, value in options.items() if key != "ddof"}
        if reductions.is_over_rows(known, self._expression()._type().length > 0):
            found = self._reduce(operation, *others)
            if found is not None or not reductions.is_to_be_put(known):
                return reductions.put(found, known)
        return reductions.by_numpy(name, self, options)

    def _truth_for(self, name: str, options: dict[str, Any], operation: int) -> Any:
        """A reduction of conditions. For numpy, each number but 0 is true."""
        of = self._expression()._type()
        is_number = (of.base.kind if of.length else of.kind) in ("i", "u", "f")
        if not options or not is_number:
            return self._reduce_for(name, options, operation)
        if of.length or "where" in options:
            return reductions.by_numpy(name, self, options)
        is_true: Any = self._expression()._apply(lib.STOA_NOT_EQUAL, 0)
        return is_true._reduce_for(name, options, operation)

    def sum(self, **numpy_options: Any) -> Any:
        """The sum; 0 of no rows. Sums of integers are exact: RangeError if one does not fit."""
        return self._reduce_for("sum", numpy_options, lib.STOA_SUM)

    def mean(self, **numpy_options: Any) -> Any:
        """The mean, a float; None of no rows."""
        return self._reduce_for("mean", numpy_options, lib.STOA_MEAN)

    def min(self, **numpy_options: Any) -> Any:
        """The least value, ignoring NaN; None of no rows."""
        return self._reduce_for("min", numpy_options, lib.STOA_MIN)

    def max(self, **numpy_options: Any) -> Any:
        """The greatest value, ignoring NaN; None of no rows."""
        return self._reduce_for("max", numpy_options, lib.STOA_MAX)

    def is_null(self) -> Expression:
        """Whether the value is None: a condition for each row, which is never None itself.

        Raises StaleError, as every operation on values that have changed.
        """
        return self._expression()._apply(lib.STOA_IS_NULL)

    def fill_null(self, value: Any) -> Expression:
        """The values, with this one (or those of another column) in place of None.

        Raises WrongTypeError for what is not a number or a column, and LengthError for one of
        another length.
        """
        return self._expression()._apply(lib.STOA_FILL_NULL, value)

    def count(self) -> int:
        """The number of values that are not None."""
        return self._reduce(lib.STOA_COUNT)  # type: ignore[no-any-return]

    def count_distinct(self) -> int:
        """The number of different strings. Raises WrongTypeError for numbers."""
        return self._reduce(lib.STOA_COUNT_DISTINCT)  # type: ignore[no-any-return]

    def unique(self) -> list[Any]:
        """The different values, in the order in which they first come; None is one of them.

        All NaNs are one value, and -0.0 is 0.0.
        """
        return self._counted(False)[0]

    def value_counts(self) -> dict[Any, int]:
        """The different values, and how often each comes: the most frequent first, of those that
        come equally often the one that comes first.

        None is one of them, and all NaNs are one, `math.nan`. -0.0 is 0.0. Values that are equal in
        Python count as one: so do the two times of a zone at which its clocks show the same.
        """
        values, counts = self._counted(True)
        made = dict(zip(values, counts))
        if len(made) < len(values):
            made.clear()
            for value, count in zip(values, counts):
                made[value] = made.get(value, 0) + count
        return made

    def var(self, ddof: int = 0, **numpy_options: Any) -> Any:
        """The variance: the squared deviations from the mean, divided by n - ddof."""
        others = checked_ddof(ddof)
        if numpy_options:
            numpy_options["ddof"] = ddof
        return self._reduce_for("var", numpy_options, lib.STOA_VAR, *others)

    def std(self, ddof: int = 0, **numpy_options: Any) -> Any:
        """The standard deviation: the root of var(ddof)."""
        others = checked_ddof(ddof)
        if numpy_options:
            numpy_options["ddof"] = ddof
        return self._reduce_for("std", numpy_options, lib.STOA_STD, *others)

    def any(self, **numpy_options: Any) -> bool:
        """Whether a condition holds in some row; False of no rows."""
        return self._truth_for("any", numpy_options, lib.STOA_ANY)  # type: ignore[no-any-return]

    def all(self, **numpy_options: Any) -> bool:
        """Whether a condition holds in every row; True of no rows."""
        return self._truth_for("all", numpy_options, lib.STOA_ALL)  # type: ignore[no-any-return]

    def argmin(self, **numpy_options: Any) -> Any:
        """The first row of the table that has the least value; None of no rows."""
        return self._reduce_for("argmin", numpy_options, lib.STOA_ARGMIN)

    def argmax(self, **numpy_options: Any) -> Any:
        """The first row of the table that has the greatest value; None of no rows."""
        return self._reduce_for("argmax", numpy_options, lib.STOA_ARGMAX)

    def first(self) -> Any:
        """The first value; None of no rows."""
        return self._reduce(lib.STOA_FIRST)

    def last(self) -> Any:
        """The last value; None of no rows."""
        return self._reduce(lib.STOA_LAST)

    def dot(self, other: Any) -> Any:
        """The sum of the products with another column's or expression's values."""
        return self._expression()._reduced(lib.STOA_DOT, other)

    # ---- running sums and the like ----

    def cumsum(self) -> Expression:
        """For each row the sum of the values up to and including it."""
        return self._expression()._apply(lib.STOA_CUMSUM)

    def cumprod(self) -> Expression:
        """For each row the product of the values up to and including it."""
        return self._expression()._apply(lib.STOA_CUMPROD)

    def cummin(self) -> Expression:
        """For each row the least of the values up to and including it."""
        return self._expression()._apply(lib.STOA_CUMMIN)

    def cummax(self) -> Expression:
        """For each row the greatest of the values up to and including it."""
        return self._expression()._apply(lib.STOA_CUMMAX)


REDUCTIONS = ("sum", "mean", "min", "max", "count", "var", "std", "any", "all")
MORE_REDUCTIONS = ("argmin", "argmax", "first", "last", "dot", "unique", "value_counts")
for each in map(vars(Operators).__getitem__, REDUCTIONS + MORE_REDUCTIONS):
    if each.__doc__:  # there are none under -OO
        each.__doc__ += """

        Raises StaleError for a stale expression, RangeError or DivisionByZeroError for a value at
        fault, and BusyError while another thread assigns to the table.
        """
STRINGS = (
    "starts_with",
    "ends_with",
    "contains",
    "matches",
    "length",
    "lower",
    "upper",
    "trim",
    "slice",
)
for each in map(vars(Operators).__getitem__, STRINGS):
    if each.__doc__:
        each.__doc__ += """

        Its values raise WrongTypeError for what is no string.
        """
TIMES = ("year", "month", "day", "hour", "minute", "second", "weekday", "yearday", "trunc")
for each in map(vars(Operators).__getitem__, TIMES):
    if each.__doc__:
        each.__doc__ += """

        Its values raise WrongTypeError for what is no date or timestamp.
        """
for each in map(vars(Operators).__getitem__, ("cumsum", "cumprod", "cummin", "cummax")):
    if each.__doc__:
        each.__doc__ += """

        Its values raise RangeError if they leave 64 bits.
        """


def checked_ddof(ddof: Any) -> tuple[int, ...]:
    number = integer(ddof, "ddof")
    if not 0 <= number < 2**31:
        raise ArgumentError(f"ddof must be 0 or more, not {shown(number)}")
    return (number,) if number else ()


class InPlace(Operators[Expression]):
    """The base of columns: `column += 1` writes through to the table."""

    __slots__ = ()

    def _store_values(self, value: Expression) -> None:
        raise NotImplementedError

    def __iadd__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self + other)
        return self

    def __isub__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self - other)
        return self

    def __imul__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self * other)
        return self

    def __itruediv__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self / other)
        return self

    def __ifloordiv__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self // other)
        return self

    def __imod__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self % other)
        return self

    def __ipow__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self**other)
        return self

    def __iand__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self & other)
        return self

    def __ior__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self | other)
        return self

    def __ixor__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self ^ other)
        return self

    def __ilshift__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self << other)
        return self

    def __irshift__(self: Self, other: Any) -> Self:  # type: ignore[override]
        self._store_values(self >> other)
        return self
