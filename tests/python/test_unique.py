"""unique() and value_counts() of columns, windows, selections and expressions, beside dicts."""

from __future__ import annotations

import datetime
import enum
import math
from typing import Any, Literal, Optional

import pytest
from hypothesis import given
from hypothesis.strategies import (
    booleans,
    builds,
    dates,
    floats,
    integers,
    just,
    lists,
    none,
    sampled_from,
    text,
)

import stoa
from stoa import float32, float64, int8, int32, uint64

WORDS = ["", "UA", "ua", "DL", "straße", "a\0b", "😀"]


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


class Row(stoa.Record):
    name: str
    small: int8
    wide: int32
    huge: uint64
    short: float32
    w: float64
    flag: bool
    color: Color
    size: Literal["S", "M"]
    maybe: Optional[int32]  # noqa: UP045
    alias: Optional[str]  # noqa: UP045
    day: datetime.date
    passed: Optional[datetime.timedelta]  # noqa: UP045
    thing: object = None


some_floats = sampled_from([0.0, -0.0, 1.5, math.nan, -math.nan, math.inf])
rows = lists(
    builds(
        Row,
        sampled_from(WORDS) | text(max_size=3),
        integers(-3, 3),
        integers(-(2**31), 2**31 - 1) | integers(0, 3),
        sampled_from([0, 2**64 - 1, 7]),
        some_floats,
        some_floats | floats(),
        booleans(),
        sampled_from(Color),
        sampled_from(["S", "M"]),
        none() | integers(0, 2),
        none() | sampled_from(WORDS),
        dates(),
        none() | integers(0, 2).map(datetime.timedelta),
        just(1),
    ),
    max_size=30,
)
NAMES = list(Row.__annotations__)[:-1]


def counted(values: Any) -> dict[Any, int]:
    """The slow way: different values in the order in which they first come."""
    made: dict[Any, int] = {}
    for value in values:
        key = math.nan if value != value else value + 0.0 if type(value) is float else value
        made[key] = made.get(key, 0) + 1
    return made


def check(column: Any, values: Any) -> None:
    wanted = counted(values)
    assert list(map(repr, column.unique())) == list(map(repr, wanted))
    by_count = sorted(wanted.items(), key=lambda pair: -pair[1])
    assert list(column.value_counts().items()) == by_count


@given(rows, integers(0, 10), integers(-3, 3).filter(bool))
def test_values_are_counted_as_a_dict_counts_them(given: list[Any], start: int, step: int) -> None:
    table = stoa.Table(Row, given)
    chosen = table.where(table.small > 0)
    for name in NAMES:
        values = [getattr(each, name) for each in table]
        check(table[name], values)
        check(chosen[name], [getattr(each, name) for each in table if each.small > 0])
        if name not in ("name", "alias"):
            check(table[start::step][name], values[start::step])
            check(table[name][start::step], values[start::step])


@given(rows)
def test_expressions_are_counted_by_what_they_give(given: list[Any]) -> None:
    table = stoa.Table(Row, given)
    check(table.name.upper(), [each.name.upper() for each in table])
    check(
        table.alias.lower(), [None if each.alias is None else each.alias.lower() for each in table]
    )
    check(table.small % 2, [each.small % 2 for each in table])
    check(table.w > 0, [each.w > 0 for each in table])
    check(table.maybe + 1, [None if each.maybe is None else each.maybe + 1 for each in table])
    check(table.expression("concat(name, '-')"), [each.name + "-" for each in table])
    chosen = table.where("flag")
    check(chosen.name.length(), [len(each.name) for each in table if each.flag])


def test_null_is_a_value_and_nan_is_one() -> None:
    table = stoa.Table(
        Row,
        [
            ("", 0, 0, 0, 0, w, 0, Color.RED, "S", m, "", datetime.date(2013, 1, 1), None)
            for w, m in [(math.nan, None), (-0.0, 1), (-math.nan, None), (0.0, None)]
        ],
    )
    assert table.maybe.value_counts() == {None: 3, 1: 1}
    assert table.maybe.unique() == [None, 1]
    assert table.w.value_counts()[math.nan] == 2
    assert str(table.w.unique()) == "[nan, 0.0]"


def test_times_that_clocks_show_twice_are_two_values_and_one_key() -> None:
    table = stoa.Table({"t": stoa.timestamp("s", "Europe/Berlin")}, 3)
    hours = [datetime.datetime(2013, 10, 27, h, tzinfo=datetime.timezone.utc) for h in (0, 1, 1)]
    table.t = hours
    assert [each.astimezone(datetime.timezone.utc) for each in table.t.unique()] == hours[:2]
    assert list(table.t.value_counts().values()) == [3]


def test_counts_are_the_same_while_strings_come_and_go() -> None:
    table = stoa.Table(Row, 5)
    names = table.name
    assert names.value_counts() == {"": 5}
    table[3].name = "UA"
    assert names.value_counts() == {"": 4, "UA": 1}
    table.compact()
    assert names.unique() == ["", "UA"]
    lower = names.lower()
    assert lower.unique() == ["", "ua"]
    table[0].name = "DL"
    with pytest.raises(stoa.StaleError, match="name"):
        lower.unique()


def test_many_rows_are_counted_beside_other_threads() -> None:
    table = stoa.Table(Row, 300_000)
    table.wide = table.expression("row() % 1000 * 1000003")
    table.name = ["even", "odd"] * 150_000
    assert table.wide.value_counts() == {i * 1000003: 300 for i in range(1000)}
    assert table.wide.unique() == [i * 1000003 for i in range(1000)]
    assert table.name.value_counts() == {"even": 150_000, "odd": 150_000}


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda t: t.thing.unique(), "thing is an object field"),
        (lambda t: t.thing.value_counts(), "thing is an object field"),
        (lambda t: t.v.unique(), "component"),
        (lambda t: (t.v * 2).value_counts(), "component"),
        (lambda t: (t.x + "a").unique(), "string"),
    ],
)
def test_what_has_no_values_to_count_is_refused(ask: Any, message: str) -> None:
    table = stoa.Table({"thing": object, "v": stoa.Vector[float32, Literal[3]], "x": "int32"}, 2)
    with pytest.raises(stoa.WrongTypeError, match=message):
        ask(table)


def test_a_value_at_fault_is_told() -> None:
    table = stoa.Table({"x": "int32"}, [(3,), (0,)])
    with pytest.raises(stoa.DivisionByZeroError, match="row 1"):
        (6 // table.x).unique()
    assert (6 // table.where(table.x > 0).x).unique() == [2]
