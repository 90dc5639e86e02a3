"""Rows, windows and iterators after their table has changed."""

from __future__ import annotations

from typing import Any

import pytest

import stoa
from stoa import float64, int32


class Point(stoa.Record):
    x: int32
    w: float64 = 1.0
    tag: object = None


def ten() -> stoa.Table[Point]:
    return stoa.Table(Point, [(i, i / 2, str(i)) for i in range(10)])


MOVES: dict[str, Any] = {
    "del": lambda t: t.__delitem__(0),
    "del last": lambda t: t.__delitem__(-1),
    "del slice": lambda t: t.__delitem__(slice(2, 4)),
    "del steps": lambda t: t.__delitem__(slice(None, None, 2)),
    "pop": lambda t: t.pop(),
    "remove": lambda t: t.remove((3, 1.5, "3")),
    "swap_remove": lambda t: t.swap_remove(3),
    "insert": lambda t: t.insert(0, 5),
    "swap": lambda t: t.swap(0, 1),
    "reverse": lambda t: t.reverse(),
    "shuffle": lambda t: t.shuffle(),
    "keep": lambda t: t.keep([True] * 9 + [False]),
    "resize down": lambda t: t.resize(9),
    "clear": lambda t: t.clear(),
    "longer slice": lambda t: t.__setitem__(slice(0, 2), [(1,)] * 3),
    "shorter slice": lambda t: t.__setitem__(slice(0, 2), [(1,)]),
}
STAYS: dict[str, Any] = {
    "append": lambda t: t.append(1),
    "extend": lambda t: t.extend([(1,)] * 10_000),
    "insert at the end": lambda t: t.insert(len(t), 1),
    "resize up": lambda t: t.resize(50_000),
    "reserve": lambda t: t.reserve(50_000),
    "shrink": lambda t: t.shrink(),
    "swap with itself": lambda t: t.swap(3, 3),
    "del nothing": lambda t: t.__delitem__(slice(5, 5)),
    "keep all": lambda t: t.keep([True] * 10),
    "same slice": lambda t: t.__setitem__(slice(0, 2), [(0, 0, "0"), (1, 0.5, "1")]),
    "add a field": lambda t: t.add_field("extra", "int8"),
    "copy": lambda t: t.copy().clear(),
    "write": lambda t: t.__setitem__(5, (5,)),
}


@pytest.mark.parametrize("move", MOVES)
def test_what_was_taken_before_rows_moved_is_stale(move: str) -> None:
    points = ten()
    row, window, column = points[3], points[2:6], points[2:6].x
    rows, cursor, values = iter(points), points.cursor(), iter(points.x)
    first = next(rows)
    moving = next(cursor)
    next(values)
    order = points.order
    MOVES[move](points)
    assert points.order > order
    uses: list[Any] = [
        lambda: row.x,
        lambda: row.w,
        lambda: row.tag,
        lambda: setattr(row, "x", 5),
        lambda: setattr(row, "w", 5),
        lambda: setattr(row, "tag", 5),
        lambda: stoa.to_dict(row),
        lambda: stoa.to_tuple(row),
        lambda: stoa.copy(row),
        lambda: stoa.replace(row, x=1),
        lambda: list(row),
        lambda: row == (3, 1.5, "3"),
        lambda: repr(row),
        lambda: stoa.index_of(row),
        lambda: points.append(row),
        lambda: first.x,
        lambda: moving.x,
        lambda: next(rows),
        lambda: next(cursor),
        lambda: next(values),
        lambda: len(window),
        lambda: window[0],
        lambda: window.x,
        lambda: setattr(window, "x", 1),
        lambda: list(window),
        lambda: column[0],
        lambda: column.buffer,
    ]
    before = points.copy()
    for use in uses:
        with pytest.raises(stoa.StaleError) as raised:
            use()
        assert isinstance(raised.value, RuntimeError)
    assert points == before
    assert stoa.table_of(row) is points
    if len(points):
        assert points[0].x == points.x[0]


@pytest.mark.parametrize("stay", STAYS)
def test_what_moves_no_row_makes_none_stale(stay: str) -> None:
    points = ten()
    row, window = points[3], points[2:6]
    rows = iter(points)
    next(rows)
    order = points.order
    STAYS[stay](points)
    assert points.order == order
    assert row == (3, 1.5, "3")
    assert stoa.index_of(row) == 3
    assert [p.x for p in window] == [2, 3, 4, 5]
    assert next(rows).x == 1
    row.x = 30
    assert points[3].x == 30


def test_a_refused_change_makes_nothing_stale() -> None:
    points = ten()
    row = points[3]
    for change in (
        lambda: points.pop(100),
        lambda: points.swap(0, 100),
        lambda: points.insert(0, "x"),
        lambda: points.__delitem__(100),
        lambda: points.keep([True]),
        lambda: points.__setitem__(slice(0, 1), [("x",)]),
        lambda: points.resize(2**50),
    ):
        with pytest.raises(stoa.Error):
            change()
        assert row.x == 3


def test_a_removal_inside_a_loop_ends_it_with_an_error() -> None:
    for loop in (lambda t: t, lambda t: t.cursor(), lambda t: t[:], lambda t: t.x):
        points = ten()
        rows = iter(loop(points))
        next(rows)
        points.pop(0)
        with pytest.raises(stoa.StaleError):
            next(rows)
        with pytest.raises(StopIteration):
            next(rows)
        assert len(points) == 9


def test_a_new_row_is_good_after_each_removal() -> None:
    points = ten()
    for left in range(10, 0, -1):
        row = points[0]
        assert row.x == 10 - left
        del points[0]
        with pytest.raises(stoa.StaleError):
            row.x = 1
