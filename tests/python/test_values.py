"""values(): rows as plain tuples."""

from __future__ import annotations

import operator
from typing import Any, Callable

import pytest
from trials import LOSSES, fresh

import stoa


def test_values_are_plain_tuples_of_the_fields_asked_for() -> None:
    points = fresh()
    assert list(points.values()) == [stoa.to_tuple(row) for row in points]
    assert {type(each) for each in points.values()} == {tuple}
    assert list(points.values("y", "x", "y"))[3] == (1.5, 3, 1.5)
    assert list(points.values("z"))[:2] == [("0",), ("1",)]
    assert list(points[2:4].values("x")) == list(points.where("x == 2 or x == 3").values("x"))
    assert list(points[::-3].values("x")) == [(9,), (6,), (3,), (0,)]
    assert list(points[:0].values()) == []
    for wrong in ("q", "", "values", "x" * 300):
        with pytest.raises(stoa.FieldNameError, match="x, y, z"):
            points.values("x", wrong)
    for odd in (5, None, b"x", ["x"]):
        with pytest.raises((stoa.FieldNameError, TypeError)):
            points.values(odd)


def test_values_follow_what_is_appended_and_notice_what_is_removed() -> None:
    points = fresh()
    values = points.values("x")
    assert iter(values) is values
    for value in values:
        if len(points) < 15:
            points.append(value[0] + 100, 0)
    assert len(points) == 15
    for loss in LOSSES.values():
        for rows in (lambda t: t, lambda t: t[1:5], lambda t: t.where("x > 1")):
            points = fresh()
            values = rows(points).values("x", "z")
            next(values)
            loss(points)
            for error in (stoa.StaleError, StopIteration, StopIteration):
                with pytest.raises(error):
                    next(values)
    points = fresh()
    values, kept = points.values("x"), points.values("y")
    next(values), next(kept)
    points.drop_field("x")
    with pytest.raises(stoa.FieldNameError):
        next(values)
    assert next(kept) == (0.5,)


def test_a_value_s_tuple_is_its_own() -> None:
    points = fresh()
    values = points.values()
    kept = [next(values), next(values)]
    first = kept[0]
    points.x[0] = 99
    assert first == (0, 0.0, "0")
    assert kept[1] == (1, 0.5, "1")
    assert operator.length_hint(points.values()) in (0, 10)


def test_an_int_that_is_kept_stays_what_it_was() -> None:
    numbers = [*range(-400, 400), 2**30 - 1, 2**30, -(2**30), 1 - 2**30, 2**62, -(2**62)]
    points = stoa.Table({"n": "int64"}, [(each,) for each in numbers])
    row = points[0]
    kept = [each.n for each in points]
    keys = {points[i].n: i for i in range(len(points))}
    first = row.n
    for each in points:  # one tuple is dropped, while another is kept
        assert each.n + each.n == 2 * each.n
        last = each.n
        row.n = last
        assert (row.n, last, first) == (last, last, -400)
    assert kept == numbers
    assert [keys[each] for each in numbers] == list(range(len(numbers)))
    assert [type(each) for each in kept] == [int] * len(kept)


def test_a_complex_number_of_numpy_is_no_number_for_a_row() -> None:
    numpy = pytest.importorskip("numpy")
    points = stoa.Table({"w": "float64", "f": "float32"}, 2)
    number = numpy.complex128(1 + 2j)
    stores: list[Callable[[], Any]] = [
        lambda: points.append(number, 0.5),
        lambda: points.append(0.5, number),
        lambda: points.insert(0, number, 0.5),
        lambda: points.extend([(number, 0.5)]),
        lambda: setattr(points[0], "w", number),
        lambda: points.__setitem__(0, (number, 0.5)),
    ]
    for store in stores:
        with pytest.raises(TypeError, match="complex128"):
            store()
    assert points.to_dicts() == [{"w": 0.0, "f": 0.0}] * 2
