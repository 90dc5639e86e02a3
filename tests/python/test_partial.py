"""Partials: aggregates of parts, merged, beside those of one table."""

from __future__ import annotations

import enum
import math
import pickle
import struct
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stoa
from stoa import float32, float64, int8, int32, uint64

SETS = "sum(x), mean(y), var(y), min(x), std(y, ddof=1), max(y), count(n), last(n)"


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


class Point(stoa.Record):
    x: int32
    y: float64
    k: str = ""
    n: int8 | None = None
    c: Color = Color.RED


rows = st.lists(
    st.tuples(
        st.integers(-(2**31), 2**31 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["", "a", "b", "€"]),
        st.none() | st.integers(-3, 3),
        st.sampled_from(Color),
    ),
    max_size=40,
)


def parts_of(table, cuts):
    bounds = [0, *sorted(cut % (len(table) + 1) for cut in cuts), len(table)]
    return [table[a:b] for a, b in zip(bounds, bounds[1:])]


def bits(values):
    return [struct.pack("d", v) if isinstance(v, float) else v for v in values]


def nearest(exact):
    """The double nearest to a fraction."""
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


@given(rows, st.lists(st.integers(0, 1000), max_size=5))
def test_parts_give_the_bits_of_one_table(given, cuts):
    table = stoa.Table(Point, given)
    states = [pickle.loads(pickle.dumps(part.partial(SETS))) for part in parts_of(table, cuts)]
    copies = [part.copy().partial(SETS) for part in parts_of(table, cuts)]
    found = stoa.merge(states).result()
    assert bits(found) == bits(table.partial(SETS).result())
    assert stoa.merge(copies) == stoa.merge(states) == table.partial(SETS)
    halves = [stoa.merge(states[:1]), stoa.merge(states[1:] or [table[:0].partial(SETS)])]
    assert stoa.merge(halves) == stoa.merge(states)


@given(rows)
def test_floats_are_rounded_once(given):
    table = stoa.Table(Point, given)
    exact = [Fraction(y) for y in table.y]
    total, mean, var, dot = table.partial("sum(y), mean(y), var(y), dot(x, n)").result()
    assert total == nearest(sum(exact, Fraction(0)))
    assert dot == sum(x * n for x, n in zip(table.x, table.n) if n is not None)
    if exact:
        middle = sum(exact) / len(exact)
        assert mean == nearest(middle)
        assert var == nearest(sum((each - middle) ** 2 for each in exact) / len(exact))
    else:
        assert mean is None
        assert var is None


@given(rows, st.lists(st.integers(0, 1000), max_size=5))
def test_groups_of_parts_are_those_of_one_table(given, cuts):
    table = stoa.Table(Point, given)
    states = [part.partial(SETS, by="k, n") for part in parts_of(table, cuts)]
    found = stoa.merge(pickle.loads(pickle.dumps(states))).result()
    assert found == table.partial(SETS, by="k, n").result()
    keys = list(dict.fromkeys(zip(table.k, table.n)))
    assert list(zip(found.k, found.n)) == keys
    for key, row in zip(keys, found.to_dicts()):
        own = [r for r in table if (r.k, r.n) == key]
        assert row["sum(x)"] == sum(r.x for r in own)
        assert row["count(n)"] == sum(r.n is not None for r in own)
        assert row["mean(y)"] == nearest(sum(Fraction(r.y) for r in own) / len(own))
        assert row["last(n)"] == key[1]


TEXT = (
    "sum(x), min(x), max(x), mean(x), count(), count(n), first(k), last(k), min(k), max(k), "
    "argmin(x), argmax(y), any(x > 3), all(x > 3), first(c), last(n), sum(x > 3), dot(x, n)"
)


@given(rows)
def test_what_is_no_sum_of_floats_is_as_compute_gives_it(given):
    table = stoa.Table(Point, given)
    assert table.partial(TEXT).result() == table.compute(TEXT)
    near = table.where("x > 3")
    alone = near.copy()
    assert near.partial(TEXT).result() == alone.compute(TEXT)
    assert near.pin().partial(TEXT).result() == alone.compute(TEXT)
    assert table[::2].partial(TEXT).result() == table[::2].copy().compute(TEXT)


def test_each_type_is_a_key_and_a_value():
    class All(stoa.Record):
        b: bool
        u: uint64
        f: float32
        d: date
        t: timedelta
        c: Color

    table = stoa.Table(All)
    for i in range(60):
        day = date(2020, 1, 1 + i % 3)
        table.append(i % 2 == 0, 2**64 - 1 - i % 3, i % 4 / 2, day, timedelta(i % 2), Color.BLUE)
    for key in table._store.fields:
        found = table.partial("count(), max(d), sum(t), last(c), mean(t)", by=key).result()
        assert Counter(dict(zip(found[key], found["count()"]))) == Counter(table[key])
        assert found["last(c)"][0] is Color.BLUE
        assert key != "c" or found.c[0] is Color.BLUE
        assert sum(found["sum(t)"], timedelta()) == table.t.sum()
    whole = table.partial("max(d), sum(t), mean(t), min(u), max(f), any(b)")
    assert whole.result() == table.compute("max(d), sum(t), mean(t), min(u), max(f), any(b)")


def test_outputs_can_have_names():
    table = stoa.Table(Point, [(1, 2.0, "a"), (3, 4.0, "b"), (5, 6.0, "a")])
    made = table.partial({"total": "sum(x)", "middle": "mean(y)"}).result()
    assert made.total == 9
    assert made.middle == 4.0
    assert made == (9, 4.0)
    found = table.partial({"total": "sum(x * $n)"}, by={"carrier": "upper(k)"}, n=2).result()
    assert found.to_dicts() == [{"carrier": "A", "total": 12}, {"carrier": "B", "total": 6}]
    several = table.partial(["sum(x)", "max(x)"], by=["k"]).result()
    assert several["sum(x)"].tolist() == [6, 3]
    assert several["max(x)"].tolist() == [5, 3]
    assert table.partial("sum(x)").result() == 9
    with pytest.raises(stoa.BadNameError):
        table.partial("sum(x), sum(x)", by="k").result()


def test_vectors_are_tuples():
    table = stoa.Table({"v": stoa.Vector[float64, Literal[2]]}, [((1.0, 2.0),), ((3.0, 5.0),)])
    assert table.partial("sum(v), mean(v), count()").result() == ((4.0, 7.0), (2.0, 3.5), 2)
    assert table[:0].partial("sum(v), mean(v)").result() == ((0.0, 0.0), (None, None))


def test_odd_values_are_told():
    table = stoa.Table({"y": "float64"})
    values = math.inf, -math.inf, math.nan, 1.0
    table.extend(y=values)
    result = table.partial("sum(y), min(y), max(y), var(y), count(y)").result()
    assert math.isnan(result[0])
    assert result[1:3] == (-math.inf, math.inf)
    assert math.isnan(result[3])
    assert result[4] == 4
    assert table[:1].partial("sum(y)").result() == math.inf


def test_a_sum_that_does_not_fit_is_refused_at_the_end_alone():
    table = stoa.Table({"x": "int64"}, [(2**63 - 1,), (1,), (-5,)])
    states = [part.partial("sum(x)") for part in parts_of(table, [1, 2])]
    assert stoa.merge(states).result() == 2**63 - 5
    with pytest.raises(stoa.RangeError, match="sum"):
        stoa.merge(states[:2]).result()


@pytest.mark.parametrize(
    "text",
    ["sum(x) / 2", "sum(x - mean(x))", "cumsum(x)", "sum(row())", "count_distinct(k)", "x", "1"],
)
def test_what_cannot_be_computed_in_parts_is_refused(text):
    table = stoa.Table(Point, [(1, 2.0)])
    with pytest.raises(stoa.ArgumentError):
        table.partial(text)


def test_misuse_is_told():
    table = stoa.Table(Point, [(1, 2.0)])
    one = table.partial("sum(x)")
    for wrong in ([], ()):
        with pytest.raises(stoa.ArgumentError):
            stoa.merge(wrong)
    for wrong in ([one, 3], [one, table.partial("sum(y)")], [one, table.partial("sum(x)", by="k")]):
        with pytest.raises(stoa.WrongTypeError):
            stoa.merge(wrong)
    with pytest.raises(stoa.WrongTypeError):
        stoa.Partial()
    with pytest.raises(stoa.WrongTypeError):
        table.partial(3)
    with pytest.raises(stoa.ArgumentError):
        table.partial([])
    with pytest.raises(stoa.ArgumentError):
        table.partial("sum(x)", by="max(x)")
    with pytest.raises(stoa.ExpressionError):
        table.partial({"both": "sum(x), max(x)"})
    with pytest.raises(stoa.ParameterError):
        table.partial("sum(x)", n=1)
    with pytest.raises(stoa.FieldNameError):
        table.partial("sum(z)")
    near = table.where("x > 0")
    table[0].x = -1
    with pytest.raises(stoa.StaleError):
        near.partial("sum(x)")


@given(st.data())
def test_damaged_pickles_are_refused(data):
    table = stoa.Table(Point, [(i, i / 7, "ab"[i % 2], None, Color.RED) for i in range(9)])
    made = table.partial(SETS, by="k, c")
    function, (raw, *more) = made.__reduce__()
    at = data.draw(st.integers(0, len(raw) - 1))
    flipped = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    for damaged in (flipped, raw[:at], raw + b"x"):
        with pytest.raises(stoa.ArgumentError, match="no partial"):
            function(damaged, *more)


def test_a_partial_is_small_and_holds_nothing_of_the_table():
    table = stoa.Table(Point, 100_000)
    made = table.partial(SETS)
    assert len(pickle.dumps(made)) < 2000
    table.append(1, 2.0)  # nothing is locked
    assert made.result()[0] == 0
    assert len(made) == 1
    assert bool(made)
    assert repr(made) == "<stoa.Partial: 8 aggregates>"
    assert repr(table.partial("sum(x)", by="n")) == "<stoa.Partial: 1 groups of 1 aggregates>"
