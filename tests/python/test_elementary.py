"""Elementary functions, compared with mpmath: errors at each level are within the documented ones.

A level is chosen once per process, so each is tested in a child process with STOA_SIMD set.
(tests/c/test_kernels_elementary.c tests many more arguments, against long double.)
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import struct
import subprocess
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import mpmath
import pytest

import stoa

pytestmark = pytest.mark.skipif(
    os.environ.get("STOA_PURE") == "1" or sys.implementation.name != "cpython",
    reason="the machine code is the same in all of them",
)

mp = mpmath.mp.clone()
mp.prec = 200

Pair = tuple[float, float]

# The functions as texts; y is 0 for functions of one argument.
TEXTS = {
    name: f"{name}(x)"
    for name in ("exp", "log", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan")
}
TEXTS.update(atan2="atan2(x, y)", hypot="hypot(x, y)")
TEXTS["**"] = "x ** y"
OF_TWO = ("atan2", "hypot", "**")
NAMES = list(TEXTS)
LEVELS = ["baseline", "avx2", "avx512"]

EXACT: dict[str, Callable[..., Any]] = {
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "**": lambda x, y: mp.power(x, y) if x > 0 else (-1) ** int(y) * mp.power(-x, y),
}
for name in NAMES:
    if name not in EXACT:
        EXACT[name] = getattr(mp, name)


def stated() -> dict[str, float]:
    """The table of bounds in the documentation."""
    path = Path(__file__).parents[2] / "docs" / "expressions.md"
    bounds: dict[str, float] = {}
    for names, bound in re.findall(r"^\| ([^|]*) \| ([0-9.]+) \|", path.read_text("utf-8"), re.M):
        for name in re.findall(r"`([^`]+)`", names) or [names]:
            bounds[name] = float(bound)
    return bounds


# ---- arguments ----


def float_of(bits: int) -> float:
    return float(struct.unpack("<d", struct.pack("<Q", bits))[0])


def around(x: float, steps: int = 3) -> Iterator[float]:
    bits = struct.unpack("<Q", struct.pack("<d", x))[0]
    for step in range(-steps, steps + 1):
        yield float_of(bits + step)


def nearest_to_quarter_turns() -> Iterator[float]:
    """For every 7th k, the m 2**k nearest to a multiple of pi/2, found by continued fractions."""
    with mp.workprec(1300):
        two_over_pi = int(mp.ldexp(2 / mp.pi, 1200))
    for k in range(0, 971, 7):
        above, below = (two_over_pi << k) % 2**1200, 2**1200
        m, before = 1, 0
        while above and (below // above) * m + before <= 2**53:
            m, before = (below // above) * m + before, m
            above, below = below % above, above
        yield math.ldexp(m, k)
        yield -math.ldexp(before, k)


def half_steps(step: Any, first: int, last: int, by: int) -> list[float]:
    return [float(step * n / 2) for n in range(first, last, by)]


def hard_singles(name: str) -> Iterator[float]:
    edges = [5e-324, 2.0**-1022, 1e-300, 2.0**-54, 2.0**-27, 0.25, 0.5, 1.0, 2.0]
    if name == "exp":
        for edge in (709.782712893384, -708.3964185322641, -745.1332191019411, -744.4400719213812):
            yield from around(edge, 20)
        yield from half_steps(mp.ln2, -2140, 2040, 17)
        yield from (-708.4 - i / 300 for i in range(300))
        yield from (math.ldexp(sign, -k) for k in range(0, 1074, 40) for sign in (1, -1))
    elif name.startswith("log"):
        yield from around(1.0, 60)
        yield from (1 + math.ldexp(sign, -k) for k in range(1, 54) for sign in (1, -1))
        yield from (float(f"1e{k}") for k in range(-323, 309, 9))
        for k in range(-1020, 1023, 30):
            yield from around(math.ldexp(math.sqrt(0.5), k), 1)
        yield from (math.ldexp(1, k) for k in range(-1074, -1010))
    elif name in ("sin", "cos", "tan"):
        yield from nearest_to_quarter_turns()
        yield from half_steps(mp.pi / 2, 1, 300, 2)
        yield from (math.ldexp(math.pi / 2, k) for k in range(0, 1023, 11))
        for edge in (1e22, 2.0**36, 2.0**1023, 5e-324 * 4):
            yield from around(edge)
            yield from around(-edge)
    elif name in ("asin", "acos"):
        for x in (1 - 2.0**-51, 0.5, 0.25, 2.0**-27, 5e-324 * 4):
            yield from around(x, 4)
            yield from around(-x, 4)
        yield from (sign * (1 - math.ldexp(1, -k)) for k in range(1, 54) for sign in (1, -1))
    else:
        edges += [2.0**53, 2.0**100, 1e300]
        for x in (0.5, 1.0, 2.0, 2.0**100):
            yield from around(x, 20)
            yield from around(-x, 20)
    yield from edges if name not in ("asin", "acos") else edges[:-1]


def hard_pairs(name: str, dice: random.Random) -> Iterator[Pair]:
    if name == "**":
        for i in range(300):
            x = math.ldexp(dice.uniform(1, 2), dice.randint(-1074, 1023))
            x = x if i % 2 else 1 + math.ldexp(1, -dice.randint(1, 52))
            edge = dice.choice(
                [709.782712893384, -708.3964185322641, -709, -720, -745.1332191019411]
            )
            y = edge / math.log(x)
            if math.isfinite(y):
                yield from ((x, near) for near in around(y, 1))
        yield from ((float(x), float(y)) for x in range(-12, 13) if x for y in range(-20, 21, 3))
        yield from ((2.0, float(k)) for k in range(-1074, 1024, 50))
        yield from (((2.0 * k + 1) * 2**30, y) for k in range(50) for y in (1.5, -0.5, 3.0))
        return
    for i in range(600):
        large = dice.randint(-1000, 1000)
        x = math.ldexp(dice.uniform(1, 2), large)
        ratio = dice.choice(
            [0.5, 1, 2, 0.75, 2.0**-26, 2.0**-53, dice.random(), 2.0 ** -dice.randint(1, 1070)]
        )
        for y in around(max(x * ratio, 5e-324), 0):
            pair = dice.choice([-1, 1]) * x, dice.choice([-1, 1]) * y
            yield pair if i % 2 else pair[::-1]
    for _ in range(200):  # subnormal, and overflowing
        yield float_of(dice.getrandbits(52) + 1), float_of(dice.getrandbits(52) + 1)
        yield dice.uniform(0.5, 1) * sys.float_info.max, dice.uniform(0, 1) * sys.float_info.max


def usual(name: str, dice: random.Random) -> Pair:
    if name in ("asin", "acos"):
        return dice.uniform(-1, 1), 0.0
    if name.startswith("log"):
        return dice.expovariate(0.01), 0.0
    if name == "**":
        return dice.uniform(0, 100), dice.uniform(-10, 10)
    x, y = dice.uniform(-100, 100), dice.uniform(-100, 100)
    return x, y if name in OF_TWO else 0.0


def any_bits(name: str, dice: random.Random) -> Pair:
    return float_of(dice.getrandbits(64)), float_of(dice.getrandbits(64)) if name in OF_TWO else 0.0


def has_a_value(name: str, x: float, y: float) -> bool:
    """Finite arguments in the domain; zeros and poles are tested below."""
    if not (math.isfinite(x) and math.isfinite(y)) or x == 0 or (y == 0 and name in OF_TWO):
        return False
    if name in ("asin", "acos"):
        return abs(x) <= 1
    if name == "**" and x < 0:
        return y == math.floor(y) and abs(y) < 2**53
    return x > 0 or not name.startswith("log")


def arguments_of(name: str) -> list[Pair]:
    dice = random.Random(NAMES.index(name))
    hard = hard_pairs(name, dice) if name in OF_TWO else ((x, 0.0) for x in hard_singles(name))
    pairs = list(hard)
    pairs += [usual(name, dice) for _ in range(300)]
    pairs += [any_bits(name, dice) for _ in range(200)]
    return [pair for pair in pairs if has_a_value(name, *pair)]


def as_float32(x: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", x))[0])
    except OverflowError:
        return math.copysign(math.inf, x)


# ---- a process per level ----

CHILD = """
import json, sys
from array import array
import stoa

def values(table, text, x, y):
    by_text = table.expression(text).tolist()
    operators = {name: getattr(stoa, name) for name in dir(stoa)}
    by_operators = eval(text, operators, {"x": x, "y": y}).tolist()
    assert array("d", by_operators).tobytes() == array("d", by_text).tobytes()
    return by_text

for line in sys.stdin:
    text, kind, xs, ys = json.loads(line)
    xs, ys = ([float.fromhex(each) for each in column] for column in (xs, ys))
    table = stoa.Table({"x": kind, "y": kind})
    table.extend(x=array("d", xs), y=array("d", ys))
    found = values(table, text, table.x, table.y)
    if kind == "float32":
        found = table.expression("float32(" + text + ")").tolist()
    print(json.dumps([stoa.simd(), [each.hex() for each in found]]), flush=True)
"""


def answers(level: str, asked: list[tuple[str, str, list[Pair]]]) -> tuple[str, list[list[float]]]:
    lines = [
        json.dumps([text, kind, [x.hex() for x, _ in pairs], [y.hex() for _, y in pairs]])
        for text, kind, pairs in asked
    ]
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        env={**os.environ, "STOA_SIMD": level},
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return found[0][0], [[float.fromhex(each) for each in values] for _, values in found]


# ---- errors ----


def error_of(got: float, exact: Any, digits: int, least: int, most: int) -> float:
    """The error in units in the last place. Infinity is right if no finite number is nearest."""
    if exact == 0:
        return 0.0 if got == 0 else math.inf
    _, exponent = mp.frexp(exact)
    if math.isinf(got):
        limit = mp.ldexp(1, most) - mp.ldexp(1, most - digits - 1)
        if abs(exact) >= limit and (got > 0) == (exact > 0):
            return 0.0
        got_exactly = mp.ldexp(math.copysign(1, got), most)
    else:
        got_exactly = mp.mpf(got)
    unit = min(max(exponent, least), most) - digits
    return float(mp.ldexp(abs(got_exactly - exact), -unit))


def float64_error(got: float, exact: Any) -> float:
    return error_of(got, exact, 53, -1021, 1024)


def float32_error(got: float, exact: Any) -> float:
    return error_of(got, exact, 24, -125, 128)


def exact_of(name: str, x: float, y: float) -> Any:
    arguments = (x, y) if name in OF_TWO else (x,)
    return EXACT[name](*map(mp.mpf, arguments))


def test_the_documentation_states_a_bound_for_each_function() -> None:
    bounds = stated()
    assert set(NAMES) <= set(bounds)
    assert all(0.5 < bounds[name] <= 1 for name in NAMES)


def test_errors_are_within_what_is_stated_at_each_level() -> None:
    bounds, asked, exact = stated(), [], {}
    for name in NAMES:
        pairs = arguments_of(name)
        assert len(pairs) > 500
        asked.append((TEXTS[name], "float64", pairs))
        exact[name] = [exact_of(name, *pair) for pair in pairs]
    narrow_bound = bounds["any of them, argument and result float32"]
    for name in NAMES:
        narrow = [(as_float32(x), as_float32(y)) for x, y in asked[NAMES.index(name)][2][::3]]
        narrow = [pair for pair in narrow if has_a_value(name, *pair)]
        known = [exact_of(name, *pair) for pair in narrow]
        kept = [i for i, value in enumerate(known) if abs(value) < 3.4e38]  # others are refused
        asked.append((TEXTS[name], "float32", [narrow[i] for i in kept]))
        exact["float32 " + name] = [known[i] for i in kept]
    first: list[bytes] | None = None
    for level in LEVELS:
        reached, found = answers(level, asked)
        if reached != level:
            break  # the processor has no higher level
        bits = [array("d", values).tobytes() for values in found]
        if first is not None:
            assert bits == first  # so the errors measured at the first level hold here too
            continue
        first = bits
        for (name, known), (_, kind, pairs), values in zip(exact.items(), asked, found):
            assert len(values) == len(pairs) == len(known)
            bound = bounds[name] if kind == "float64" else narrow_bound
            error = float64_error if kind == "float64" else float32_error
            for pair, value, right in zip(pairs, values, known):
                off = error(value, right)
                assert off <= bound, (name, *(each.hex() for each in pair), value.hex(), off)
    assert first is not None


# ---- exact results, and edge cases ----

INF, NAN = math.inf, math.nan
EDGES: list[tuple[str, float, float, float]] = [
    ("exp(x)", 0.0, 0, 1.0),
    ("exp(x)", INF, 0, INF),
    ("exp(x)", -INF, 0, 0.0),
    ("exp(x)", 710.0, 0, INF),
    ("exp(x)", -746.0, 0, 0.0),
    ("log(x)", 0.0, 0, -INF),
    ("log(x)", -0.0, 0, -INF),
    ("log(x)", -1.0, 0, NAN),
    ("log(x)", INF, 0, INF),
    ("log2(x)", 5e-324, 0, -1074.0),
    ("log10(x)", 1e300, 0, 300.0),
    ("sin(x)", -0.0, 0, -0.0),
    ("sin(x)", INF, 0, NAN),
    ("cos(x)", 0.0, 0, 1.0),
    ("cos(x)", -INF, 0, NAN),
    ("tan(x)", -0.0, 0, -0.0),
    ("asin(x)", 1.0, 0, math.pi / 2),
    ("asin(x)", 1.0000000000000002, 0, NAN),
    ("acos(x)", 1.0, 0, 0.0),
    ("acos(x)", -1.0, 0, math.pi),
    ("acos(x)", -2.0, 0, NAN),
    ("atan(x)", -INF, 0, -math.pi / 2),
    ("atan2(x, y)", 0.0, -0.0, math.pi),
    ("atan2(x, y)", -0.0, -1.0, -math.pi),
    ("atan2(x, y)", INF, INF, math.pi / 4),
    ("hypot(x, y)", 3.0, 4.0, 5.0),
    ("hypot(x, y)", NAN, -INF, INF),
    ("hypot(x, y)", 5e-324, 0.0, 5e-324),
    ("x ** y", NAN, 0.0, 1.0),
    ("x ** y", 1.0, NAN, 1.0),
    ("x ** y", -0.0, -3.0, -INF),
    ("x ** y", 0.0, 0.0, 1.0),
    ("x ** y", -8.0, 1 / 3, NAN),
    ("x ** y", -1.0, INF, 1.0),
    ("x ** y", -INF, 3.0, -INF),
    ("x ** y", 2.0, -1074.0, 5e-324),
    ("x ** y", 2.0, -1075.0, 0.0),
    ("x ** y", -3.0, 5.0, -243.0),
    ("sqrt(x)", -0.0, 0, -0.0),
    ("sqrt(x)", -1.0, 0, NAN),
    ("x ** 0.5", -0.0, 0, 0.0),
    ("x ** 0.5", 2.0, 0, math.sqrt(2)),
    ("x ** 2", 1.1, 0, 1.1 * 1.1),
    ("round(x)", 2.5, 0, 2.0),
    ("round(x)", -0.5, 0, -0.0),
    ("floor(x)", -0.5, 0, -1.0),
    ("ceil(x)", -0.5, 0, -0.0),
]


@pytest.mark.parametrize(("text", "x", "y", "result"), EDGES)
def test_edges_give_what_annex_f_of_c_says(text: str, x: float, y: float, result: float) -> None:
    table: Any = stoa.Table({"x": "float64", "y": "float64"}, [(x, y)])
    bits = array("d", [result]).tobytes()
    value = table.compute(f"first({text})")
    assert array("d", [value]).tobytes() == bits or (value != value and result != result)


def test_constants_are_folded_by_the_functions_that_would_run() -> None:
    table: Any = stoa.Table({"x": "float64"}, [(0.3,)])
    for name in (
        "exp",
        "log",
        "log2",
        "log10",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sqrt",
    ):
        assert table.compute(f"first({name}(x)) == {name}(0.3)") is True
    for text in ("x ** 1.7", "1.7 ** x", "atan2(x, 1.7)", "atan2(1.7, x)", "hypot(x, 1.7)"):
        folded = re.sub(r"\bx\b", "0.3", text)
        assert table.compute(f"first({text}) == {folded}") is True
