"""Null in expressions: an aggregate over no rows, combined with values of rows, against a Python
model.

`argmin(z)` is null here, because z is NaN in each row. In the model, None stands for null.
"""

from __future__ import annotations

from typing import Any, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stoa

ROWS = [(x, x % 3 == 0, float("nan")) for x in (5, -3, 0, 7, 9, -8, 2, 2, 100)]


def table(copies: int = 1) -> Any:
    points: Any = stoa.Table({"x": "int32", "flag": "bool", "z": "float64"})
    points.extend(ROWS * copies)
    return points


# A node: its text and its value in each of ROWS.
Node = tuple[str, list[Any]]


def each(function: Callable[..., Any], *nodes: Node) -> list[Any]:
    """None if an operand is None."""
    return [
        None if None in values else function(*values)
        for values in zip(*(node[1] for node in nodes))
    ]


def kleene(decides: bool, a: Node, b: Node) -> list[Any]:
    """`and` if decides is False, `or` if it is True."""
    return [
        decides if decides in (p, q) else None if None in (p, q) else not decides
        for p, q in zip(a[1], b[1])
    ]


NUMBERS = st.sampled_from(
    [
        ("x", [x for x, _, _ in ROWS]),
        ("argmin(z)", [None] * len(ROWS)),
        ("3", [3] * len(ROWS)),
        ("count()", [len(ROWS)] * len(ROWS)),
    ]
)
FLAGS = st.sampled_from(
    [
        ("flag", [flag for _, flag, _ in ROWS]),
        ("x > 2", [x > 2 for x, _, _ in ROWS]),
        ("argmin(z) > 1", [None] * len(ROWS)),
        ("count() > 1", [True] * len(ROWS)),
        ("False", [False] * len(ROWS)),
    ]
)


@st.composite
def numbers(draw: Any, depth: int = 4) -> Node:
    kind = draw(st.integers(0, 4)) if depth else 4
    if kind == 4:
        return draw(NUMBERS)  # type: ignore[no-any-return]
    a, b = draw(numbers(depth - 1)), draw(numbers(depth - 1))
    if kind == 0:
        return f"({a[0]} + {b[0]})", each(lambda p, q: p + q, a, b)
    if kind == 1:
        return f"max({a[0]}, {b[0]})", each(max, a, b)
    c = draw(flags(depth - 1))
    taken = [None if c is None else p if c else q for c, p, q in zip(c[1], a[1], b[1])]
    return f"where({c[0]}, {a[0]}, {b[0]})", taken


@st.composite
def flags(draw: Any, depth: int = 4) -> Node:
    kind = draw(st.integers(0, 4)) if depth else 4
    if kind == 4:
        return draw(FLAGS)  # type: ignore[no-any-return]
    if kind == 0:
        p, q = draw(numbers(depth - 1)), draw(numbers(depth - 1))
        return f"({p[0]} < {q[0]})", each(lambda a, b: a < b, p, q)
    a = draw(flags(depth - 1))
    if kind == 1:
        return f"(not {a[0]})", each(lambda p: not p, a)
    b = draw(flags(depth - 1))
    decides = kind == 3
    return f"({a[0]} {'or' if decides else 'and'} {b[0]})", kleene(decides, a, b)


@pytest.mark.parametrize("copies", [1, 200])
@settings(max_examples=300)
@given(node=numbers())
def test_a_null_is_passed_over_by_aggregates(copies: int, node: Node) -> None:
    points, (text, values) = table(copies), node
    if copies > 1 and "count()" in text:
        return
    there = [value for value in values if value is not None] * copies
    found = points.compute(f"sum({text}), count({text}), min({text}), max({text})")
    assert found == (
        sum(there),
        len(there),
        min(there, default=None),
        max(there, default=None),
    )


@settings(max_examples=300)
@given(node=numbers())
def test_a_null_is_neither_stored_nor_given(node: Node) -> None:
    points, (text, values) = table(), node
    chosen = points.where(f"({text}) == ({text})")
    assert chosen.indices().tolist() == [i for i, v in enumerate(values) if v is not None]
    points.add_field("out", "int64", default=-1)
    if None in values:
        with pytest.raises(TypeError, match="null"):
            points.expression(text).tolist()
        with pytest.raises(TypeError, match="null"):
            points.assign("out", text)
        assert points.out.tolist() == [-1] * len(values)
    else:
        assert points.expression(text).tolist() == values
        points.assign("out", text)
        assert points.out.tolist() == values
    points.out = -1
    if "count" not in text:  # it would count the rows of the condition
        points.assign("out", text, where=f"({text}) == ({text})")
        assert points.out.tolist() == [-1 if v is None else v for v in values]


@settings(max_examples=300)
@given(node=flags())
def test_null_conditions_are_those_of_kleene(node: Node) -> None:
    points, (text, values) = table(), node
    true = [i for i, value in enumerate(values) if value is True]
    assert points.where(text).indices().tolist() == true
    assert points.filter(text).x.tolist() == [ROWS[i][0] for i in true]
    found = points.compute(f"sum({text}), any({text}), all({text}), count({text})")
    there = [value for value in values if value is not None]
    assert found == (len(true), any(there), all(there), len(there))
    expected = sum(ROWS[i][0] for i in true)
    assert points.compute(f"sum(where({text}, x, 0)), count(where({text}, x, x))") == (
        expected,
        len(there),
    )


def test_what_is_null_cannot_fail() -> None:
    points = table()
    assert points.compute("sum(where(x > 2, x // argmin(z), 1))") == 5
    assert points.compute("count(x // argmin(z))") == 0
    assert points.where("x // (x - 5 + argmin(z)) > 1").indices().tolist() == []


def test_nothing_that_is_selected_stores_nothing() -> None:
    points = table()
    points.assign("z", "x - mean(x)", where="x > 1000")
    points.where("x > 1000").assign("x", "min(x)")
    assert points.where("x > 1000").expression("x - mean(x)").tolist() == []
    assert points.x.tolist() == [x for x, _, _ in ROWS]


def test_running_sums_pass_over_nulls() -> None:
    points = table()
    text = "where(x > 2, x, argmin(z))"
    assert points.compute(f"max(cumsum({text}))") == sum(x for x, _, _ in ROWS if x > 2)
