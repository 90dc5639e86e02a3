"""points.version and points.x.version: whether something changed since the last look."""

from __future__ import annotations

from typing import Any, Callable

import pytest

import stoa
from stoa import float64, int32


class Point(stoa.Record):
    x: int32
    y: int32 = 0
    w: float64 = 0.5
    thing: object = None


def filled() -> Any:
    made: Any = stoa.Table(Point, 10)
    made.x = range(10)
    return made


def fails(error: type[Exception], work: Callable[[], Any]) -> None:
    with pytest.raises(error):
        work()


# What is done, and which versions it changes: x, y, the table.
CHANGES: dict[str, tuple[Callable[[Any], Any], bool, bool, bool]] = {
    "a row's field": (lambda t: setattr(t[3], "x", 5), True, False, True),
    "the same value again": (lambda t: setattr(t[3], "x", 3), True, False, True),
    "a value to convert": (lambda t: setattr(t[3], "x", True), True, False, True),
    "an object": (lambda t: setattr(t[3], "thing", "one"), False, False, True),
    "a cell": (lambda t: t.x.__setitem__(3, 5), True, False, True),
    "a slice": (lambda t: t.x.__setitem__(slice(2, 4), 5), True, False, True),
    "no cells": (lambda t: t.x.__setitem__(slice(2, 2), []), False, False, False),
    "a column": (lambda t: setattr(t, "y", t.x + 1), False, True, True),
    "in place": (lambda t: t.x.__iadd__(1), True, False, True),
    "a selection": (lambda t: setattr(t.where(t.x > 3), "y", 1), False, True, True),
    "text": (lambda t: t.assign("y", "x + 1"), False, True, True),
    "an update": (lambda t: t.update(x=t.y, y=t.x), True, True, True),
    "a record": (lambda t: t.__setitem__(3, (1, 2)), True, True, True),
    "records": (lambda t: t.__setitem__(slice(3, 5), [(1, 2), (3, 4)]), True, True, True),
    "append": (lambda t: t.append(1), False, False, True),
    "extend": (lambda t: t.extend(x=[1, 2]), False, False, True),
    "more rows": (lambda t: t.resize(20), False, False, True),
    "fewer rows": (lambda t: t.resize(5), True, True, True),
    "pop": (lambda t: t.pop(), True, True, True),
    "insert": (lambda t: t.insert(3, 1), True, True, True),
    "remove": (lambda t: t.__delitem__(3), True, True, True),
    "reverse": (lambda t: t.reverse(), True, True, True),
    "swap": (lambda t: t.swap(1, 2), True, True, True),
    "clear": (lambda t: t.clear(), True, True, True),
    "a new field": (lambda t: t.add_field("z", "int8"), False, False, True),
    "a field that goes": (lambda t: t.drop_field("w"), False, False, True),
    "reading": (lambda t: (t.x.sum(), list(t), t[3].x, t.copy(), t.where(t.x > 3)), *[False] * 3),
    "a value that does not fit": (
        lambda t: fails(OverflowError, lambda: setattr(t[3], "x", 2**31)),
        *[False] * 3,
    ),
    "an assignment that fails": (
        lambda t: fails(ZeroDivisionError, lambda: t.assign("x", "1 // x")),
        *[False] * 3,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_versions_grow_with_each_change_and_with_nothing_else(change: str) -> None:
    work, x, y, whole = CHANGES[change]
    points = filled()
    before = points.x.version, points.y.version, points.version
    work(points)
    after = points.x.version, points.y.version, points.version
    assert [a > b for a, b in zip(after, before)] == [x, y, whole]
    assert all(a >= b for a, b in zip(after, before))


def test_no_version_of_a_table_comes_twice() -> None:
    points = filled()
    seen = [points.version]
    for _ in range(20):
        points.append(1)
        seen.append(points.version)
        points.pop()
        seen.append(points.version)
    points.resize(0)
    seen.append(points.version)
    assert seen == sorted(set(seen))


def test_a_part_of_a_column_has_the_version_of_the_whole_and_a_dropped_one_has_none() -> None:
    points = filled()
    assert points.x[2:5].version == points[2:5].x.version == points.x.version
    column = points.w
    points.drop_field("w")
    with pytest.raises(AttributeError, match="'w' was dropped"):
        column.version  # noqa: B018


def test_a_field_called_version_is_reached_by_its_name() -> None:
    table: Any = stoa.Table({"version": "int32"}, 3)
    table["version"] = 7
    assert table["version"].tolist() == [7, 7, 7]
    assert isinstance(table.version, int)
