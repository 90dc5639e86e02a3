"""Assignment: values computed for all rows and stored."""

from __future__ import annotations

import math
from array import array
from typing import Any

import pytest
from samples import Flagged
from samples import ten_flagged as ten

import stoa
from stoa import float32, int8


def test_an_expression_is_stored_into_a_column() -> None:
    points = ten()
    points.w = (points.x**2 + points.y**2) ** 0.5
    assert points.w.tolist() == pytest.approx([math.hypot(i, i * i) for i in range(10)])
    points["x"] = points.x * 2 - points["x"]
    assert points.x.tolist() == list(range(10))
    points.x[2:5] = points.x[2:5] * 10
    assert points.x.tolist() == [0, 1, 20, 30, 40, 5, 6, 7, 8, 9]
    points[5:7].x = -points[5:7].x
    points.flag = points.x > 8
    assert points.x.tolist()[5:8] == [-5, -6, 7]
    assert points.flag.tolist() == [False, False, True, True, True] + [False] * 4 + [True]
    points.extend(x=points.x + 1, y=points.y)
    assert len(points) == 20
    made: Any = stoa.Table.from_columns(Flagged, x=points.x * 2, y=points.y)
    assert made.x[2] == 40
    points.y = made.y + 1
    assert points.y[3] == 10


def test_what_does_not_fit_leaves_the_column_as_it_was() -> None:
    points = ten()
    before = points.copy()
    for value, error in [
        (points.w * 2, TypeError),
        (points.x + 2**31 - 5, OverflowError),
        (10 // (points.x - 7), ZeroDivisionError),
        (points.x[1:] + 1, ValueError),
    ]:
        for store in (
            lambda v=value: setattr(points, "x", v),
            lambda v=value: points.__setitem__("x", v),
            lambda v=value: points.x.__setitem__(slice(None), v),
            lambda v=value: points.update(y=0, x=v),
            lambda v=value: points.assign("x", v),
        ):
            with pytest.raises(error) as raised:
                store()
            assert isinstance(raised.value, stoa.Error)
            assert points == before


def test_columns_are_changed_in_place() -> None:
    points = ten()
    points.x += 1
    points["x"] *= 2
    column = points.x
    column -= 2
    assert isinstance(column, stoa.Column)
    assert points.x.tolist() == list(range(0, 20, 2))
    points.x //= 2
    points.x **= 2
    points.x %= 10
    points.x <<= 2
    points.x >>= 1
    points.x |= 1
    points.x &= 15
    points.x ^= 2
    points.w /= 2
    expected = []
    for i in range(10):
        value = i**2 % 10 << 2 >> 1
        expected.append(((value | 1) & 15) ^ 2)
    assert points.x.tolist() == expected
    assert points.w.tolist() == [i / 4 for i in range(10)]
    points[3:5].x += 100
    part = points.x[::-1]
    part += points.x
    assert points.x[3] == expected[3] + 100 + expected[6]
    with pytest.raises(TypeError):
        points.x += 0.5


def test_a_column_that_is_stored_from_its_own_parts_sees_the_values_from_before() -> None:
    rows: Any = stoa.Table({"x": "int32", "y": "int32"}, 5000)
    rows.x = range(5000)
    rows.x = rows.x + rows.x[::-1]
    assert set(rows.x) == {4999}
    rows.x = range(5000)
    rows.update(x=rows.x[::-1] * 1, y=rows.x)
    assert rows.x.tolist() == list(range(4999, -1, -1))
    assert rows.y.tolist() == list(range(5000))
    view = memoryview(rows.y.buffer)[::-1]
    rows.assign("y", rows.y * 0 + view, where=rows.y < 2500)
    assert rows.y.tolist() == [4999 - i for i in range(2500)] + list(range(2500, 5000))


def test_update_evaluates_every_right_side_first() -> None:
    points = ten()
    points.update(x=-points.y, y=points.x)
    assert points.x.tolist() == [-i * i for i in range(10)]
    assert points.y.tolist() == list(range(10))
    points.update({"w": points.y}, x=range(10), flag=True, y=array("b", [7] * 10))
    assert points.w.tolist() == points.x.tolist() == list(range(10))
    assert set(points.y) == {7}
    assert points.flag.all()
    points[2:4].update(x=points[4:6].x, y=[1, 2])
    assert (points.x.tolist()[2:4], points.y.tolist()[2:4]) == ([4, 5], [1, 2])
    points.update()
    for wrong, error in [
        ({"q": 1}, AttributeError),
        ({"x": 0.5}, TypeError),
        ({"x": [1] * 9}, ValueError),
        ({"tag": 1}, TypeError),
    ]:
        before = points.copy()
        with pytest.raises(error):
            points.update({"w": 0, **wrong})
        assert points == before


def test_a_new_field_has_the_values_of_an_expression() -> None:
    points = ten()
    points.add_field("r", "float32", values=points.x / 4)
    points.add_field("half", int8, values=[i // 2 for i in range(10)])
    points.add_field("one", "int8", values=1)
    assert points.r.tolist() == [i / 4 for i in range(10)]
    assert points.half.sum() == 20
    assert points.one.sum() == 10
    for values, error in [
        (points.x * 100, OverflowError),
        (points.w, TypeError),
        ([1], ValueError),
    ]:
        with pytest.raises(error):
            points.add_field("more", "int8", values=values)
        assert list(points.fields)[-1] == "one"


def test_float32_fields_take_part_as_they_are() -> None:
    class Small(stoa.Record):
        a: float32

    rows: Any = stoa.Table(Small, [(0.1,), (0.2,)])
    assert (rows.a * 2).tolist() == [2 * value for value in rows.a]
    rows.a = rows.a * 3
    with pytest.raises(OverflowError):
        rows.a = rows.a * 1e39


def test_columns_that_change_places_in_one_line_are_refused() -> None:
    points = stoa.Table({"x": "int32", "y": "int32"}, 3)
    points.x, points.y = [1, 2, 3], [4, 5, 6]
    with pytest.raises(stoa.StaleError, match="update"):
        points.x, points.y = points.y, points.x
    points.update(x=[1, 2, 3], y=[4, 5, 6])
    points.update(x=points.y, y=points.x)
    assert points.x.tolist() == [4, 5, 6]
    assert points.y.tolist() == [1, 2, 3]


def test_a_column_taken_anew_or_written_through_may_be_stored() -> None:
    points = stoa.Table({"x": "int32", "y": "int32"}, 3)
    kept = points.x
    points.x = 7
    with pytest.raises(stoa.StaleError):
        points.y = kept
    with pytest.raises(stoa.StaleError):
        points.x = kept
    points.y = points.x
    column = points.x
    column += 1
    points.y = column
    points.x += 1
    assert points.y.tolist() == [8, 8, 8]
    assert points.x.tolist() == [9, 9, 9]


# ---- which rows are meant, and when they are determined ----


def many(rows: int) -> Any:
    points: Any = stoa.Table({"x": "int32", "y": "int32", "w": "float64", "flag": "bool"}, rows)
    points.x = range(rows)
    points.y = points.x % 7
    points.w = points.x * 1.0
    return points


@pytest.mark.parametrize("rows", [10, 3000])
def test_a_condition_that_reads_what_is_written_sees_the_values_from_before(rows: int) -> None:
    points = many(rows)
    points.assign("x", points.y * 2, where=points.x[::-1] > rows // 3)
    high = [rows - 1 - i > rows // 3 for i in range(rows)]
    assert points.x.tolist() == [i % 7 * 2 if high[i] else i for i in range(rows)]
    points = many(rows)
    points.assign("w", points.y + points.w[::-1], where=points.w[::-1] > rows // 3)
    expected = [i % 7 + (rows - 1 - i) if high[i] else i for i in range(rows)]
    assert points.w.tolist() == expected
    points = many(rows)
    points.flag = points.x % 3 == 0
    before = points.flag.tolist()
    points.assign("flag", "not flag", where=points.flag[::-1])
    after = [b != before[rows - 1 - i] for i, b in enumerate(before)]
    assert points.flag.tolist() == after


@pytest.mark.parametrize("look", [False, True])
def test_what_a_selection_leaves_out_cannot_fail(look: bool) -> None:
    points = many(10)
    for make in (
        lambda: points.where(points.x != 3),
        lambda: points[4:].where("x < 100"),
        lambda: points[4:],
        lambda: points.where(memoryview(bytes(i != 3 for i in range(10))).cast("?")),
    ):
        chosen = make()
        if look:
            len(chosen)
        assert chosen.where("x // (x - 3) > 1").x.tolist() == [4, 5, 6]
    pinned = points.where(points.x != 3).pin()
    assert (pinned & points.where(points.x // (points.x - 3) > 1)).x.tolist() == [4, 5, 6]
    three = points.where(points.x == 3).pin()
    either = three | points.where(points.x // (points.x - 3) > 1)
    assert either.x.tolist() == [3, 4, 5, 6]


def test_what_is_not_stored_cannot_fail_in_an_expression_of_all_rows() -> None:
    points = many(10)
    whole = points.expression("x // (x - 3) + 0 * count()")
    expected = [i // (i - 3) if i > 3 else i for i in range(10)]
    chosen = points.where(points.x > 3)
    chosen.y = whole
    assert points.y.tolist()[4:] == expected[4:]
    points.assign("w", points.expression("x // (x - 3) + 0 * count()"), where="x > 3")
    assert points.w.tolist() == expected
    assert points.expression("x // (x - 3) + 0 * count()")[5] == 2
    assert points.expression("x > 3 and count() == 10")[5] is True
    with pytest.raises(ZeroDivisionError):
        points.expression("x // (x - 3) + 0 * count()")[3]
    above = points.expression("x > mean(x)")  # the mean over all rows
    points.where(points.x > 6).assign("w", "0.0", where=above)
    assert points.w.tolist() == [*expected[:7], 0, 0, 0]


def test_rows_are_assigned_to_by_a_selection_too() -> None:
    points = many(10)
    points.assign("w", "0.5", where=points.where(points.x > 7))
    points.where(points.x < 5).assign("w", "0.25", where=points.where(points.x > 3))
    assert points.w.tolist() == [0, 1, 2, 3, 0.25, 5, 6, 7, 0.5, 0.5]
    with pytest.raises(ValueError, match="another table"):
        points.assign("w", "1", where=many(10).where("x > 2"))
