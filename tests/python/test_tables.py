"""Tables: what they can be made from, and the methods of a list."""

from __future__ import annotations

import random
import sys
from collections.abc import MutableSequence
from typing import Any

import pytest
from samples import Other, Point, Points, ten, xs

import stoa
from stoa import int32

# ---- making ----


def test_a_table_is_made_of_a_record_class() -> None:
    points = stoa.Table(Point)
    assert len(points) == 0
    assert not points
    assert points.record is Point
    assert points.fields == {"x": "int32", "y": "int32", "w": "float64"}
    assert points.fields["x"] is stoa.int32
    assert isinstance(points, MutableSequence)


def test_a_number_of_rows_gives_defaults_and_zeros() -> None:
    points = stoa.Table(Point, 1000)
    assert len(points) == 1000
    assert points[0] == points[999] == (0, 0, 1.0)
    assert points.nbytes == 16_000


def test_records_tuples_and_mappings_make_rows() -> None:
    points = stoa.Table(Point, [(1, 2), Point(3, 4), {"y": 6, "x": 5}, ten()[7], (7, 8, 9)])
    assert points.to_dicts() == [
        {"x": 1, "y": 2, "w": 1.0},
        {"x": 3, "y": 4, "w": 1.0},
        {"x": 5, "y": 6, "w": 1.0},
        {"x": 7, "y": 49, "w": 3.5},
        {"x": 7, "y": 8, "w": 9.0},
    ]
    assert stoa.Table(Point, (p for p in points)) == points
    assert stoa.Table(Point, points) == points


def test_a_mapping_of_names_to_types_makes_an_unnamed_record() -> None:
    rows = stoa.Table({"x": "int32", "w": ("float64", 1.5), "n": int, "o": object}, 1)
    assert rows[0] == (0, 1.5, 0, None)
    assert rows.fields == {"x": "int32", "w": "float64", "n": "int64", "o": "object"}
    rows.append(1, n=2, o="o")
    assert rows[1].to_dict() == {"x": 1, "w": 1.5, "n": 2, "o": "o"}
    assert repr(rows[1]) == "Record(x=1, w=1.5, n=2, o='o')"
    for wrong in ({}, 3, "Point", [("x", "int32")], None, Point(1, 2)):
        with pytest.raises(TypeError):
            stoa.Table(wrong)


def test_columns_make_a_table() -> None:
    points = stoa.Table.from_columns(Point, x=[1, 2], y=range(2))
    assert points.to_dicts() == [{"x": 1, "y": 0, "w": 1.0}, {"x": 2, "y": 1, "w": 1.0}]
    assert Points.from_columns(x=[1], y=[2], w=[3])[0] == (1, 2, 3.0)
    assert stoa.Table.from_columns({"a": "int8"}, a=[1, 2, 3]).a.tolist() == [1, 2, 3]


def test_max_rows_is_how_far_a_table_grows() -> None:
    points = stoa.Table(Point, max_rows=3)
    assert points.max_rows == 3
    points.extend([(1, 2)] * 3)
    before = points.to_dicts()
    for grow in (
        lambda: points.append(1, 2),
        lambda: points.insert(0, 1, 2),
        lambda: points.extend([(1, 2)]),
        lambda: points.extend(x=[1], y=[2]),
        lambda: points.resize(4),
        lambda: points.reserve(2**40),
    ):
        with pytest.raises(MemoryError, match="max_rows") as raised:
            grow()
        assert isinstance(raised.value, stoa.FullError)
        assert points.to_dicts() == before
    with pytest.raises(MemoryError):
        stoa.Table(Point, 4, max_rows=3)
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="max_rows"):
            stoa.Table(Point, max_rows=wrong)
    with pytest.raises(ValueError, match="rows"):
        stoa.Table(Point, -1)
    with pytest.raises(MemoryError):
        stoa.Table(Point, 2**50)


# ---- methods of lists ----


def test_append_takes_fields_by_position_and_name_or_one_record() -> None:
    points = stoa.Table(Point)
    points.append(1, 2)
    points.append(1, y=2, w=3.0)
    points.append((4, 5))
    points.append({"x": 6, "y": 7})
    points.append(Point(8, 9))
    points.append(points[0])
    assert xs(points) == [1, 1, 4, 6, 8, 1]
    assert points.w.tolist() == [1, 3, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), {}),
        ((1,), {}),
        ((1, 2, 3, 4), {}),
        (((1,),), {}),
        (((1, 2, 3, 4),), {}),
        (({"x": 1},), {}),
        ((), {"x": 1}),
        ((1, 2), {"x": 3}),
        ((Other(1, 2),), {}),
        (([1, 2],), {}),
        (("ab",), {}),
        ((Point(1, 2), Point(3, 4)), {}),
    ],
)
def test_append_refuses_what_is_not_one_record(arguments: Any, named: Any) -> None:
    points = ten()
    with pytest.raises(TypeError) as raised:
        points.append(*arguments, **named)
    assert isinstance(raised.value, stoa.Error)
    assert points == ten()


def test_an_unknown_field_is_refused_with_the_names_that_there_are() -> None:
    points: Any = ten()
    for use in (
        lambda: points.append(1, 2, q=3),
        lambda: points.append({"x": 1, "y": 2, "q": 3}),
        lambda: points.extend(x=[1], y=[2], q=[3]),
        lambda: points.q,
        lambda: points["q"],
        lambda: points.__setattr__("q", 1),
        lambda: points.__setitem__("q", 1),
        lambda: points.drop_field("q"),
        lambda: points.rename_field("q", "r"),
        lambda: points[2:3].q,
    ):
        with pytest.raises(KeyError, match="x, y, w") as raised:
            use()
        assert isinstance(raised.value, (stoa.Error, AttributeError))
    assert points == ten()


def test_a_subclass_s_record_is_never_cut() -> None:
    class Point3(Point):
        z: int32 = 0

    with pytest.raises(TypeError, match="Point3"):
        ten().append(Point3(1, 2))
    assert stoa.Table(Point3, [Point3(1, 2, z=3)])[0] == (1, 2, 1.0, 3)


def test_extend_takes_all_or_nothing() -> None:
    points = ten()
    many = [(i, 0) for i in range(10_000)]
    for bad in ([(1, 2), (2**31, 2)], [*many, ("a", 2)], [*many, (1,)], [(1, 2), 5]):
        with pytest.raises((OverflowError, TypeError)):
            points.extend(bad)
        assert points == ten()

    def failing() -> Any:
        yield from many
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        points.extend(failing())
    assert points == ten()
    points.extend(many)
    assert len(points) == 10_010
    points.extend(())
    points.extend(iter([]))
    points += [(5, 5)]
    assert len(points) == 10_011


def test_extend_takes_a_table_also_itself() -> None:
    points = ten()
    points.extend(points)
    assert xs(points) == [*range(10), *range(10)]
    points.extend(points[18:])
    points.extend(p for p in ten() if p.x < 2)
    assert xs(points)[20:] == [8, 9, 0, 1]
    with pytest.raises(TypeError):
        points.extend(stoa.Table(Other, [(1, 2)]))


def test_extend_refuses_what_is_not_many_records() -> None:
    points: Any = ten()
    for wrong in (5, None, Point(1, 2), {"x": [1], "y": [2]}, "ab", points[0]):
        with pytest.raises(TypeError):
            points.extend(wrong)
    with pytest.raises(TypeError):
        points.extend([(1, 2)], x=[1], y=[2])
    with pytest.raises(TypeError, match="y"):
        points.extend(x=[1])
    with pytest.raises(ValueError, match=r"2.*1"):
        points.extend(x=[1], y=[1, 2])
    assert points == ten()


def test_items_and_slices_are_read_as_from_a_list() -> None:
    points, numbers = ten(), list(range(10))
    for i in range(-10, 10):
        assert points[i].x == numbers[i]
    for part in (slice(2, 5), slice(None), slice(-3, None), slice(8, 2, -2), slice(5, 5)):
        assert xs(points[part]) == numbers[part]
    for wrong in (10, -11, 2**70):
        with pytest.raises(IndexError):
            points[wrong]
    for key in (1.5, None, object()):
        with pytest.raises(TypeError):
            points[key]  # type: ignore[call-overload]


def test_a_mask_or_indices_copy_rows() -> None:
    points = ten()
    some = points[[1, -1, 1]]
    assert isinstance(some, stoa.Table)
    assert xs(some) == [1, 9, 1]
    some[0].x = 100
    assert points[1].x == 1
    assert xs(points[[i % 2 == 0 for i in range(10)]]) == [0, 2, 4, 6, 8]
    assert xs(points[range(3)]) == [0, 1, 2]
    assert xs(points[()]) == []
    assert xs(points[[]]) == []
    for mask in ([True], [True] * 11):
        with pytest.raises(ValueError, match="10"):
            points[mask]
    for wrong in ([10], [-11], [2**70]):
        with pytest.raises(IndexError):
            points[wrong]
    for key in ([True, 1], ["a"], [1.5], b"ab", {1, 2}, {1: 2}):
        with pytest.raises(TypeError):
            points[key]


def test_items_are_assigned() -> None:
    points = ten()
    points[0] = (7, 8)
    points[1] = Point(9, 10, 11)
    points[-1] = {"x": 1, "y": 2, "w": 3}
    assert [tuple(points[i]) for i in (0, 1, -1)] == [(7, 8, 1.0), (9, 10, 11.0), (1, 2, 3.0)]
    before = points.copy()
    for wrong, error in [
        ((2**31, 1), OverflowError),
        ((1, 2**31), OverflowError),
        ((1, "a"), TypeError),
        ((1,), TypeError),
        (5, TypeError),
        (Other(1, 2), TypeError),
    ]:
        with pytest.raises(error):
            points[0] = wrong
        assert points == before
    with pytest.raises(IndexError):
        points[10] = (1, 2)


def test_a_row_of_the_same_table_is_not_assigned() -> None:
    points = ten()
    with pytest.raises(TypeError, match=r"swap\(i, j\).*stoa\.copy\(row\)"):
        points[0], points[1] = points[1], points[0]
    with pytest.raises(TypeError, match="swap"):
        points[2:4][0] = points[5]
    points[0] = stoa.copy(points[1])
    points[1] = ten()[0]
    assert xs(points)[:2] == [1, 0]


@pytest.mark.parametrize(
    "part",
    [
        slice(0, 3),
        slice(2, 2),
        slice(8, 3),
        slice(5, None),
        slice(None),
        slice(-2, 100),
        slice(None, None, 3),
        slice(None, None, -2),
        slice(None, None, -1),
        slice(20, 30),
    ],
)
@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 10])
def test_slices_are_assigned_as_a_list_does(part: slice, count: int) -> None:
    points, numbers = ten(), list(range(10))
    new = list(range(100, 100 + count))
    try:
        numbers[part] = new
    except ValueError:
        with pytest.raises(ValueError, match="slice"):
            points[part] = [(n, 0) for n in new]
        assert points == ten()
    else:
        points[part] = [(n, 0) for n in new]
        assert xs(points) == numbers


def test_a_slice_is_assigned_from_the_table_itself() -> None:
    points = ten()
    points[0:3] = points[1:4]
    points[5:7] = points
    assert xs(points) == [1, 2, 3, 3, 4, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 7, 8, 9]


def test_a_bad_record_leaves_a_slice_as_it_was() -> None:
    points = ten()
    for part in (slice(0, 2), slice(0, 5)):
        with pytest.raises(OverflowError):
            points[part] = [(1, 2), (1, 2**31)]
        assert points == ten()


@pytest.mark.parametrize("key", [0, -1, 5, slice(2, 5), slice(None), slice(None, None, 3)])
@pytest.mark.parametrize("backwards", [False, True])
def test_rows_are_deleted_as_from_a_list(key: Any, backwards: bool) -> None:
    if backwards and isinstance(key, slice):
        key = slice(None, None, -(key.step or 1))
    points, numbers = ten(), list(range(10))
    del points[key]
    del numbers[key]
    assert xs(points) == numbers


def test_insert_pop_and_remove_do_what_a_list_does() -> None:
    points, numbers = ten(), list(range(10))
    for index in (0, 3, -1, 100, -100):
        points.insert(index, 50, 60)
        numbers.insert(index, 50)
    assert xs(points) == numbers
    points.insert(2, Point(70, 0))
    numbers.insert(2, 70)
    for index in (0, -1, 4):
        popped = points.pop(index)
        assert popped.x == numbers.pop(index)
        popped.x = 1000
    assert xs(points) == numbers
    last = points.pop()
    numbers.pop()
    assert isinstance(last, Point)
    points.remove(tuple(points[3]))
    numbers.remove(numbers[3])
    assert xs(points) == numbers
    with pytest.raises(ValueError, match="not in"):
        points.remove((1, 1, 1))
    with pytest.raises(IndexError):
        points.pop(100)
    with pytest.raises(IndexError):
        stoa.Table(Point).pop()
    with pytest.raises(TypeError):
        del points["x"]
    with pytest.raises(IndexError):
        del points[100]


def test_records_are_found_by_value() -> None:
    points = ten()
    points.extend(ten())
    assert (3, 9, 1.5) in points
    assert Point(3, 9, 1.5) in points
    assert {"x": 3, "w": 1.5, "y": 9} in points
    assert points[3] in points
    assert (3, 9, 2.5) not in points
    assert 3 not in points
    assert points.index((3, 9, 1.5)) == 3
    assert points.index((3, 9, 1.5), 4) == 13
    assert points.index((3, 9, 1.5), -10) == 13
    assert points.count(points[0]) == 2
    assert points.count("a") == 0
    for start, stop in [(4, 10), (14, 100)]:
        with pytest.raises(ValueError, match="not in"):
            points.index((3, 9, 1.5), start, stop)


def test_rows_change_places() -> None:
    points = ten()
    points.swap(0, -1)
    assert xs(points) == [9, 1, 2, 3, 4, 5, 6, 7, 8, 0]
    points.reverse()
    assert xs(points) == [0, 8, 7, 6, 5, 4, 3, 2, 1, 9]
    points.swap_remove(1)
    assert xs(points) == [0, 9, 7, 6, 5, 4, 3, 2, 1]
    points.keep([x % 3 == 0 for x in xs(points)])
    assert xs(points) == [0, 9, 6, 3]
    points.shuffle(random.Random(1))
    points.shuffle()
    assert sorted(xs(points)) == [0, 3, 6, 9]
    for mask in ([True], [1, 0, 1, 0], {0, 1, 2, 3}, None):
        with pytest.raises((TypeError, ValueError)):
            points.keep(mask)
    assert [row.x for row in reversed(points)] == xs(points)[::-1]


def test_a_table_is_resized_reserved_shrunk_and_cleared() -> None:
    points = ten()
    points.resize(12)
    assert points[11] == (0, 0, 1.0)
    points.resize(2)
    points.resize(4)
    assert points.to_dicts()[2:] == [{"x": 0, "y": 0, "w": 1.0}] * 2
    points.reserve(100_000)
    assert points.capacity >= 100_000
    points.shrink()
    points.clear()
    assert len(points) == 0
    points.append(1, 2)
    assert xs(points) == [1]


def test_a_factory_makes_a_value_for_each_row() -> None:
    class Bag(stoa.Record):
        n: int32
        items: object = stoa.field(default_factory=list)

    bags = stoa.Table(Bag, 2)
    bags.append(1)
    bags.resize(4)
    bags.extend(n=[5, 6])
    bags.extend([(7,), (8,)])
    items = bags["items"].tolist()
    assert items == [[]] * 8
    assert len(set(map(id, items))) == 8
    bags.add_field("more", object, default_factory=dict)
    assert bags["more"].tolist() == [{}] * 8


def test_tables_compare_as_a_bool() -> None:
    assert ten() == ten()
    assert ten()[2:4] == ten()[2:4]
    assert ten()[:] == ten()
    changed = ten()
    changed[9].w = 7
    assert ten() != changed
    assert ten() != ten()[:9]
    assert ten() != list(ten())
    assert ten() == stoa.Table(Other, [tuple(p) for p in ten()])
    renamed = ten()
    renamed.rename_field("x", "z")
    assert ten() != renamed
    with pytest.raises(TypeError):
        hash(ten())
    nan = stoa.Table({"a": "float64"}, [(float("nan"),)])
    assert nan != nan.copy()


def test_a_copy_is_a_table_of_its_own() -> None:
    points = ten()
    copied = points.copy()
    window = points[2:5].copy()
    points[2].x = 99
    assert copied == ten()
    assert xs(window) == [2, 3, 4]
    assert isinstance(copied, stoa.Table)
    assert stoa.Table(Point, max_rows=50).copy().max_rows == 50
    assert type(Points([(1, 2)]).copy()) is Points
    assert type(Points([(1, 2)])[[0]]) is Points


# ---- repr ----


def test_a_table_is_shown_by_its_first_and_last_rows() -> None:
    points = stoa.Table(Point, [(i, -i) for i in range(1000)])
    text = repr(points)
    lines = text.splitlines()
    assert lines[0] == "Table of Point: 1,000 rows, 16.0 kB"
    assert lines[1].split() == ["x", "y", "w"]
    assert lines[2].split() == ["int32", "int32", "float64"]
    assert lines[3].split() == ["0", "0", "0", "1.0"]
    assert lines[-1].split() == ["999", "999", "-999", "1.0"]
    assert len(lines) == 14
    html = points._repr_html_()
    assert "<table" in html
    assert "-999" in html
    assert repr(stoa.Table(Point)).startswith("Table of Point: 0 rows, 0 bytes")
    assert repr(points[5:6]).startswith("Window of Point: 1 row, 16 bytes")


def test_markup_in_names_and_values_is_escaped() -> None:
    rows = stoa.Table({"<a>": "int8", "o": "object"}, [(1, "<b>")])
    html = rows._repr_html_()
    assert "<a>" not in html
    assert "<b>" not in html


def test_a_wide_table_is_shown_in_part() -> None:
    wide = stoa.Table({f"f{i}": "int8" for i in range(100)}, 1)
    assert len(repr(wide).splitlines()[1]) < 120


def test_sizeof_counts_the_cells() -> None:
    if sys.implementation.name == "pypy":
        pytest.skip("PyPy does not tell sizes")
    points = stoa.Table(Point, 100_000)
    assert 1_600_000 <= sys.getsizeof(points) < 2_000_000


def test_head_and_tail_are_windows() -> None:
    points = ten()
    assert xs(points.head()) == [0, 1, 2, 3, 4]
    assert xs(points.tail(2)) == [8, 9]
    assert xs(points.head(100)) == list(range(10))
    assert xs(points.tail(0)) == xs(points.head(-3)) == []
