"""Constants in expression texts: literals mean what they mean in Python, and fold to what columns
give."""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction
from typing import Any

import pytest

import stoa


def rows() -> Any:
    return stoa.Table({"c": "int64"}, [(i + 1,) for i in range(8)])


def typed(values: list[Any]) -> list[tuple[type, Any]]:
    return [(type(each), repr(each)) for each in values]


LITERALS = """
    0 1 00 0_0 1_000 0xff 0XFF 0x_f 0o17 0O17 0b101 0B1_1 9223372036854775807 1. .5 5.e3 1e3 1E+3
    1e-3 1_0.5_0e1_0 0.1 1e23 9007199254740993.0 2.2250738585072011e-308 4.9e-324 2e-324
    1.7976931348623157e308 1.7976931348623159e308 123456789012345678901.5 8.5e22
    0.500000000000000166533453693773481063544750213623046875 6.631236846766476e-316
    3.1415926535897932384626433832795028841971 True False
"""
NO_LITERALS = """
    1__0 1_ _1.5 0x 0xg 0b2 0o8 012 1e 1e+ 1.2.3 1abc 1.a . 1._5 1_.5 1e5x 0x1.8p3 1j 5L 1f
"""


@pytest.mark.parametrize("literal", LITERALS.split())
def test_literals_are_pythons(literal: str) -> None:
    found = rows().compute(literal)
    assert typed([found]) == typed([eval(literal)])


def test_floats_are_read_to_the_nearest_double() -> None:
    dice, table = random.Random(7), rows()
    texts = [f"{dice.randrange(10**19)}e{dice.randint(-340, 300)}" for _ in range(300)]
    texts += [repr(math.ldexp(dice.random(), dice.randint(-1074, 1023))) for _ in range(300)]
    for _ in range(100):  # halfway between two doubles, and its neighbours
        low = math.ldexp(dice.randrange(2**52, 2**53), dice.randint(-60, 60))
        middle = Fraction(low) + Fraction(math.ulp(low)) / 2
        digits = middle.numerator * 10**120 // middle.denominator
        texts += [f"{digits + more}e-120" for more in (-1, 0, 1)]
    for text in texts:
        assert table.compute(text + " * 1.0") == float(text), text


@pytest.mark.parametrize("text", NO_LITERALS.split())
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises((stoa.ExpressionError, stoa.FieldNameError)):
        rows().compute(text)


def test_integers_end_where_their_types_end() -> None:
    table = rows()
    assert table.compute("-9223372036854775808") == -(2**63)
    assert table.compute("18446744073709551615") == 2**64 - 1
    assert table.compute("9223372036854775799 + count()") == 2**63 - 1
    for text in (
        "18446744073709551616",
        "-9223372036854775809",
        "9" * 400,
        "9223372036854775807 + 1",
        "-9223372036854775808 - 1",
        "-(-9223372036854775808)",
        "abs(-9223372036854775808)",
        "3037000500 ** 2",
        "2 ** 63",
        "1 << 63",
        "1 - 18446744073709551615",
        "first(c) * 9223372036854775807 + 1",
    ):
        with pytest.raises(OverflowError) as raised:
            table.compute(text)
        assert isinstance(raised.value, stoa.Error), text


def test_constant_parts_give_what_columns_of_them_give() -> None:
    texts = [
        "2 + 3 * 4",
        "7 // -2",
        "-7 % 3",
        "7 / 2",
        "2 ** 10",
        "1 << 5",
        "~5",
        "5 & 6 | 1",
        "1 < 2",
    ]
    texts += ["2.5 // 1", "-2.5 % 1", "1e308 * 10", "0.1 + 0.2", "min(3, 1, 2)", "max(1, 2.5)"]
    texts += ["where(1 < 2, 3, 4)", "where(1 > 2, 3, 4.5)", "clip(9, 1, 5)", "abs(-3)", "sqrt(2)"]
    names = {"1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "7": "seven"}
    table: Any = stoa.Table(dict.fromkeys(names.values(), "int64"), [tuple(map(int, names))])
    for text in texts:
        value = table.compute(text)
        lifted = re.sub(r"(?<![\w.])([123457])(?![\w.])", lambda m: names[m[1]], text)
        assert typed([table.compute(f"first({lifted})")]) == typed([value]), text
