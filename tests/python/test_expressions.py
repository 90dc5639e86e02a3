"""Expressions: the results of operators and functions on columns, and how they are used."""

from __future__ import annotations

import gc
import math
from array import array
from typing import Any, Callable

import pytest
from samples import Flagged
from samples import ten_flagged as ten

import stoa
from stoa import int64, uint64

numpy: Any
try:
    import numpy
except ImportError:
    numpy = None

needs_numpy = pytest.mark.skipif(numpy is None, reason="numpy is not installed")


# ---- operators ----


def test_operators_are_lazy_and_mean_what_they_mean_in_python() -> None:
    points = ten()
    x, y = points.x, points.y
    cases: list[tuple[Any, Callable[[int, int], Any]]] = [
        (x + y, lambda a, b: a + b),
        (3 - x, lambda a, b: 3 - a),
        (x * 2.5, lambda a, b: a * 2.5),
        (y / (x + 1), lambda a, b: b / (a + 1)),
        (-y // 4, lambda a, b: -b // 4),
        (-y % 4, lambda a, b: -b % 4),
        (x**2, lambda a, b: a**2),
        (2**x, lambda a, b: 2**a),
        (100 // (x + 1), lambda a, b: 100 // (a + 1)),
        (100 % (x + 1), lambda a, b: 100 % (a + 1)),
        (1 / (x + 1), lambda a, b: 1 / (a + 1)),
        (x << 3, lambda a, b: a << 3),
        (1 << x, lambda a, b: 1 << a),
        (y >> 1, lambda a, b: b >> 1),
        (512 >> x, lambda a, b: 512 >> a),
        ((x & 3) | (y ^ 5), lambda a, b: (a & 3) | (b ^ 5)),
        ((6 & x) + (6 | x) + (6 ^ x), lambda a, b: (6 & a) + (6 | a) + (6 ^ a)),
        (~x, lambda a, b: ~a),
        (+x - -y, lambda a, b: +a - -b),
        (abs(x - 5), lambda a, b: abs(a - 5)),
        (round(y / 4), lambda a, b: float(round(b / 4))),
        (x < 5, lambda a, b: a < 5),
        (5 <= x, lambda a, b: 5 <= a),
        (x == y, lambda a, b: a == b),
        (x != 3.5, lambda a, b: a != 3.5),
        (x > y, lambda a, b: a > b),
        ((x > 2) & (y < 50), lambda a, b: a > 2 and b < 50),
        ((x < 2) | ~(y < 50), lambda a, b: a < 2 or not b < 50),
    ]
    for expression, meaning in cases:
        assert isinstance(expression, stoa.Expression)
        values = [meaning(i, i * i) for i in range(10)]
        assert expression.tolist() == values
        assert list(map(type, expression)) == list(map(type, values))


def test_an_expression_is_a_sequence_of_values() -> None:
    doubled = ten().x * 2
    assert len(doubled) == 10
    assert list(doubled) == doubled.tolist() == list(range(0, 20, 2))
    assert (doubled[0], doubled[3], doubled[-1]) == (0, 6, 18)
    assert 6 in doubled
    for wrong in (10, -11):
        with pytest.raises(IndexError):
            doubled[wrong]
    for key in (slice(1, 2), 1.5, "x"):
        with pytest.raises(TypeError):
            doubled[key]


def test_one_value_needs_no_other_row() -> None:
    points = ten()
    quotient = 10 // (points.x - 3)
    assert quotient[4] == 10
    with pytest.raises(ZeroDivisionError, match="row 3"):
        quotient[3]
    with pytest.raises(ZeroDivisionError, match="row 3"):
        quotient.tolist()


def test_an_expression_shows_its_text_and_table() -> None:
    points = ten()
    assert repr(points.x**2 + points.y * 2) == "<Expression x ** 2 + y * 2: of 10 rows of Flagged>"
    assert repr(stoa.where(points.flag, points.x, 0)).startswith("<Expression where(flag, x, 0)")
    total = points.x
    for _ in range(500):
        total = total + 1
    assert "…" in repr(total)
    assert len(repr(total)) < 300
    assert total[1] == 501


def test_chains_of_any_length_are_computed_and_let_go() -> None:
    points = ten()
    total = points.x + 0
    for _ in range(20_000):
        total = total + points.x
    assert total[1] == 20_001
    del total
    gc.collect()


def test_values_of_many_rows_are_neither_true_nor_false() -> None:
    points = ten()
    for use in (
        lambda: bool(points.x > 3),
        lambda: bool(points.x),
        lambda: points.x > 1 and points.y > 2,
        lambda: 1 < points.x < 3,
        lambda: not points.flag,
        lambda: points.x in [points.y],
    ):
        with pytest.raises(TypeError, match=r"& \| ~") as raised:
            use()
        assert isinstance(raised.value, stoa.Error)
    for unhashable in (points.x, points.x + 1):
        with pytest.raises(TypeError):
            hash(unhashable)


def test_tables_are_compared_and_searched_as_before() -> None:
    points, same = ten(), ten()
    assert points == same
    assert points[:3] == same[:3]
    assert (3, 9, 1.5, False, "3") in points
    assert points.index(points[4]) == 4
    assert points.count((4, 16, 2.0, True, "4")) == 1
    same.x[3] = 7
    assert points != same


def test_an_object_column_is_no_operand() -> None:
    points = ten()
    uses: list[Callable[[], Any]] = [
        lambda: points.tag + 1,
        lambda: points.tag == "3",
        lambda: points.x + points.tag,
        lambda: points.tag.sum(),
        lambda: stoa.sqrt(points.tag),
    ]
    for use in uses:
        with pytest.raises(TypeError, match="object"):
            use()
    assert points.compute("count(tag)") == 10


# ---- operands ----


def test_what_is_no_number_is_no_operand() -> None:
    points = ten()
    for value in ("a", b"a", [1] * 10, (1,) * 10, {}, 1j, object(), points, range(10)):
        for use in (
            lambda v=value: points.x + v,
            lambda v=value: points.x == v,
            lambda v=value: stoa.minimum(points.x, v),
        ):
            with pytest.raises(TypeError) as raised:
                use()
            assert isinstance(raised.value, stoa.Error)


def test_integers_beyond_64_bits_are_refused() -> None:
    points = ten()
    assert (points.x < 2**64 - 1).all()
    assert (points.x > -(2**63)).all()
    for value in (2**64, -(2**63) - 1, 10**40):
        with pytest.raises(OverflowError):
            points.x + value
    with pytest.raises(OverflowError, match="row 1"):
        (points.x * (2**63 - 1) + points.x).tolist()


def test_arrays_as_long_as_the_table_are_operands() -> None:
    points = ten()
    halves = array("d", (i / 2 for i in range(10)))
    assert (points.x - halves).tolist() == [i / 2 for i in range(10)]
    assert (memoryview(halves)[::-1] + points.x)[0] == 4.5
    assert (points.x + bytearray(10)).tolist() == list(range(10))
    for wrong in (halves[:9], array("i"), array("b", [1] * 11)):
        with pytest.raises(ValueError, match=rf"{len(wrong)} values for 10"):
            points.x + wrong
    for odd in (memoryview(b"a" * 10).cast("c"), memoryview(bytes(10)).cast("B", (2, 5))):
        with pytest.raises(TypeError):
            points.x + odd
    kept = points.x + array("q", range(10))
    gc.collect()
    assert kept.tolist() == list(range(0, 20, 2))


def test_parts_of_columns_are_operands_by_position() -> None:
    points = ten()
    assert (points.y[1:] - points.y[:-1]).tolist() == list(range(1, 18, 2))
    assert (points.x + points.x[::-1]).tolist() == [9] * 10
    assert points.w[2:9:3].sum() == 1 + 2.5 + 4
    assert points[2:5].x.max() == 4
    assert (points[4:6].x * points[6:8].x).tolist() == [24, 35]
    with pytest.raises(ValueError, match="9 rows and 10 rows"):
        points.x[1:] + points.x
    assert "x[1:10:1]" in repr(points.x[1:] + 1)


def test_an_expression_is_over_one_table() -> None:
    points, others = ten(), ten()
    for use in (
        lambda: points.x + others.x,
        lambda: points.x[1:] * others.x[1:],
        lambda: stoa.where(points.flag, points.x, others.x),
        lambda: points.x.dot(others.x),
        lambda: points.where(others.x > 3),
        lambda: points.update(x=others.x + 1),
    ):
        with pytest.raises(ValueError, match="table") as raised:
            use()
        assert isinstance(raised.value, stoa.Error)
    assert (points.x + others.x.buffer)[3] == 6


@needs_numpy
def test_numpys_numbers_and_arrays_are_operands() -> None:
    points = ten()
    for one in (
        numpy.int8(3),
        numpy.uint64(3),
        numpy.float32(0.5),
        numpy.float64(0.5),
        numpy.bool_(True),
        numpy.array(3),
    ):
        for made in (points.x * one, one * points.x):
            assert isinstance(made, stoa.Expression)
            assert made.tolist() == [i * one.item() for i in range(10)]
        assert (one < points.x).tolist() == [bool(one < i) for i in range(10)]
    for values in (
        numpy.arange(10),
        numpy.arange(20, dtype="float32")[::2],
        numpy.arange(10, dtype=">i4"),
        numpy.arange(10) > 4,
        numpy.broadcast_to(numpy.int16(7), 10),
    ):
        for made in (values + points.x, points.x + values):
            assert isinstance(made, stoa.Expression)
            assert made.tolist() == (values + numpy.arange(10)).tolist()
        assert isinstance(values == points.x, stoa.Expression)
        assert isinstance(values > points.x, stoa.Expression)
    for wrong in (numpy.arange(9), numpy.zeros((10, 1)), numpy.array([1j] * 10)):
        with pytest.raises((TypeError, ValueError)):
            points.x + wrong
    with pytest.raises(TypeError):
        points.x + numpy.array(["a"] * 10)


@needs_numpy
def test_cells_that_are_not_aligned_are_operands() -> None:
    points = ten()
    packed = numpy.zeros(10, numpy.dtype([("a", "i1"), ("b", "<f8"), ("c", "<i4")]))
    packed["b"], packed["c"] = numpy.arange(10) / 4, -numpy.arange(10)
    assert (points.x + packed["b"]).tolist() == [i * 1.25 for i in range(10)]
    assert (points.x + packed["c"]).sum() == 0


@needs_numpy
def test_numpys_functions_of_a_column_give_arrays() -> None:
    points = ten()
    assert isinstance(numpy.sqrt(points.w), numpy.ndarray)
    assert isinstance(numpy.add(points.x, points.y), numpy.ndarray)
    assert numpy.sqrt(points.x * points.x).tolist() == list(range(10))
    values = numpy.zeros(10)
    values += points.x
    assert values.tolist() == list(range(10))


@needs_numpy
def test_numpy_takes_the_values_of_an_expression() -> None:
    points = ten()
    for expression, dtype in [
        (points.x * 2, "int64"),
        (points.x / 2, "float64"),
        (points.x > 2, "bool"),
        (points.w.cast("float32"), "float32"),
    ]:
        values = numpy.asarray(expression)
        assert values.dtype == dtype
        assert values.tolist() == expression.tolist()
        assert values.flags.writeable
    assert numpy.asarray(points.x * 2, dtype="float32").dtype == "float32"
    assert numpy.array(points.x + 1, dtype=object)[3] == 4
    with pytest.raises(ValueError, match="copy"):
        (points.x + 1).__array__(copy=False)


# ---- functions ----


def test_functions_are_those_of_math() -> None:
    points = ten()
    w, shrunk = points.w, points.w / 10
    for function, meaning, of in [
        (stoa.sqrt, math.sqrt, w),
        (stoa.exp, math.exp, w),
        (stoa.log, math.log, w + 1),
        (stoa.log2, math.log2, w + 1),
        (stoa.log10, math.log10, w + 1),
        (stoa.sin, math.sin, w),
        (stoa.cos, math.cos, w),
        (stoa.tan, math.tan, w),
        (stoa.asin, math.asin, shrunk),
        (stoa.acos, math.acos, shrunk),
        (stoa.atan, math.atan, w),
        (stoa.floor, math.floor, w),
        (stoa.ceil, math.ceil, w),
        (stoa.round, round, w),
        (stoa.abs, abs, w - 2),
        (stoa.isnan, math.isnan, w),
        (stoa.isfinite, math.isfinite, w),
    ]:
        found = function(of).tolist()
        assert found == pytest.approx(list(map(meaning, of)), rel=1e-14, abs=1e-300), function
    pairs = [(i / 2, float(i)) for i in range(10)]
    assert stoa.atan2(w, points.x).tolist() == pytest.approx([math.atan2(*p) for p in pairs])
    assert stoa.hypot(w, points.x).tolist() == pytest.approx([math.hypot(*p) for p in pairs])
    assert stoa.minimum(points.x, 4, points.y).tolist() == [min(i, 4, i * i) for i in range(10)]
    assert stoa.max(points.x, 4, points.y).tolist() == [max(i, 4, i * i) for i in range(10)]
    assert stoa.min(points.x, 4).tolist() == stoa.minimum(points.x, 4).tolist()
    assert stoa.maximum(4, points.x).tolist() == stoa.max(points.x, 4).tolist()
    assert stoa.clip(points.x, 2, 5).tolist() == [min(max(i, 2), 5) for i in range(10)]
    assert stoa.where(points.x > 4, points.w, -1).tolist() == [-1.0] * 5 + [
        i / 2 for i in range(5, 10)
    ]


def test_a_failure_in_a_branch_that_is_not_taken_does_not_count() -> None:
    points = ten()
    assert stoa.where(points.x != 0, 6 // points.x, 0).tolist()[:4] == [0, 6, 3, 2]
    assert ((points.x != 0) & (6 // points.x > 2)).tolist()[:3] == [False, True, True]
    assert ((points.x == 0) | (6 % points.x == 0)).tolist()[:3] == [True] * 3


def test_functions_take_a_column_or_an_expression() -> None:
    for use in (
        lambda: stoa.sqrt(2.0),
        lambda: stoa.where(True, 1, 2),
        lambda: stoa.minimum(1, 2),
        lambda: stoa.exp([1.0]),
    ):
        with pytest.raises(TypeError, match="column") as raised:
            use()
        assert isinstance(raised.value, stoa.Error)


def test_names_that_python_has_are_not_for_star_imports() -> None:
    for name in ("abs", "min", "max", "round"):
        assert name not in stoa.__all__
        assert hasattr(stoa, name)
    assert {"sqrt", "where", "minimum", "clip"} <= set(stoa.__all__)


def test_casts_cut_off_and_are_checked() -> None:
    points = ten()
    assert (points.w - 2).cast("int32").tolist() == [-2, -1, -1, 0, 0, 0, 1, 1, 2, 2]
    assert points.x.cast(float).tolist() == [float(i) for i in range(10)]
    assert points.x.cast(bool).tolist() == [i != 0 for i in range(10)]
    with pytest.raises(OverflowError, match="row 8"):
        (points.x * 32 - 128).cast("int8").tolist()
    for wrong in ("object", "int128", None, "sum"):
        with pytest.raises(TypeError):
            points.x.cast(wrong)


# ---- reductions ----


def test_reductions_give_pythons_numbers() -> None:
    points = ten()
    assert points.x.sum() == 45
    assert type(points.x.sum()) is int
    assert points.w.sum() == 22.5
    assert points.x.mean() == 4.5
    assert (points.x.min(), points.x.max(), points.x.count()) == (0, 9, 10)
    assert (points.x.first(), points.x.last()) == (0, 9)
    assert (points.y - 10).argmax() == 9
    assert abs(points.x - 6).argmin() == 6
    assert points.x.var() == pytest.approx(8.25)
    assert points.x.var(ddof=1) == pytest.approx(82.5 / 9)
    assert points.x.std(1) == pytest.approx(math.sqrt(82.5 / 9))
    assert (points.x * 1.0).std() == pytest.approx(math.sqrt(8.25))
    assert points.flag.any() is True
    assert points.flag.all() is False
    assert points.flag.sum() == 5
    assert (points.x < 10).all()
    assert points.x.dot(points.y) == sum(i**3 for i in range(10))
    assert (points.x + 1).dot(array("d", [0.5] * 10)) == 27.5
    assert points.x.cumsum().tolist() == [0, 1, 3, 6, 10, 15, 21, 28, 36, 45]
    assert (points.x + 1).cumprod()[9] == math.factorial(10)
    assert (points.x % 4).cummax().tolist() == [0, 1, 2, 3, 3, 3, 3, 3, 3, 3]
    assert (-points.x).cummin()[5] == -5
    for wrong in (-1, 2**40):
        with pytest.raises(ValueError, match="ddof"):
            points.x.std(ddof=wrong)
    with pytest.raises(TypeError):
        points.x.var(ddof=0.5)
    for use in (points.x.any, (points.w + 1).all):
        with pytest.raises(TypeError):
            use()


def test_an_aggregate_of_nothing_is_none_or_zero() -> None:
    none = stoa.Table(Flagged)
    for of in (none.x, none.x + 1, none.where(none.x > 3).x):
        assert (of.sum(), of.count()) == (0, 0)
        values = [of.mean(), of.min(), of.max(), of.argmin(), of.first(), of.last(), of.std()]
        assert values == [None] * 7
        assert of.tolist() == list(of) == []
        assert len(of) == 0
    assert none.flag.any() is False
    assert none.flag.all() is True
    assert stoa.Table(Flagged, 1).x.var(ddof=1) is None


def test_exact_sums_are_exact_or_refused() -> None:
    class Wide(stoa.Record):
        c: int64
        u: uint64

    rows: Any = stoa.Table(Wide, [(2**63 - 1, 2**63), (2**63 - 1, 2**63 - 1), (-(2**63), 0)])
    assert rows.c.sum() == 2**63 - 2
    assert rows.u.sum() == 2**64 - 1
    assert rows.c.mean() == (2**63 - 2) / 3
    with pytest.raises(OverflowError):
        rows.c[:2].sum()
    rows.append(0, 1)
    with pytest.raises(OverflowError):
        rows.u.sum()
    assert rows.u.max() == 2**63
    assert rows.c.min() == -(2**63)


def test_reductions_follow_the_table() -> None:
    points = ten()
    for _ in range(3):
        points.x += 1
        points.append(0, 0)
    assert points.x.sum() == 45 + 10 * 3 + 2 + 1
    points.drop_field("y")
    assert points.x.sum() == 78
    points.rename_field("x", "count")
    assert points["count"].sum() == 78
    with pytest.raises(AttributeError):
        points.x.sum()


def test_settings_are_those_of_the_library() -> None:
    before = stoa.threads()
    assert before >= 1
    try:
        stoa.set_threads(3)
        assert stoa.threads() == 3
        stoa.set_threads(0)
        assert stoa.threads() >= 1
    finally:
        stoa.set_threads(before)
    assert stoa.simd() in ("baseline", "avx2", "avx512")
    assert stoa.trim() >= 0
    for wrong, error in [(-1, ValueError), (1.5, TypeError), (2**70, ValueError)]:
        with pytest.raises(error):
            stoa.set_threads(wrong)  # type: ignore[arg-type]


def collect() -> None:
    for _ in range(3):  # on PyPy an array of numpy and its base need two collections
        gc.collect()


def test_the_next_result_has_the_pages_of_the_last() -> None:
    numpy = pytest.importorskip("numpy")
    points: Any = stoa.Table({"x": "int64", "flag": "bool"}, 300_000)
    points.x = range(300_000)
    stoa.trim()
    first = numpy.asarray(points.x + 1)
    assert stoa.trim() == 0  # still in use
    place = first.__array_interface__["data"]
    del first
    collect()
    again, other = numpy.asarray(points.x * 2), numpy.asarray(points.x * 3)
    assert again.__array_interface__["data"] == place
    assert again.flags.writeable
    assert not numpy.shares_memory(again, other)
    points.clear()
    assert (again[299_999], other[299_999]) == (599_998, 899_997)  # they share nothing with others
    del again, other
    collect()
    assert 4_800_000 <= stoa.trim() <= 4 << 21


def test_numbers_that_python_calls_equal_are_told_apart() -> None:
    points: Any = stoa.Table({"x": "int64", "flag": "bool"}, [(1, True), (2, False)])
    for _ in range(2):  # programs are cached by their trees
        assert [type(each) for each in (points.x * 1).tolist()] == [int, int]
        assert [type(each) for each in (points.x * 1.0).tolist()] == [float, float]
        assert [type(each) for each in (points.flag | True).tolist()] == [bool, bool]
        assert [type(each) for each in (points.flag | 1).tolist()] == [int, int]
        assert (1.0 / (points.x * 0.0)).max() == math.inf
        assert (1.0 / (points.x * -0.0)).max() == -math.inf
        assert (points.x * False).sum() == (points.x * 0).sum() == 0
        assert math.isnan((points.x * math.nan).sum())


def test_expressions_of_any_size_and_depth_are_computed() -> None:
    points: Any = stoa.Table({"x": "int64"}, [(1,), (2,)])
    for _ in range(2):
        deep, wide = points.x, points.x
        for i in range(5000):
            deep = deep + 1
            if i < 500:
                wide = wide + wide if i < 40 else wide - points.x
        assert deep.sum() == 3 + 10000
        assert wide.sum() == 3 * 2**40 - 3 * 460
        assert len(repr(deep)) < 400


def test_what_no_number_is_made_of_is_refused_by_its_own_name() -> None:
    points: Any = stoa.Table({"x": "int64", "w": "float64", "f": "float32"}, [(1, 2, 3)])
    for wrong in ("nothing", None, 3, complex):
        with pytest.raises(TypeError, match="a cast cannot be of type"):
            points.x.cast(wrong)
    with pytest.raises(TypeError, match="not with complex"):
        points.w + 1j
    with pytest.raises(OverflowError, match="1e\\+300 does not fit int16"):
        (points.w * 0 + 1e300).cast("int16").sum()


@needs_numpy
def test_numpys_complex_numbers_are_refused_though_they_have_a_float() -> None:
    points: Any = stoa.Table({"x": "int64", "w": "float64", "f": "float32"}, [(1, 2, 3)])
    for wrong in (numpy.complex128(1 + 2j), numpy.complex64(1), numpy.longdouble(1)):
        with pytest.raises(TypeError, match=f"not with {type(wrong).__name__}"):
            points.w + wrong
    stores: list[Callable[[Any], Any]] = [
        lambda wrong: setattr(points, "w", wrong),
        lambda wrong: points.append(1, 1, wrong),
        lambda wrong: points.extend(x=[1], w=[wrong], f=[1]),
    ]
    for store in stores:
        for wrong in (numpy.complex128(1 + 2j), numpy.complex64(1)):
            with pytest.raises(TypeError, match="takes numbers"):
                store(wrong)
    assert [tuple(row) for row in points] == [(1, 2.0, 3.0)]
