"""Rows: they read and write the table like objects with attributes."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from typing import Any

import pytest

import stoa
from stoa import float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0

    def norm(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5

    def __post_init__(self) -> None:
        Point.made += 1

    made = 0


class Every(stoa.Record):
    a: bool
    b: int8
    c: int16
    d: int32
    e: int64
    f: uint8
    g: uint16
    h: uint32
    i: uint64
    j: float32
    k: float64
    m: object


def ten() -> stoa.Table[Point]:
    return stoa.Table(Point, [(i, i * i, i / 2) for i in range(10)])


def test_a_row_reads_and_writes_its_table() -> None:
    points = ten()
    row = points[3]
    row.x += 7
    assert row == (10, 9, 1.5)
    assert points[3].x == 10
    points.x[3] = 4
    assert row.x == 4


def test_a_row_is_of_its_record_class() -> None:
    row = ten()[2]
    assert isinstance(row, Point)
    assert type(row).__name__ == "Point"
    assert row.norm() == (4 + 16) ** 0.5
    assert repr(row) == "Point(x=2, y=4, w=1.0)"
    assert stoa.to_dict(row) == row.to_dict() == {"x": 2, "y": 4, "w": 1.0}
    x, y, w = row
    assert (x, y, w) == stoa.to_tuple(row)
    with pytest.raises(TypeError):
        hash(row)


def test_a_row_never_runs_post_init() -> None:
    points = ten()
    before = Point.made
    for row in points:
        assert row is not None
    points.pop()
    copy.copy(points[0])
    assert Point.made == before


def test_rows_equal_rows_records_and_tuples() -> None:
    points = ten()
    assert points[3] == points[3]
    assert points[3] == ten()[3]
    assert points[3] == Point(3, 9, 1.5)
    assert points[3] == (3, 9, 1.5)
    assert points[3] != points[4]


def test_a_row_tells_its_table_and_index() -> None:
    points = ten()
    assert stoa.table_of(points[-1]) is points
    assert stoa.index_of(points[-1]) == 9
    with pytest.raises(TypeError, match="standalone"):
        stoa.index_of(Point(1, 2))
    with pytest.raises(TypeError):
        stoa.table_of(3)  # type: ignore[arg-type]


def test_a_row_keeps_its_table_alive() -> None:
    row = ten()[5]
    gc.collect()
    assert row == (5, 25, 2.5)


def test_a_copy_of_a_row_is_a_record_of_its_own() -> None:
    points = ten()
    for made in (
        stoa.copy(points[3]),
        copy.copy(points[3]),
        copy.deepcopy(points[3]),
        pickle.loads(pickle.dumps(points[3])),
        stoa.replace(points[3]),
    ):
        assert made == (3, 9, 1.5)
        made.x = 99
    assert points[3].x == 3


def test_every_type_keeps_its_edges() -> None:
    rows = stoa.Table(Every, 2)
    assert rows[0] == (False, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, None)
    row = rows[1]
    for name, low, high in [
        ("b", -(2**7), 2**7 - 1),
        ("c", -(2**15), 2**15 - 1),
        ("d", -(2**31), 2**31 - 1),
        ("e", -(2**63), 2**63 - 1),
        ("f", 0, 2**8 - 1),
        ("g", 0, 2**16 - 1),
        ("h", 0, 2**32 - 1),
        ("i", 0, 2**64 - 1),
    ]:
        for value in (low, high):
            setattr(row, name, value)
            assert getattr(row, name) == value
            assert type(getattr(row, name)) is int
        for value in (low - 1, high + 1, 2**200):
            with pytest.raises(OverflowError) as raised:
                setattr(row, name, value)
            assert isinstance(raised.value, stoa.Error)
            assert getattr(row, name) == high
        for wrong in (1.0, float("nan"), "1", None, b"1", 1j):
            with pytest.raises(TypeError) as refused:
                setattr(row, name, wrong)
            assert isinstance(refused.value, stoa.Error)
        setattr(row, name, True)
        assert getattr(row, name) == 1
        assert type(getattr(row, name)) is int


def test_a_bool_takes_booleans_0_and_1() -> None:
    row = stoa.Table(Every, 1)[0]
    for value in (True, False, 1, 0):
        row.a = value  # type: ignore[assignment]
        assert row.a is bool(value)
    for value in (2, -1, 2**70):
        with pytest.raises(OverflowError):
            row.a = value  # type: ignore[assignment]
    for wrong in (1.0, "x", None, []):
        with pytest.raises(TypeError):
            row.a = wrong  # type: ignore[assignment]


def test_a_float_takes_integers_and_refuses_what_overflows_it() -> None:
    row = stoa.Table(Every, 1)[0]
    row.k = 2**53 + 1
    assert row.k == 2.0**53
    row.j = 0.1
    assert row.j == pytest.approx(0.1, rel=1e-6)
    assert row.j != 0.1
    row.j = float("-inf")
    assert row.j == float("-inf")
    row.j = float("nan")
    assert row.j != row.j
    for name, value in [("j", 1e39), ("j", -1e39), ("j", 2**128), ("k", 10**400), ("j", 10**400)]:
        with pytest.raises(OverflowError):
            setattr(row, name, value)
    for wrong in ("1.5", None, b"1", 1j, []):
        for name in "jk":
            with pytest.raises(TypeError):
                setattr(row, name, wrong)
    assert row.k == 2.0**53


def test_what_has_index_is_an_integer_and_what_has_float_a_float() -> None:
    class Index:
        def __index__(self) -> int:
            return 5

    class Float:
        def __float__(self) -> float:
            return 2.5

    row: Any = stoa.Table(Every, 1)[0]
    row.d = Index()
    row.k = Float()
    assert (row.d, row.k) == (5, 2.5)
    row.k = Index()
    assert row.k == 5.0
    with pytest.raises(TypeError):
        row.d = Float()


def test_an_unknown_attribute_of_a_row_is_an_error() -> None:
    row: Any = ten()[0]
    with pytest.raises(AttributeError):
        row.q = 1
    with pytest.raises(AttributeError):
        row.q  # noqa: B018
    with pytest.raises(AttributeError):
        del row.x
    assert row.x == 0


def test_iteration_gives_a_row_for_each_and_kept_rows_stay_themselves() -> None:
    points = ten()
    kept = list(points)
    assert [row.x for row in kept] == list(range(10))
    assert [stoa.index_of(row) for row in kept] == list(range(10))
    assert len({id(row) for row in kept}) == 10
    odd = [row for row in points if row.x % 2]
    assert [row.x for row in odd] == [1, 3, 5, 7, 9]
    first, *_, last = points
    assert (first.x, last.x) == (0, 9)
    assert [(a.x, b.x) for a, b in zip(points, points)] == [(i, i) for i in range(10)]


def test_iteration_sees_rows_that_are_appended() -> None:
    points = stoa.Table(Point, [(0, 0)])
    for row in points:
        if len(points) < 5:
            points.append(row.x + 1, 0)
    assert points.x.tolist() == [0, 1, 2, 3, 4]


def test_a_cursor_moves_one_row() -> None:
    points = ten()
    rows = points.cursor()
    first = next(rows)
    assert first.x == 0
    assert next(rows) is first
    assert first.x == 1
    for row in points.cursor():
        row.x *= 2
    assert points.x.tolist() == [2 * i for i in range(10)]
    assert [row.x for row in points[2:8:3].cursor()] == [4, 10]


def test_rows_are_freed_with_their_table() -> None:
    points = ten()
    table = weakref.ref(points)
    row = points[0]
    del points
    gc.collect()
    assert table() is not None
    del row
    gc.collect()
    assert table() is None
