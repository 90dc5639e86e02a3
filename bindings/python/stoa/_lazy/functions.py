"""Functions of columns and expressions, the same that texts have.

Each gives a lazy expression. At least one argument is a column or an expression; the others may be
numbers, or arrays as long as the table. For plain numbers use `math`.
"""

from __future__ import annotations

from typing import Any

from stoa._lazy.expression import Expression, combined
from stoa._lazy.operators import Operators
from stoa._lib.ffi import ffi, lib
from stoa.errors import WrongTypeError


def applied(operation: int, *arguments: Any) -> Expression:
    if not any(isinstance(each, Operators) for each in arguments):
        name = ffi.string(lib.stoa_operation_text(operation)).decode()
        raise WrongTypeError(
            f"{name} takes a column or an expression: for plain numbers use Python's own functions"
        )
    return combined(operation, arguments)


def sqrt(x: Any) -> Expression:
    """The square root; NaN of negative numbers."""
    return applied(lib.STOA_SQRT, x)


def norm(v: Any) -> Expression:
    """The length of a vector, sqrt(dot(v, v)): a number for each row.

    Raises WrongTypeError unless it is of vectors.
    """
    made = applied(lib.STOA_NORM, v)
    made._type()  # raises unless it is of vectors
    return made


def exp(x: Any) -> Expression:
    """e to the power of x."""
    return applied(lib.STOA_EXP, x)


def log(x: Any) -> Expression:
    """The natural logarithm; NaN of negative numbers."""
    return applied(lib.STOA_LOG, x)


def log2(x: Any) -> Expression:
    """The logarithm to base 2."""
    return applied(lib.STOA_LOG2, x)


def log10(x: Any) -> Expression:
    """The logarithm to base 10."""
    return applied(lib.STOA_LOG10, x)


def sin(x: Any) -> Expression:
    """The sine of an angle in radians."""
    return applied(lib.STOA_SIN, x)


def cos(x: Any) -> Expression:
    """The cosine of an angle in radians."""
    return applied(lib.STOA_COS, x)


def tan(x: Any) -> Expression:
    """The tangent of an angle in radians."""
    return applied(lib.STOA_TAN, x)


def asin(x: Any) -> Expression:
    """The angle in radians whose sine is x; NaN beyond -1 and 1."""
    return applied(lib.STOA_ASIN, x)


def acos(x: Any) -> Expression:
    """The angle in radians whose cosine is x; NaN beyond -1 and 1."""
    return applied(lib.STOA_ACOS, x)


def atan(x: Any) -> Expression:
    """The angle in radians whose tangent is x."""
    return applied(lib.STOA_ATAN, x)


def atan2(y: Any, x: Any) -> Expression:
    """The angle in radians of the point (x, y)."""
    return applied(lib.STOA_ATAN2, y, x)


def hypot(x: Any, y: Any) -> Expression:
    """The length of (x, y), without overflow in between."""
    return applied(lib.STOA_HYPOT, x, y)


def floor(x: Any) -> Expression:
    """The greatest integer not above x."""
    return applied(lib.STOA_FLOOR, x)


def ceil(x: Any) -> Expression:
    """The least integer not below x."""
    return applied(lib.STOA_CEIL, x)


def round(x: Any) -> Expression:
    """The nearest integer; halves go to the even one."""
    return applied(lib.STOA_ROUND, x)


def abs(x: Any) -> Expression:
    """The absolute value."""
    return applied(lib.STOA_ABS, x)


def isnan(x: Any) -> Expression:
    """Whether x is NaN."""
    return applied(lib.STOA_ISNAN, x)


def isfinite(x: Any) -> Expression:
    """Whether x is neither infinite nor NaN."""
    return applied(lib.STOA_ISFINITE, x)


def is_null(x: Any) -> Expression:
    """Whether x is None."""
    return applied(lib.STOA_IS_NULL, x)


def coalesce(x: Any, y: Any, *more: Any) -> Expression:
    """The first of the arguments that is not None; later ones count only where it is."""
    return applied(lib.STOA_COALESCE, x, y, *more)


def where(condition: Any, x: Any, y: Any) -> Expression:
    """x where the condition holds, else y; failures in the branch not taken do not count."""
    return applied(lib.STOA_WHERE, condition, x, y)


def clip(x: Any, low: Any, high: Any) -> Expression:
    """x limited to the range from low to high."""
    return applied(lib.STOA_CLIP, x, low, high)


def minimum(x: Any, y: Any, *more: Any) -> Expression:
    """The least of the arguments in each row, ignoring NaN."""
    return applied(lib.STOA_MINIMUM, x, y, *more)


def maximum(x: Any, y: Any, *more: Any) -> Expression:
    """The greatest of the arguments in each row, ignoring NaN."""
    return applied(lib.STOA_MAXIMUM, x, y, *more)


min, max = minimum, maximum

EXPONENTIAL = (sqrt, exp, log, log2, log10)
TRIGONOMETRIC = (sin, cos, tan, asin, acos, atan, atan2, hypot)
OTHERS = (
    floor,
    ceil,
    round,
    abs,
    isnan,
    isfinite,
    is_null,
    coalesce,
    where,
    clip,
    minimum,
    maximum,
)
for each in (*EXPONENTIAL, *TRIGONOMETRIC, *OTHERS):
    if each.__doc__:  # there are none under -OO
        each.__doc__ += """

    Raises WrongTypeError unless an argument is a column or an expression of numbers, LengthError
    for an array of another length, and ArgumentError for columns of two tables.
    """


def lower(s: Any) -> Expression:
    """Each string in lower case, as str.lower().

    Its values raise WrongTypeError for what is no string.
    """
    return applied(lib.STOA_LOWER, s)


def upper(s: Any) -> Expression:
    """Each string in upper case, as str.upper().

    Its values raise WrongTypeError for what is no string.
    """
    return applied(lib.STOA_UPPER, s)


def length(s: Any) -> Expression:
    """The number of code points of each string.

    Its values raise WrongTypeError for what is no string.
    """
    return applied(lib.STOA_LENGTH, s)


def concat(s: Any, *others: Any) -> Expression:
    """Strings one after the other: `stoa.concat(points.first, " ", points.last)`.

    Its values raise WrongTypeError for what is no string.
    """
    return applied(lib.STOA_CONCAT, s, *others)
