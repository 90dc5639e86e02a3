"""Expressions and aggregates over any number of rows: every length up to 70, lengths around blocks
and morsels, parts of a table by offset and step, and selections, compared with Python's values.

The text of each expression is also valid Python, which computes it one row at a time. Floats are
multiples of 1/8, so that their sums are exact in any order.
"""

from __future__ import annotations

import itertools
import math
import os
import random
import re
import struct
from array import array
from fractions import Fraction
from typing import Any, Callable

import pytest

import stoa
from stoa import float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64

pytestmark = pytest.mark.skipif(
    os.environ.get("STOA_PURE") == "1", reason="has nothing to do with rows"
)

BLOCK, MORSEL = 512, 65_536
SHORT = range(71)
AROUND_BLOCKS = [n + d for n in (2 * 64, BLOCK, 3 * BLOCK) for d in (-1, 0, 1)]
AROUND_MORSELS = [n + d for n in (MORSEL, 2 * MORSEL) for d in (-1, 0, 1)]


class Sample(stoa.Record):
    h: bool
    a: int8
    b: int16
    c: int32
    d: int64
    p: uint8
    q: uint16
    r: uint32
    s: uint64
    f: float32
    g: float64


NAMES = tuple("habcdpqrsfg")


def columns(rows: int) -> dict[str, list[Any]]:
    dice = random.Random(7)

    def integers(low: int, high: int) -> list[int]:
        return [dice.randint(low, high) for _ in range(rows)]

    def eighths(bits: int) -> list[float]:
        return [each / 8 for each in integers(-(2**bits), 2**bits)]

    return {
        "h": [dice.random() < 0.5 for _ in range(rows)],
        "a": integers(-128, 127),
        "b": integers(-(2**15), 2**15 - 1),
        "c": integers(-(2**31), 2**31 - 1),
        "d": integers(-(2**40), 2**40),
        "p": integers(0, 255),
        "q": integers(0, 2**16 - 1),
        "r": integers(0, 2**32 - 1),
        "s": integers(0, 2**64 - 1),
        "f": eighths(20),
        "g": eighths(40),
    }


MOST = 1_600
COLUMNS = columns(MOST)


def table_of(rows: int, known: dict[str, list[Any]] = COLUMNS) -> Any:
    table: Any = stoa.Table(Sample)
    table.extend(**{name: values[:rows] for name, values in known.items()})
    return table


# ---- results computed by Python ----


def float32_of(x: float) -> float:
    return float(struct.unpack("f", struct.pack("f", x))[0])


MEANING: dict[str, Any] = {
    "where": lambda c, a, b: a if c else b,
    "clip": lambda x, low, high: min(max(x, low), high),
    "sqrt": math.sqrt,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "round": lambda x: float(round(x)),
    "isnan": math.isnan,
    "isfinite": math.isfinite,
    "int8": int,
    "int64": int,
    "uint64": int,
    "float64": float,
    "float32": float32_of,
}

# Used as texts and as operators on columns.
NUMBERS = """
    a + b; b + c; c + d; q + 1; r + p; d + f; f + g; c - d; 5 - r; g - f; a * b; c * 3; c * c; d * a
    g * 0.5; c // 7; d // (p + 1); 1000000 // (a + 300); d % (q + 1); b % -3; g // 3; f % 2.5
    c / 8; g / 4; -a; -d; -g; abs(c); abs(f); ~a; ~r; c & 255; d & c; b | 1; c ^ d; p << 3; d >> 5
    1 << p % 20; a ** 3; c ** 2; 2 ** (p % 60); f ** 2; sqrt(abs(g)); floor(g / 3); ceil(f)
    round(f); where(h, c, a); where(c > d, f, g); where(h, 1.5, g); clip(c, -1000, 1000)
    c * c + b * b; sqrt(a * a + b * b)
"""
CONDITIONS = """
    c > 5; a == p; f < g; s > d; s >= r; d <= g; s < 1e19; c != 2.5; q < r; isnan(g); isfinite(f)
    (c > 0) & h; h | (a > 3); (c > 0) ^ (d > 0)
"""
# Used as texts only.
MORE = """
    min(a, b, c); max(p, 100); min(f, g); max(f, 0.5); int8(a); int64(g); uint64(p); float64(d)
    float32(c); row(); row() * 2 + a
"""
MORE_CONDITIONS = """
    a < b < c; 0 <= p < 128 <= q; h and c > 0; h or not a > 3; not f != g; (c > 0) == h
    a > 0 and 1000 // a > 20; where(h, a > 0, b > 0)
"""


def listed(texts: str) -> list[str]:
    return [each.strip() for each in texts.replace("\n", ";").split(";") if each.strip()]


OPERATORS = listed(NUMBERS) + listed(CONDITIONS)
EVERY = OPERATORS + listed(MORE) + listed(MORE_CONDITIONS)


def exactly(text: str, known: dict[str, list[Any]], first: int = 0) -> list[Any]:
    """The value in each row, computed by Python."""
    counter = itertools.count(first)
    meaning = {**MEANING, "row": lambda: next(counter)}
    of_row = eval(f"lambda {', '.join(NAMES)}: {text}", meaning)
    return list(map(of_row, *(known[name] for name in NAMES)))


EXACT = {text: exactly(text, COLUMNS) for text in EVERY}

PYTHONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "count": len,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
    "mean": lambda values: float(sum(map(Fraction, values)) / len(values)) if values else None,
}
WHOLE = ["a", "b", "c", "d", "p", "q", "r", "s", "f", "g", "c + d", "a * b", "g - f", "h", "c > 5"]
AGGREGATES = [
    (name, text)
    for name in PYTHONS
    for text in WHOLE
    if not (text in ("h", "c > 5") and name in ("min", "max", "mean"))
    if (name, text) != ("sum", "s")  # beyond 64 bits
]
AGGREGATE_TEXT = ", ".join(f"{name}({text})" for name, text in AGGREGATES)
PLACES = [("argmin", "a"), ("argmax", "c"), ("argmin", "g"), ("argmax", "f")]
PLACE_TEXT = ", ".join(f"{name}({text})" for name, text in PLACES)
VALUES = {text: EXACT[text] if text in EXACT else COLUMNS[text] for text in WHOLE}


def of_kind(values: list[Any]) -> list[tuple[type, Any]]:
    return [(type(each), each) for each in values]


def check_aggregates(found: tuple[Any, ...], chosen: list[int]) -> None:
    parts = {text: [VALUES[text][i] for i in chosen] for text in WHOLE}
    expected = [PYTHONS[name](parts[text]) for name, text in AGGREGATES]
    for (name, text), got, right in zip(AGGREGATES, found, expected):
        assert got == right, (name, text, len(chosen))
        # Sums of conditions and of integers are integers; sums of floats are floats.
        assert right is None or isinstance(got, float) == (
            name == "mean" or (name not in ("count",) and text in ("f", "g", "g - f"))
        ), (name, text)


def check_places(found: tuple[Any, ...], chosen: list[int]) -> None:
    for (name, text), got in zip(PLACES, found):
        best = (min if name == "argmin" else max)((COLUMNS[text][i] for i in chosen), default=None)
        right = next((i for i in chosen if COLUMNS[text][i] == best), None)
        assert got == right, (name, text, len(chosen))


# ---- whole tables ----


@pytest.mark.parametrize("lengths", [SHORT, AROUND_BLOCKS], ids=["short", "blocks"])
def test_values_of_tables_of_every_length(lengths: Any) -> None:
    for rows in lengths:
        table = table_of(rows)
        for text in EVERY:
            assert of_kind(table.expression(text).tolist()) == of_kind(EXACT[text][:rows]), text


@pytest.mark.parametrize("lengths", [SHORT, AROUND_BLOCKS], ids=["short", "blocks"])
def test_aggregates_of_tables_of_every_length(lengths: Any) -> None:
    for rows in lengths:
        table, chosen = table_of(rows), list(range(rows))
        check_aggregates(table.compute(AGGREGATE_TEXT), chosen)
        check_places(table.compute(PLACE_TEXT), chosen)
        flags = COLUMNS["h"][:rows]
        assert table.compute("any(h), all(h)") == (any(flags), all(flags))
        products = zip(COLUMNS["a"][:rows], COLUMNS["d"])
        assert table.compute("dot(a, d)") == sum(a * d for a, d in products)


def test_running_values_of_tables_of_every_length() -> None:
    for rows in [*SHORT, *AROUND_BLOCKS]:
        table = table_of(rows)
        for text, name, step in [
            ("cumsum(c)", "c", lambda x, y: x + y),
            ("cumsum(g)", "g", lambda x, y: x + y),
            ("cummin(d)", "d", min),
            ("cummax(f)", "f", max),
        ]:
            values = COLUMNS[name][:rows]
            assert table.expression(text).tolist() == list(itertools.accumulate(values, step))
        centred = table.expression("a - mean(a)").tolist()
        mean = float(Fraction(sum(COLUMNS["a"][:rows]), rows)) if rows else 0.0
        assert centred == [each - mean for each in COLUMNS["a"][:rows]]


def test_assignments_to_tables_of_every_length() -> None:
    for rows in [*SHORT, *AROUND_BLOCKS]:
        table, known = table_of(rows), {name: COLUMNS[name][:rows] for name in NAMES}
        table.assign("d", "c * 2 + a")
        assert table.d.tolist() == [2 * c + a for c, a in zip(known["c"], known["a"])]
        table.assign("b", "a", where="c > 0 and h")
        holds = [c > 0 and h for c, h in zip(known["c"], known["h"])]
        assert table.b.tolist() == [
            a if yes else b for a, b, yes in zip(known["a"], known["b"], holds)
        ]
        table.assign("h", "f < g")
        assert table.h.tolist() == [f < g for f, g in zip(known["f"], known["g"])]
        table.assign("f", "where(h, f * 2, a)")
        flags = table.h.tolist()
        assert table.f.tolist() == [
            f * 2 if h else a for f, a, h in zip(known["f"], known["a"], flags)
        ]
        assert table.c.tolist() == known["c"]


def test_arrays_are_operands_at_every_length_and_offset() -> None:
    for rows in [*SHORT, *AROUND_BLOCKS]:
        table, offset = table_of(rows), rows % 9
        for code, name in [("b", "a"), ("i", "c"), ("q", "d"), ("B", "p"), ("Q", "s"), ("d", "g")]:
            part = memoryview(array(code, COLUMNS[name][: rows + offset]))[offset:]
            right = COLUMNS[name][offset : rows + offset]
            assert (table.g < part).tolist() == [g < x for g, x in zip(COLUMNS["g"], right)]
            if name != "s":
                assert (part + table.a).tolist() == [x + a for x, a in zip(right, COLUMNS["a"])]


# ---- parts of tables ----

PARTS = [
    slice(first, first + length * step, step)
    for first, length, step in [
        *itertools.product((0, 1, 7, 63, 64, 65), (0, 1, 8, 9, 33, 63, 64, 65), (1, 2)),
        *itertools.product((0, 5, BLOCK - 1, BLOCK, BLOCK + 1), (1, 16, 70), (1, 3, 64)),
        *itertools.product((1, 62), (BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 3), (1,)),
    ]
]


def test_windows_are_their_rows_at_every_offset_and_step() -> None:
    table = table_of(MOST)
    for k, part in enumerate(PARTS):
        window, chosen = table[part], list(range(*part.indices(MOST)))
        check_aggregates(window.compute(AGGREGATE_TEXT), chosen)
        check_places(window.compute(PLACE_TEXT), chosen)
        for text in EVERY[k % 5 :: 5]:
            expected = [EXACT[text][i] for i in chosen]
            assert of_kind(window.expression(text).tolist()) == of_kind(expected), (text, part)


def test_columns_of_windows_are_operands_also_backwards() -> None:
    table = table_of(MOST)
    functions = {name: getattr(stoa, name) for name in MEANING if hasattr(stoa, name)}
    functions = {name: each for name, each in functions.items() if callable(each)}
    backwards = [slice(s.stop, s.start, -(s.step or 1)) for s in PARTS]
    for k, part in enumerate([*PARTS, *backwards]):
        window, chosen = table[part], range(*part.indices(MOST))
        names = {name: window[name] for name in NAMES}
        for text in OPERATORS[k % 7 :: 7]:
            expression = eval(text, {**functions, "abs": abs}, names)
            expected = [EXACT[text][i] for i in chosen]
            assert of_kind(expression.tolist()) == of_kind(expected), (text, part)
            if expected and type(expected[0]) is int:
                assert expression.max() == max(expected)
                assert expression.mean() == float(Fraction(sum(expected), len(expected)))


def flags_of(mask: list[bool]) -> memoryview:
    return memoryview(bytes(mask)).cast("?")


def selections() -> dict[str, list[bool]]:
    dice = random.Random(8)
    masks = {
        f"each {step} from {first}": [i >= first and (i - first) % step == 0 for i in range(MOST)]
        for step, first in [(1, 0), (2, 0), (2, 1), (3, 2), (63, 5), (64, 0), (65, 64), (511, 1)]
    }
    for percent in (0, 1, 10, 50, 90, 99):
        masks[f"{percent} %"] = [dice.randrange(100) < percent for _ in range(MOST)]
    for run in (1, 7, 64, 500):
        masks[f"runs of {run}"] = [i // run % 2 == 1 for i in range(MOST)]
    for row in (0, 63, 64, BLOCK - 1, BLOCK, MOST - 1):
        masks[f"row {row}"] = [i == row for i in range(MOST)]
        masks[f"all but row {row}"] = [i != row for i in range(MOST)]
    return masks


@pytest.mark.parametrize("pinned", [False, True], ids=["lazy", "pinned"])
def test_selections_are_their_rows(pinned: bool) -> None:
    table = table_of(MOST)
    for k, (name, mask) in enumerate(selections().items()):
        chosen = [i for i, holds in enumerate(mask) if holds]
        table.h = mask
        selected = table.where("h") if k % 2 else table.where(flags_of(mask))
        selected = selected.pin() if pinned else selected
        for text in [*EVERY[k % 4 :: 4], *WHOLE]:
            if re.search(r"\bh\b", text):
                continue  # the mask now
            expected = [VALUES.get(text, EXACT.get(text))[i] for i in chosen]
            assert selected.expression(text).tolist() == expected, (name, text)
        assert selected.compute("sum(c), min(d), max(f), count()") == (
            sum(COLUMNS["c"][i] for i in chosen),
            min((COLUMNS["d"][i] for i in chosen), default=None),
            max((COLUMNS["f"][i] for i in chosen), default=None),
            len(chosen),
        )
        check_places(selected.compute(PLACE_TEXT), chosen)
        running = list(itertools.accumulate(COLUMNS["c"][i] for i in chosen))
        assert selected.expression("cumsum(c)").tolist() == running
        assert list(selected.indices()) == chosen
        copied = selected.copy()
        assert copied.c.tolist() == [COLUMNS["c"][i] for i in chosen]
        assert copied.s.tolist() == [COLUMNS["s"][i] for i in chosen]
        assert copied.b.tolist() == [COLUMNS["b"][i] for i in chosen]


def test_assignments_to_selections_and_removal_leave_the_other_rows() -> None:
    for name, mask in selections().items():
        table = table_of(MOST)
        table.where(flags_of(mask)).assign("d", "c + 1")
        cells = zip(mask, COLUMNS["c"], COLUMNS["d"])
        assert table.d.tolist() == [c + 1 if holds else d for holds, c, d in cells], name
        table[3:].where(flags_of(mask[3:])).a = -5
        cells = zip([False] * 3 + mask[3:], COLUMNS["a"])
        assert table.a.tolist() == [-5 if holds else a for holds, a in cells], name
        table.where(flags_of(mask)).delete()
        assert table.s.tolist() == [s for s, holds in zip(COLUMNS["s"], mask) if not holds], name


# ---- long tables: several morsels, on one thread and on two ----


def test_tables_of_several_morsels_on_one_thread_and_two() -> None:
    threads = stoa.threads()
    whole = columns(2 * MORSEL + 1)
    known = {name: whole[name] for name in ("a", "c", "d", "g", "h")}
    sums = {name: [0, *itertools.accumulate(known[name])] for name in "acdg"}
    products = [c * a for c, a in zip(known["c"], known["a"])]
    holds = [h and c > 0 for h, c in zip(known["h"], known["c"])]
    held = [0, *itertools.accumulate(c if yes else 0 for c, yes in zip(known["c"], holds))]
    table: Any = stoa.Table({"a": int8, "c": int32, "d": int64, "g": float64, "h": bool})
    table.extend(**known)
    try:
        for rows, count in itertools.product(AROUND_MORSELS[::2], (1, 2)):
            stoa.set_threads(count)
            for first in (0, 63, BLOCK + 1):
                window = table[first:rows]
                assert window.compute("sum(a), sum(c), sum(d), sum(g)") == tuple(
                    sums[name][rows] - sums[name][first] for name in "acdg"
                )
                chosen = window.where("h and c > 0")
                assert chosen.compute("sum(c), count()") == (
                    held[rows] - held[first],
                    sum(holds[first:rows]),
                )
                if first == 63:
                    assert window.expression("c * a").tolist() == products[first:rows]
                    assert (window.c > 0).tolist() == [c > 0 for c in known["c"][first:rows]]
                    assert chosen.copy().c.tolist() == list(
                        itertools.compress(known["c"][first:rows], holds[first:rows])
                    )
                low = min(known["d"][first:rows])
                assert window.compute("min(d), argmin(d)") == (low, known["d"].index(low, first))
    finally:
        stoa.set_threads(threads)
