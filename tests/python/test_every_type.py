"""Each type in each operation, with values of each other type: a result, or an error of stoa that
changes nothing and names the field."""

from __future__ import annotations

import enum
import itertools
import operator
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, Callable, Literal

import pytest

import stoa

UTC = timezone.utc


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Perm(enum.IntFlag):
    R = 1
    W = 2


class Every(stoa.Record):
    bool_: bool
    int8_: stoa.int8
    uint64_: stoa.uint64
    float32_: stoa.float32
    string_: str
    string_or_none: str | None
    date_: date
    naive: datetime
    zoned: Annotated[datetime, stoa.timestamp("ms", "Europe/Berlin")]
    fine: timestamp[ns] | None  # type: ignore[name-defined,valid-type]  # noqa: F821
    span: timedelta
    color: Color
    color_or_none: Color | None
    literal: Literal["a", "b"]
    flags: Perm
    vector: stoa.Vector[stoa.float32, Literal[3]]
    int32_or_none: stoa.int32 | None
    object_: object


ROWS: list[Any] = [
    (
        *(True, 1, 2, 0.5, "x", None, date(2000, 1, 1), datetime(2000, 1, 1)),
        *(datetime(2000, 1, 1, tzinfo=UTC), None, timedelta(1), Color.RED, None, "a", Perm.R),
        *((1, 2, 3), None, object()),
    ),
    (
        *(False, -1, 2**63 + 5, -1.5, "", "y", date(1, 1, 1), datetime(9999, 12, 31)),
        *(datetime(1950, 7, 1, tzinfo=UTC), datetime(2000, 1, 1), timedelta(-5), Color.BLUE),
        *(Color.RED, "b", Perm(3), (0, 0, 0), 7, None),
    ),
]
NAMES = [each.name for each in Every._stoa_fields]
CONSTANTS: list[Any] = [
    *(True, 0, -1, 2.5, "x", "RED", None, b"x", 1j, object(), [1, 2, 3], Color.RED, Perm.W),
    *(date(2000, 1, 1), datetime(2000, 1, 1), datetime(2000, 1, 1, tzinfo=UTC), timedelta(1)),
]
BINARY = [
    *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv),
    *(operator.mod, operator.pow, operator.and_, operator.lshift, operator.lt, operator.eq),
]
METHODS = [
    *("__neg__", "__invert__", "__abs__", "__round__", "lower", "length", "sum", "mean", "min"),
    *("count", "std", "any", "argmax", "first", "cumsum", "cumprod", "cummin", "count_distinct"),
    *("value_counts", "year", "hour", "weekday", "is_null", "norm"),
]
CASTS = ["bool", "int8", "float32", "string", "date", "timestamp[s]", "duration[ms]", Color]


# What an error names: a field, or what an operand could be.
SAID = [*NAMES, "numbers", "members of", "takes", "a cast"]


def constants() -> list[Any]:
    try:
        import numpy
    except ImportError:
        return CONSTANTS
    days = numpy.array(["2000-01-01"] * 2, "M8[s]")
    return [*CONSTANTS, days, days[0], days[0] - days[1], numpy.int8(3), numpy.arange(2)]


def attempts(table: Any) -> Iterator[Callable[[], Any]]:
    for name in NAMES:
        column = table[name]
        for do, other in itertools.product(BINARY, [*map(table.__getitem__, NAMES), *constants()]):
            yield lambda do=do, other=other: do(column, other)
            yield lambda do=do, other=other: do(other, column)
        for method in METHODS:
            yield lambda method=method: getattr(column, method, lambda: None)()
        for to in CASTS:
            yield lambda to=to: column.cast(to)
        for value in [*map(table.__getitem__, NAMES), *constants()]:
            yield lambda value=value: column.fill_null(value)
            yield lambda value=value: stoa.where(table.int8_ > 0, column, value)
        for value in constants():
            yield lambda value=value: column.starts_with(value)
            yield lambda value=value: column.is_in([value])
            yield lambda value=value: column.trunc(value)


def stores(table: Any) -> Iterator[Callable[[Any], Any]]:
    for name in NAMES:
        for value in [*map(table.__getitem__, NAMES), *constants()]:
            yield lambda to, name=name, value=value: setattr(to, name, value)
            yield lambda to, name=name, value=value: to.update({name: value})
            yield lambda to, name=name, value=value: setattr(to[0], name, value)


@pytest.mark.filterwarnings("ignore")
def test_each_type_in_each_operation_has_values_or_an_error_that_says_why() -> None:
    table = stoa.Table(Every, ROWS)
    works = fails = 0
    unnamed: list[str] = []
    for attempt in attempts(table):
        try:
            made = attempt()
            works += hasattr(made, "tolist") and bool(made.tolist())
        except stoa.Error as error:
            fails += 1
            unnamed += [str(error)] if not any(word in str(error) for word in SAID) else []
        except TypeError as error:  # of Python: neither side has the operator, or complex lacks it
            if not any(word in str(error) for word in ("supported", "complex number")):
                raise
    assert unnamed == []
    assert works > 500
    assert fails > 5000


@pytest.mark.filterwarnings("ignore")
def test_each_value_is_stored_into_each_type_or_refused_as_a_whole() -> None:
    table = stoa.Table(Every, ROWS)
    before = table.to_dicts()
    works = fails = 0
    for store in stores(table):
        to = table.copy()
        try:
            store(to)
            works += 1
        except stoa.Error:
            fails += 1
            assert to.to_dicts() == before
    assert works > 100
    assert fails > 1000
    assert table.to_dicts() == before
