"""Windows: slices that share their table's memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

import stoa
from stoa import int32


class Point(stoa.Record):
    x: int32
    y: int32 = 0


def ten() -> stoa.Table[Point]:
    return stoa.Table(Point, [(i,) for i in range(10)])


def xs(rows: Any) -> list[int]:
    return [row.x for row in rows]


def test_a_window_shares_the_table_s_memory() -> None:
    points = ten()
    window = points[2:8:2]
    assert xs(window) == window.x.tolist() == [2, 4, 6]
    window[1].x = 40
    window.y = 7
    window[0] = (20, 30)
    assert points.x.tolist() == [0, 1, 20, 3, 40, 5, 6, 7, 8, 9]
    assert points.y.tolist() == [0, 0, 30, 0, 7, 0, 7, 0, 0, 0]
    assert stoa.table_of(window[0]) is points
    assert stoa.index_of(window[1]) == 4
    assert isinstance(window, Sequence)


def test_a_window_of_a_window_is_one_of_the_table() -> None:
    points = ten()
    window = points[1:9][::-2][1:]
    assert xs(window) == [6, 4, 2]
    assert xs(window[1:]) == [4, 2]
    assert xs(reversed(window)) == [2, 4, 6]
    assert xs(window.head(1)) == [6]
    assert window[-1].x == 2
    assert xs(window[[0, 2]]) == [6, 2]
    assert xs(window.copy()) == [6, 4, 2]
    assert (4, 0) in window
    assert window.index((4, 0)) == 1
    assert window.count((5, 0)) == 0
    assert window.to_dicts() == [{"x": x, "y": 0} for x in (6, 4, 2)]
    with pytest.raises(IndexError):
        window[3]


def test_a_window_has_a_fixed_length() -> None:
    points = ten()
    window: Any = points[2:5]
    points.append(10)
    assert len(window) == 3
    for change in (
        lambda: window.append(1),
        lambda: window.extend([(1,)]),
        lambda: window.insert(0, 1),
        lambda: window.pop(),
        lambda: window.remove((2, 0)),
        lambda: window.clear(),
        lambda: window.reverse(),
        lambda: window.__delitem__(0),
        lambda: window.resize(3),
        lambda: window.swap(0, 1),
        lambda: window.__iadd__([(1,)]),
    ):
        with pytest.raises(TypeError, match="window"):
            change()
    for records in ([], [(1,)] * 2, [(1,)] * 4):
        with pytest.raises(ValueError, match="3"):
            window[:] = records
    window[:] = [(7,), (8,), (9,)]
    assert points.x.tolist() == [0, 1, 7, 8, 9, 5, 6, 7, 8, 9, 10]


def test_a_window_is_stale_after_a_removal() -> None:
    points = ten()
    window, column = points[2:5], points[2:5].x
    del points[9]
    for use in (
        lambda: len(window),
        lambda: window[0],
        lambda: list(window),
        lambda: window.x,
        lambda: window.copy(),
        lambda: window[1:],
        lambda: window.__setattr__("x", 5),
        lambda: repr(window),
        lambda: column[0],
        lambda: column.tolist(),
        lambda: list(column),
    ):
        with pytest.raises(stoa.StaleError):
            use()
    assert xs(points[2:5]) == [2, 3, 4]


def test_a_window_keeps_the_table_alive() -> None:
    window = ten()[3:5]
    assert xs(window) == [3, 4]
