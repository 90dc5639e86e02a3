"""Methods that take text: compute, select and store."""

from __future__ import annotations

import math
from typing import Any

import pytest
from samples import Point, ten

import stoa

numpy: Any
try:
    import numpy
except ImportError:
    numpy = None


def test_aggregates_are_computed_alone_or_several_in_one_pass() -> None:
    points = ten()
    assert points.compute("sum(x * x + y * y)") == sum(i * i + i**4 for i in range(10))
    assert points.compute("min(w), max(x), mean(y), count()") == (0.0, 9, 28.5, 10)
    assert points.compute("sum(x),") == 45
    assert points.compute("dot(x, w) / count(x)") == sum(i * i / 2 for i in range(10)) / 10
    assert points.compute("any(x > 8) and not all(x > 0)") is True
    assert points.compute("1 + 2 * 3") == 7
    assert points.compute("first(w), last(w), argmin(-x)") == (0.0, 4.5, 9)
    assert points.compute("std(x, ddof=1)") == pytest.approx(math.sqrt(82.5 / 9))
    assert stoa.Table(Point).compute("max(x), sum(x)") == (None, 0)


def test_parameters_are_bound_by_value() -> None:
    points = ten()
    assert points.compute("sum(x > $least)", least=3) == 6
    assert points.compute("sum(x > $least)", least=3.5) == 6
    assert points.compute("sum(x > $least)", least=-math.inf) == 10
    assert points.compute("sum(x) + $n", n=True) == 46
    assert points.compute("$a", a=2**64 - 1) == 2**64 - 1
    assert points.compute("sum($x * x)", x=2) == 90
    assert math.isnan(points.compute("$a * 2", a=math.nan))
    if numpy is not None:
        assert points.compute("sum(x) * $a", a=numpy.float32(0.5)) == 22.5
        assert points.compute("sum(x) * $a", a=numpy.int8(-2)) == -90


def test_parameters_that_are_missing_wrong_or_too_many_are_refused() -> None:
    points = ten()
    assert points.compute("sum(x) * $a", a=2) == 90
    for _ in range(2):  # cached programs keep no values
        with pytest.raises(TypeError, match=r"\$a") as raised:
            points.compute("sum(x) * $a")
        assert isinstance(raised.value, stoa.Error)
        with pytest.raises(TypeError, match=r"\$b"):
            points.compute("sum(x) * $a", a=1, b=2)
    for wrong in (b"1", [1], 1j):
        with pytest.raises(TypeError, match=r"\$a is a number, a text or a time"):
            points.compute("sum(x) * $a", a=wrong)
    with pytest.raises(TypeError, match="takes no string"):
        points.compute("sum(x) * $a", a="3")
    with pytest.raises(OverflowError):
        points.compute("sum(x) * $a", a=2**64)
    for use in (
        lambda **values: points.expression("x * $a", **values),
        lambda **values: points.where("x > $a", **values),
        lambda **values: points.assign("w", "x * $a", **values),
        lambda **values: points.assign("w", "x", where="x > $a", **values),
        lambda **values: points.assign("w", points.x, where="x > $a", **values),
    ):
        use(a=2)
        for given in ({}, {"b": 1}, {"a": 1, "b": 1}, {"a": "2"}):
            with pytest.raises(TypeError, match=r"\$[ab]") as raised:
                use(**given)
            assert isinstance(raised.value, stoa.Error)
    with pytest.raises(TypeError, match=r"\$a"):
        points.assign("w", points.x, a=1)


def test_parameters_of_the_same_name_are_told_apart() -> None:
    points = ten()
    low, high = points.expression("x * $k", k=2), points.expression("x * $k", k=3)
    assert (low + high).tolist() == [5 * i for i in range(10)]
    between = points.where("x > $a", a=2) & points.where("x < $a", a=6)
    assert list(between.indices()) == [3, 4, 5]
    assert repr(low) == "<Expression x * 2: of 10 rows of Point>"


def test_what_is_wrong_with_a_text_is_shown_where_it_is() -> None:
    points = ten()
    for text, error, shows in [
        ("sum(x +)", ValueError, "sum(x +)\n       ^"),
        ("sum(x", ValueError, "sum(x\n"),
        ("", ValueError, "empty"),
        ("sum(q)", AttributeError, "the fields are: x, y, w"),
        ("sum(q)", KeyError, "sum(q)\n    ^"),
        ("summ(x)", ValueError, "sum"),
        ("sum(x, y)", ValueError, "1 argument"),
        ("sum(w & 1)", TypeError, "integers"),
        ("any(x)", TypeError, "condition"),
        ("x", ValueError, "aggregate"),
        ("sum(x) // 0", ZeroDivisionError, "divides by zero"),
        ("sum(x // (x - 3))", ZeroDivisionError, "row 3"),
        ("sum(x * 9223372036854775807)", OverflowError, "fit"),
        ("1" * 30, OverflowError, "^"),
        ("(" * 5000 + "x", ValueError, ""),
        ("sum(x)\0", ValueError, "NUL"),
        ("sum(\udc80)", ValueError, "Unicode"),
    ]:
        with pytest.raises(error) as raised:
            points.compute(text)
        assert isinstance(raised.value, stoa.Error)
        assert shows in str(raised.value)
    for text in (None, 3, b"sum(x)", points.x):
        with pytest.raises(TypeError, match="str"):
            points.compute(text)


def test_fields_are_assigned_from_text() -> None:
    points = ten()
    points.assign("w", "sqrt(x * x + y * y)")
    assert points.w.tolist() == [math.sqrt(i * i + i**4) for i in range(10)]
    points.assign("x", "x + 1", where="y > 30")
    assert points.x.tolist() == [0, 1, 2, 3, 4, 5, 7, 8, 9, 10]
    points.assign("x", "min(x, $most)", most=5, where="w > 0")
    assert points.x.max() == 5
    points.assign("x", points.y + 1, where=points.x == 5)
    points.assign("w", "x", where=points.x < 3)
    assert points.x.tolist() == [0, 1, 2, 3, 4, 26, 37, 50, 65, 82]
    assert points.w.tolist()[:3] == [0.0, 1.0, 2.0]
    before = points.copy()
    for arguments, error in [
        (("q", "x"), AttributeError),
        (("x", "w"), TypeError),
        (("x", "y * 9999999999"), OverflowError),
        (("x", "x", "x"), TypeError),
        (("x", "x, y"), ValueError),
        (("x", "1 // (x - 37)"), ZeroDivisionError),
        (("x", "x", "1 // (x - 37) > 0"), ZeroDivisionError),
        (("x", 3), TypeError),
        (("x", "x", ten().x > 3), ValueError),
    ]:
        with pytest.raises(error) as raised:
            points.assign(*arguments)
        assert isinstance(raised.value, stoa.Error)
        assert points == before


def test_lazy_text_is_as_lazy_as_operators() -> None:
    points = ten()
    assert points.expression("row()").tolist() == list(range(10))
    assert (points.expression("x + 1") * points.x).sum() == sum(i * (i + 1) for i in range(10))
    assert points.expression("x > 3").any()
    assert points.expression("2 < x < 5").sum() == 2
    assert points.expression("x - mean(x)").tolist() == [i - 4.5 for i in range(10)]
    assert points.expression("x - mean(x)")[0] == -4.5
    assert points.expression("cumsum(x)")[9] == 45
    for text, error in [
        ("x, y", ValueError),
        ("x +", ValueError),
        ("q", AttributeError),
        ("x + $a", TypeError),
        ("w & 1", TypeError),
    ]:
        with pytest.raises(error) as raised:
            points.expression(text)
        assert isinstance(raised.value, stoa.Error)


def test_odd_names_stand_in_backquotes() -> None:
    rows: Any = stoa.Table({"a b": "int32", "sum": "int32", "x`y": "int32"}, [(1, 2, 3), (4, 5, 6)])
    assert rows.compute("sum(`a b` + sum + `x``y`)") == 21
    rows.assign("a b", "`x``y` * $`k k`", **{"k k": 2})
    assert rows["a b"].tolist() == [6, 12]
    assert repr(rows["a b"] + rows["x`y"]).startswith("<Expression `a b` + `x``y`")


def test_programs_that_are_kept_follow_the_fields() -> None:
    points = ten()
    for _ in range(3):
        assert points.compute("sum(x)") == 45
    points.add_field("z", "int8", 1)
    assert points.compute("sum(x + z)") == 55
    points.drop_field("y")
    assert points.compute("sum(x)") == 45
    points.rename_field("x", "y")
    with pytest.raises(AttributeError):
        points.compute("sum(x)")
    assert points.compute("sum(y)") == 45
    wide: Any = stoa.Table({"x": "float64", "y": "int64"}, [(0.5, 1)])
    assert wide.compute("sum(x)") == 0.5
    for i in range(100):
        assert wide.compute(f"sum(x) + {i}") == 0.5 + i
    assert ten().compute("sum(x)") == 45


@pytest.mark.parametrize("name", ["n\0", "\udc80", "n\0n"])
def test_a_parameter_that_no_text_can_name_is_refused(name: str) -> None:
    table: Any = stoa.Table({"x": "int64"}, [(2,)])
    for use in (table.compute, table.where, table.expression):
        with pytest.raises(stoa.ParameterError, match="no parameter"):
            use("sum(x) > $n", **{name: 1})
