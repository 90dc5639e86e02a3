"""Random expressions, as operators and as text, compared with exact Python, one row at a time.

A tree is a tuple: (operation, *arguments), ("field", name) or ("constant", value). `value_of`
computes it for a row by the documented semantics: integers are int64 and checked, and a failure
counts only if the value is used.
"""

from __future__ import annotations

import math
import operator
import re
import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stoa
from stoa import float32, float64, int8, int32, int64, uint64

Tree = tuple[Any, ...]

LOW, HIGH = -(2**63), 2**63 - 1


class Sample(stoa.Record):
    a: int8
    b: int32
    c: int64
    u: uint64
    f: float64
    g: float32
    h: bool


KINDS = {"a": "i", "b": "i", "c": "i", "u": "u", "f": "f", "g": "f", "h": "b"}

# ---- the meaning of a tree ----


class Failure(Exception):
    """There is no value."""


def checked(value: int) -> int:
    if not LOW <= value <= HIGH:
        raise Failure
    return value


def integer(value: Any) -> int:
    return checked(int(value))


def divided(x: float, y: float) -> float:
    if y != 0:
        return x / y
    if x == 0 or math.isnan(x):
        return math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def floor_divided(x: float, y: float) -> float:
    return divided(x, y) if y == 0 else x // y if not math.isinf(x) else math.nan


def remainder(x: float, y: float) -> float:
    if y == 0 or math.isinf(x):
        return math.nan
    return x % y


def floats(operation: Callable[[float, float], float]) -> Callable[[Any, Any], float]:
    return lambda x, y: operation(float(x), float(y))


def arithmetic(of_integers: Any, of_floats: Any) -> Callable[[Any, Any], Any]:
    def compute(x: Any, y: Any) -> Any:
        if isinstance(x, float) or isinstance(y, float):
            return of_floats(float(x), float(y))
        return checked(of_integers(integer(x), integer(y)))

    return compute


def divisor(operation: Callable[[int, int], int]) -> Callable[[int, int], int]:
    def compute(x: int, y: int) -> int:
        if y == 0:
            raise Failure
        return operation(x, y)

    return compute


def power(x: int, y: int) -> int:
    if y < 0:
        raise Failure
    if abs(x) > 1 and y >= 64:
        raise Failure
    return int(x**y) if abs(x) > 1 else int(x ** (y % 2 + 2 * (y > 1)))


def shifted_left(x: Any, y: Any) -> int:
    if not 0 <= y:
        raise Failure
    if x == 0:
        return 0
    if y > 64:
        raise Failure
    return checked(int(x) << int(y))


def shifted_right(x: Any, y: Any) -> int:
    if not 0 <= y:
        raise Failure
    return int(x) >> min(int(y), 64)


def bits(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def compute(x: Any, y: Any) -> Any:
        if isinstance(x, bool) and isinstance(y, bool):
            return bool(operation(x, y))
        return operation(int(x), int(y))

    return compute


def common(*values: Any) -> tuple[Any, ...]:
    """The values converted to one type."""
    if all(isinstance(each, bool) for each in values):
        return values
    if any(isinstance(each, float) for each in values):
        return tuple(map(float, values))
    return tuple(map(int, values))


def ordered(value: Any) -> tuple[Any, ...]:
    return (value, math.copysign(1.0, value)) if isinstance(value, float) else (value, 0.0)


def extreme(choose: Any) -> Callable[[Any, Any], Any]:
    def compute(x: Any, y: Any) -> Any:
        x, y = common(x, y)
        if x != x or y != y:
            return y if x != x else x
        return choose(x, y, key=ordered)

    return compute


def negated(x: Any) -> Any:
    return -x if isinstance(x, float) else checked(-int(x))


def absolute(x: Any) -> Any:
    return abs(x) if isinstance(x, float) else checked(abs(int(x)))


def whole(operation: Callable[[float], int]) -> Callable[[Any], Any]:
    def compute(x: Any) -> Any:
        if not isinstance(x, float):
            return int(x)
        if not math.isfinite(x):
            return x
        return math.copysign(float(operation(x)), x)

    return compute


def cast_to(low: int, high: int) -> Callable[[Any], int]:
    def compute(x: Any) -> int:
        if isinstance(x, float) and not math.isfinite(x):
            raise Failure
        if not low <= int(x) <= high:
            raise Failure
        return int(x)

    return compute


def inverted(x: Any) -> Any:
    return not x if isinstance(x, bool) else ~x


def root(x: Any) -> float:
    return math.sqrt(x) if float(x) >= 0 else math.nan if float(x) != 0 else float(x)


MEANINGS: dict[str, Callable[..., Any]] = {
    "+": arithmetic(operator.add, operator.add),
    "-": arithmetic(operator.sub, operator.sub),
    "*": arithmetic(operator.mul, operator.mul),
    "//": arithmetic(divisor(operator.floordiv), floor_divided),
    "%": arithmetic(divisor(operator.mod), remainder),
    "/": floats(divided),
    "**": arithmetic(power, None),
    "<<": shifted_left,
    ">>": shifted_right,
    "&": bits(operator.and_),
    "|": bits(operator.or_),
    "^": bits(operator.xor),
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
    "neg": negated,
    "~": inverted,
    "abs": absolute,
    "min": extreme(min),
    "max": extreme(max),
    "floor": whole(math.floor),
    "ceil": whole(math.ceil),
    "round": whole(round),
    "sqrt": root,
    "isnan": lambda x: x != x,
    "isfinite": lambda x: math.isfinite(x) if isinstance(x, float) else True,
    "int32": cast_to(-(2**31), 2**31 - 1),
    "int64": cast_to(LOW, HIGH),
    "uint8": cast_to(0, 255),
    "float64": float,
    "bool": bool,
}


def kind_of(tree: Tree) -> str:
    return tree[-1] if tree[0] in ("field", "constant") else str(tree[1])


def value_of(tree: Tree, row: Any) -> Any:
    """The value of a tree in a row; raises Failure if there is none."""
    if tree[0] == "field":
        return row[tree[1]]
    if tree[0] == "constant":
        return tree[1]
    name, kind, *arguments = tree
    if (
        name in ("&", "|") and kind == "b"
    ):  # the right side is used only if the left one does not decide
        first = value_of(arguments[0], row)
        decided = first is (name == "|")
        return first if decided else value_of(arguments[1], row)
    if name == "where":
        value = value_of(arguments[1 if value_of(arguments[0], row) else 2], row)
        return float(value) if kind == "f" else value if kind in "bu" else int(value)
    return MEANINGS[name](*[value_of(each, row) for each in arguments])


# ---- random trees ----

INTEGERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**31 - 1, -(2**31), 2**31, 2**53 + 1, 2**62, HIGH, LOW, LOW + 1]),
    st.integers(-1000, 1000),
)
FLOATS = st.one_of(
    st.sampled_from([0.0, -0.0, 0.5, -1.5, 2.5, math.inf, -math.inf, math.nan, 1e300, 2.0**63]),
    st.floats(width=32),
    st.integers(-4, 4).map(float),
)
CONSTANTS = {
    "i": INTEGERS,
    "f": FLOATS,
    "b": st.booleans(),
    "u": st.sampled_from([2**63, 2**63 + 1, 2**64 - 1]),  # smaller ones would be int64
}


def constants(kind: str) -> st.SearchStrategy[Tree]:
    return CONSTANTS[kind].map(lambda value: ("constant", value, kind))


def columns(kind: str) -> st.SearchStrategy[Tree]:
    return st.sampled_from([("field", name, k) for name, k in KINDS.items() if k == kind])


@st.composite
def trees(draw: Any, kind: str, depth: int = 3) -> Tree:
    """A tree of this kind that reads a column."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(columns(kind))  # type: ignore[no-any-return]

    def part(kinds: str) -> Any:
        return trees(draw(st.sampled_from(kinds)), depth - 1)

    def pair(kinds: str) -> list[Any]:
        """Two operands, one of which may be a constant."""
        both = [part(kinds), part(kinds)]
        which = draw(st.integers(0, 3))
        if which < 2:
            both[which] = constants(draw(st.sampled_from(kinds)))
        return [draw(each) for each in both]

    if kind == "u":
        name = draw(st.sampled_from(["&", "|", "^", "min", "max", "where"]))
        condition = [draw(part("b"))] if name == "where" else []
        return (name, kind, *condition, *pair("u"))
    shapes: dict[str, list[tuple[list[str], str]]] = {
        "i": [
            (["+", "-", "*", "//", "%"], "ii"),
            (["+", "-", "*"], "iu"),
            (["**", "<<", ">>", "&", "|", "^", "min", "max", "where"], "ii"),
            (["neg", "abs", "~"], "i"),
            (["int32", "int64", "uint8"], "f"),
            (["floor", "neg"], "i"),
        ],
        "f": [
            (["+", "-", "*", "/", "//", "%", "min", "max"], "ff"),
            (["+", "-", "*", "/", "//", "%", "min", "max", "where"], "fi"),
            (["/"], "ii"),
            (["neg", "abs", "floor", "ceil", "round", "sqrt"], "f"),
            (["float64", "sqrt"], "i"),
        ],
        "b": [
            (["<", "<=", "==", "!=", ">=", ">"], "ifub"),
            (["<", "<=", "==", "!=", ">=", ">"], "if"),
            (["&", "|", "^", "where"], "bb"),
            (["~"], "b"),
            (["isnan", "isfinite"], "f"),
            (["bool"], "f"),
        ],
    }
    names, kinds = draw(st.sampled_from(shapes[kind]))
    name = draw(st.sampled_from(names))
    if len(kinds) == 1:
        return (name, kind, draw(part(kinds)))
    arguments = pair(kinds)
    if kind == "f" and name != "where" and not (name == "/" or has_float(arguments)):
        arguments[0] = draw(columns("f"))
    if kind == "f" and name == "where" and not has_float(arguments):
        arguments[1] = draw(columns("f"))
    if name == "where":
        return (name, kind, draw(part("b")), *arguments)
    return (name, kind, *arguments)


def has_float(arguments: list[Tree]) -> bool:
    return any(kind_of(each) == "f" for each in arguments)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "a": st.integers(-128, 127),
            "b": st.one_of(st.integers(-3, 3), st.integers(-(2**31), 2**31 - 1)),
            "c": INTEGERS,
            "u": st.one_of(CONSTANTS["u"], st.integers(0, 5), st.just(2**63 - 1)),
            "f": FLOATS,
            "g": st.floats(width=32),
            "h": st.booleans(),
        }
    ),
    max_size=12,
)

# ---- a tree as operators and as text ----

OPERATORS = """
    + add, - sub, * mul, / truediv, // floordiv, % mod, ** pow, << lshift, >> rshift, & and_,
    | or_, ^ xor, < lt, <= le, == eq, != ne, >= ge, > gt
"""
INFIX: dict[str, Callable[..., Any]] = {
    sign: getattr(operator, name) for sign, name in re.findall(r"(\S+) (\w+)", OPERATORS)
}
CALLS: dict[str, Callable[..., Any]] = {
    "neg": operator.neg,
    "~": operator.invert,
    "min": stoa.minimum,
    "max": stoa.maximum,
}
for called in ("abs", "round", "where", "sqrt", "floor", "ceil", "isnan", "isfinite"):
    CALLS[called] = getattr(stoa, called)


def as_operators(tree: Tree, rows: Any) -> Any:
    if tree[0] == "field":
        return rows[tree[1]]
    if tree[0] == "constant":
        return tree[1]
    name, _, *trees = tree
    arguments = [as_operators(each, rows) for each in trees]
    if name in INFIX:
        return INFIX[name](*arguments)
    if name in CALLS:
        return CALLS[name](*arguments)
    return arguments[0].cast(name)


def as_text(tree: Tree, parameters: dict[str, Any]) -> str:
    if tree[0] == "field":
        return str(tree[1])
    if tree[0] == "constant":
        value = tree[1]
        if len(parameters) % 2 or not math.isfinite(value) or repr(value)[0] == "-":
            name = f"p{len(parameters)}"
            parameters[name] = value
            return f"${name}"
        return repr(value)
    name, kind, *trees = tree
    arguments = [as_text(each, parameters) for each in trees]
    if name in ("&", "|") and kind == "b":
        return f"({arguments[0]} {'and' if name == '&' else 'or'} {arguments[1]})"
    if name in INFIX:
        return f"({arguments[0]} {name} {arguments[1]})"
    if name in ("neg", "~"):
        sign = "-" if name == "neg" else "not " if kind == "b" else "~"
        return f"({sign}{arguments[0]})"
    return f"{name}({', '.join(arguments)})"


# ---- the comparison ----


def bits_of(value: Any) -> Any:
    """What must be equal: the type, and the bits (except of NaN)."""
    if isinstance(value, float) and value == value:
        return float, struct.pack("d", value)
    return type(value), repr(value)


def results(tree: Tree, rows: list[Any]) -> tuple[list[Any], int | None]:
    """The values up to the first row that fails, and the index of that row."""
    values = []
    for i, row in enumerate(rows):
        try:
            values.append(value_of(tree, row))
        except Failure:
            return values, i
    return values, None


def check(compute: Callable[[], list[Any]], values: list[Any], failed: int | None) -> None:
    if failed is None:
        assert list(map(bits_of, compute())) == list(map(bits_of, values))
        return
    with pytest.raises((OverflowError, ZeroDivisionError, ValueError)) as raised:
        compute()
    assert isinstance(raised.value, stoa.Error)
    row = re.match(r"row (\d+): ", str(raised.value))
    assert row is not None, raised.value
    assert int(row.group(1)) == failed


def table_of(rows: list[Any]) -> Any:
    return stoa.Table(Sample, rows)


def numbered(rows: list[Any]) -> Iterator[Any]:
    return iter({**row, "g": struct.unpack("f", struct.pack("f", row["g"]))[0]} for row in rows)


TREES = st.one_of(trees("i"), trees("f"), trees("b"), trees("u"))


@settings(max_examples=400)
@given(TREES, ROWS)
def test_every_expression_means_in_each_row_what_python_says(tree: Tree, rows: list[Any]) -> None:
    samples = table_of(rows)
    values, failed = results(tree, list(numbered(rows)))
    expression = as_operators(tree, samples)
    check(expression.tolist, values, failed)
    parameters: dict[str, Any] = {}
    text = as_text(tree, parameters)
    check(lambda: samples.expression(text, **parameters).tolist(), values, failed)


@settings(max_examples=200)
@given(TREES, trees("b"), ROWS)
def test_of_a_selection_only_its_rows_count(tree: Tree, condition: Tree, rows: list[Any]) -> None:
    samples, exact = table_of(rows), list(numbered(rows))
    holds, failed = results(condition, exact)
    chosen = samples.where(as_operators(condition, samples))
    if failed is not None:
        check(lambda: [len(chosen)], [], failed)
        return
    indices = [i for i, each in enumerate(holds) if each]
    assert list(chosen.indices()) == indices
    values, first = results(tree, [exact[i] for i in indices])
    failed = None if first is None else indices[first]
    expression = as_operators(tree, {name: chosen[name] for name in KINDS})
    check(expression.tolist, values, failed)
    parameters: dict[str, Any] = {}
    text = as_text(tree, parameters)
    check(lambda: chosen.expression(text, **parameters).tolist(), values, failed)
    if failed is None and kind_of(tree) != "f":
        again = samples.where(as_operators(condition, samples))  # in one pass
        total = as_operators(tree, {name: again[name] for name in KINDS})
        limits = (0, 2**64 - 1) if kind_of(tree) == "u" else (LOW, HIGH)
        if limits[0] <= sum(values) <= limits[1]:
            assert total.sum() == sum(values)


def least(values: list[Any], sign: int) -> Any:
    numbers = [each for each in values if each == each]
    if not numbers:
        return math.nan if values else None
    return sorted(numbers, key=ordered)[0 if sign > 0 else -1]


@settings(max_examples=200)
@given(TREES, ROWS)
def test_every_aggregate_is_what_python_says_of_all_values(tree: Tree, rows: list[Any]) -> None:
    samples, kind = table_of(rows), kind_of(tree)
    values, failed = results(tree, list(numbered(rows)))
    expression = as_operators(tree, samples)
    if failed is not None:
        check(lambda: [expression.max()], [], failed)
        return
    found = [expression.count(), expression.first(), expression.last()]
    assert found[0] == len(values)
    assert list(map(bits_of, found[1:])) == [
        bits_of(each) for each in ((values[0], values[-1]) if values else (None, None))
    ]
    for sign, value, place in [
        (1, expression.min(), expression.argmin()),
        (-1, expression.max(), expression.argmax()),
    ]:
        best = least(values, sign)
        assert bits_of(value) == bits_of(best)
        known = [bits_of(each) for each in values]
        assert place == (known.index(bits_of(best)) if best is not None and best == best else None)
    if kind == "b":
        assert (expression.any(), expression.all()) == (any(values), all(values))
    if kind != "f":
        mean = expression.mean()
        exact = Fraction(sum(values), len(values)) if values else None
        assert mean == (None if exact is None else exact.numerator / exact.denominator)
    elif all(map(math.isfinite, values)) and sum(map(abs, values)) < 1e308:
        size = sum(map(abs, values))
        assert expression.sum() == pytest.approx(math.fsum(values), rel=1e-12, abs=size * 1e-12)
