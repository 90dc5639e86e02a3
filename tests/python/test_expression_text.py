"""Expressions as text: precedence, signs, powers, comparisons, where, names, functions, and what is
refused (constants: test_expression_constants.py). If a text is valid Python too, Python computes
the expected result.
"""

from __future__ import annotations

import itertools
import math
import random
import re
import threading
from fractions import Fraction
from typing import Any, Callable

import pytest

import stoa
from stoa import float32, float64, int8, int32, int64, uint8, uint64


class Row(stoa.Record):
    a: int32
    b: int32
    c: int64
    x: float64
    y: float64
    t: bool
    u: uint64


ROWS = [(i - 3, i * 2 % 7, i + 1, i / 2 - 1, 1.5 * i, i % 2 == 0, i) for i in range(8)]
PYTHONS: dict[str, Any] = {
    "where": lambda condition, yes, no: yes if condition else no,
    "sqrt": math.sqrt,
    "hypot": math.hypot,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "clip": lambda x, low, high: min(max(x, low), high),
}


def rows() -> Any:
    return stoa.Table(Row, ROWS)


def python(text: str) -> list[Any]:
    of_row = eval("lambda a, b, c, x, y, t, u: " + " ".join(text.split()), dict(PYTHONS))
    return [of_row(*row) for row in ROWS]


def typed(values: list[Any]) -> list[tuple[type, Any]]:
    return [(type(each), repr(each)) for each in values]


def agree(text: str, table: Any = None) -> None:
    found = (table or rows()).expression(text).tolist()
    assert typed(found) == typed(python(text)), text


# ---- precedence, signs, powers ----

AS_IN_PYTHON = """
    a + b * c; a * b + c; a - b - c; a - (b - c); c // 2 * 3; c * 3 // 2; c % 3 * 2; 7 - c % 3
    c / 2 / 2; c / (2 / 4); a * (b + c); (a + b) * (b - c); 2 * -b; a - -b; a--b; a+-b; a++b; - - a
    -+-a; ~a; ~-a; -~a; ~~a; -a * b; -(a * b); -a // 2; -(a // 2); -a % 5; a // -2; -2 ** 2
    (-2) ** 2; -a ** 2; (-a) ** 2; a ** 2 ** 2; (a ** 2) ** 3; 2 ** 3 ** 2; 2 ** b; 2 ** b ** 2
    a * 2 ** b; -2 ** b; ~2 ** b; 2 ** -~b; 2.0 ** -b; 2.0 ** a; 4 ** -0.5; 2 ** -1.0; a ** 0
    0 ** b; 3 * a ** 2 - 2 * a + 1; 1 ** a ** 2
    a ** 3 // 2; x ** 1; y ** 2; 1 << b + 1; (1 << b) + 1
    1 << b << 1; a << 2 >> 1; 256 >> b; a >> 1 + 1; a & b + 1; a & 3 << 1; a | b & c; (a | b) & c
    a ^ b | c; a ^ b & c; a & b ^ c; a | b ^ c; a | b | c; a|b << 1; ~a & b; -a & b; ~(a & b)
    a + b << 1; a * b & 7; 5 & 3 | 1
"""


@pytest.mark.parametrize("text", re.split(r"[;\n]\s*", AS_IN_PYTHON.strip()))
def test_operators_bind_as_in_python(text: str) -> None:
    agree(text)


CONDITIONS = [
    "a < b",
    "a + 1 < b * 2",
    "a & 1 == 1",
    "a | b == b & 3",
    "1 < c <= 4",
    "a < b < c",
    "a < b == c",
    "a <= b >= c != 3",
    "1 == t == True",
    "a < b < c < 9 < u + 20",
    "(a < b) == (b < c)",
    "(a < b) != t",
    "not a < b",
    "not not t",
    "not t == t",
    "not (t == t)",
    "t and a < 0 or b > 3",
    "t or a < 0 and b > 3",
    "(t or a < 0) and b > 3",
    "not t and not a < 0",
    "not (t or a < 0)",
    "not t or a < 0 < b",
    "a < 0 or b < 0 or c > 6",
    "(a < 0) & (b > 1) | t",
    "(a < 0) | t & (b > 1)",
    "(a < 0) ^ t",
    "t & (a < b) == t",
    "x < y",
    "x == a",
    "a == 0.0 or x > 1e3",
    "1 < 2",
    "1 < 2 < a",
    "True and t",
    "False or not t",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions_are_pythons(text: str) -> None:
    agree(text)


SIGNS = ["", "-", "+", "~", "- -", "-~"]
INFIX = ["+", "-", "*", "//", "%", "&", "|", "^"]


def random_text(dice: random.Random, depth: int = 0) -> str:
    """Small integers, with random parentheses."""
    parts = []
    for i in range(dice.randint(1, 4)):
        operand = dice.choice(["a", "b", "c", "1", "2", "3", "0x5"])
        if depth < 2 and dice.random() < 0.25:
            operand = f"({random_text(dice, depth + 1)})"
        if dice.random() < 0.1:
            operand += "**2" if depth else " ** 2"
        space = dice.choice(["", " "])
        parts += [space, dice.choice(INFIX), space] if i else []
        parts += [dice.choice(SIGNS) if dice.random() < 0.4 else "", operand]
    return "".join(parts)


def test_random_texts_are_read_as_python_reads_them() -> None:
    dice, table, divided = random.Random(5), rows(), 0
    for _ in range(1500):
        text = random_text(dice)
        try:
            expected = python(text)
        except ZeroDivisionError:
            divided += 1
            with pytest.raises(ZeroDivisionError):
                table.expression(text).tolist()
            continue
        if any(abs(each) > 2**40 for each in expected):
            continue  # an intermediate value may exceed 64 bits
        assert table.expression(text).tolist() == expected, text
    assert 10 < divided < 700


def test_random_conditions_are_read_as_python_reads_them() -> None:
    dice, table = random.Random(6), rows()
    for _ in range(600):
        parts = []
        for i in range(dice.randint(1, 4)):
            chain = [dice.choice(["a", "b", "c", "2", "x"]) for _ in range(dice.randint(2, 4))]
            signs = [dice.choice(["<", "<=", "==", "!=", ">=", ">"]) for _ in chain]
            part = "".join(itertools.chain(*zip(chain, signs)))[: -len(signs[-1])]
            part = dice.choice(["", "", "not "]) + dice.choice([part, part, "t", f"({part})"])
            parts += [dice.choice([" and ", " or "])] if i else []
            parts += [part]
        agree("".join(parts), table)


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\r\n", "\f", "  \n\t "])
def test_blanks_separate_and_mean_nothing_else(space: str) -> None:
    tokens = [*"a+2*(b-c)<", "min", *"(a,3)"]
    assert rows().expression(space.join(["", *tokens, ""])).tolist() == python("a+2*(b-c)<min(a,3)")
    assert rows().expression("a+2*(b-c)<min(a,3)").tolist() == python("a+2*(b-c)<min(a,3)")


@pytest.mark.parametrize("exponent", range(-12, 13))
def test_whole_powers_of_floats_are_those_of_the_exact_number(exponent: int) -> None:
    table: Any = stoa.Table({"x": "float64"}, [(each / 16,) for each in range(-40, 41, 3)])
    for text in (f"x ** {exponent}", f"x ** {exponent}.0"):
        if exponent < 0 and "." not in text:
            text = f"x ** ({exponent})"
        for x, value in zip(table.x, table.expression(text)):
            exact = Fraction(x) ** exponent
            assert abs(Fraction(value) - exact) <= Fraction(math.ulp(value)) * Fraction(3, 4)


# ---- infinities and NaN, and division ----


def test_floats_divide_as_ieee_says_and_integers_by_zero_not_at_all() -> None:
    table: Any = stoa.Table(
        {"n": "int32", "z": "int32", "x": "float64"}, [(1, 0, 0.0), (-1, 0, -0.0)]
    )
    assert table.expression("n / z").tolist() == [math.inf, -math.inf]
    assert table.expression("1 / x").tolist() == [math.inf, -math.inf]
    assert all(map(math.isnan, table.expression("z / z")))
    assert all(map(math.isnan, table.expression("n % x")))
    assert table.expression("n // 0.0").tolist() == [math.inf, -math.inf]
    for text in ("n // z", "n % z", "1 // z", "n // 0", "n % 0", "0 ** n", "2 ** (n * 2)"):
        with pytest.raises((ZeroDivisionError, ValueError), match="row [01]"):
            table.expression(text).tolist()


def test_nan_compares_and_is_passed_over_as_documented() -> None:
    table: Any = stoa.Table({"x": "float64"}, [(1.0,), (math.nan,), (-2.0,)])
    assert table.expression("x == x").tolist() == [True, False, True]
    assert table.expression("x != x").tolist() == [False, True, False]
    assert table.expression("x < 5 or x >= 5").tolist() == [True, False, True]
    assert table.expression("not x < 5").tolist() == [False, True, False]
    assert table.expression("where(isnan(x), 0, x)").tolist() == [1.0, 0.0, -2.0]
    assert table.expression("min(x, 0)").tolist() == [0.0, 0.0, -2.0]
    assert table.compute("min(x), max(x), count(x)") == (-2.0, 1.0, 3)
    assert math.isnan(table.compute("sum(x)"))
    assert table.where("x == x").compute("sum(x)") == -1.0


def test_small_integers_do_not_wrap() -> None:
    table: Any = stoa.Table({"i": int8, "n": uint8, "f": float32}, [(-128, 255, 16777216.0)])
    for text, value in [
        ("i - 1", -129),
        ("-i", 128),
        ("abs(i)", 128),
        ("i * i * i", -(128**3)),
        ("n + n", 510),
        ("-n", -255),
        ("0 - n", -255),
        ("~n", -256),
        ("n << 8", 255 << 8),
        ("i // -1", 128),
        ("f + 1", 16777217.0),
        ("f * f * f * f * f * f", 2.0**144),
    ]:
        assert typed([table.compute(f"first({text})")]) == typed([value]), text


# ---- where ----


def test_where_takes_each_branch_where_it_holds() -> None:
    for text in [
        "where(t, a, b)",
        "where(a < b, where(t, 1, 2), where(x < y, 3, 4))",
        "where(t, x, y) + where(not t, x, y)",
        "where(where(t, a < 0, b > 2), c, -c)",
        "where(t, a < b, b < c)",
        "where(1 < 2, a, b)",
        "where(False, a, b)",
        "where(a == 0, 0, 100 // where(a == 0, 1, a))",
        "where(a != 0, 60 // (a + (a == 0)), -1)",
        "sqrt(where(x < 0, -x, x))",
    ]:
        agree(text)
    assert rows().expression("where(t, a, 0.5)").tolist() == [
        float(row[0]) if row[5] else 0.5 for row in ROWS
    ]
    assert rows().expression("where(t, t, 2)").tolist() == [1 if row[5] else 2 for row in ROWS]


def test_what_where_and_and_and_or_do_not_use_cannot_fail() -> None:
    table = rows()
    assert table.expression("where(a != 0, 12 // a, 0)").tolist() == [-4, -6, -12, 0, 12, 6, 4, 3]
    assert table.expression("a != 0 and 12 // a > 5").tolist()[3] is False
    assert table.expression("a == 0 or 12 // a > 5").tolist()[3] is True
    assert table.expression("where(a > 0, 2 ** where(a > 0, a, 0), 0)").tolist()[-1] == 16
    for text in ("where(t, 12 // a, 0)", "where(a != 0, 0, 12 // a)", "12 // a > 5 and a != 0"):
        assert not table[3:4].t[0]
        table.t[3] = True
        with pytest.raises(ZeroDivisionError, match="row 3"):
            table.expression(text).tolist()
        table.t[3] = False


# ---- names ----


def test_a_field_may_have_any_name() -> None:
    names = [
        "sum",
        "sin",
        "where",
        "row",
        "int32",
        "True",
        "and",
        "lambda",
        "self",
        "é",
    ]
    names += ["Σx", "a b", "1st", "x-y", "a`b", "$k", "A" * 40, "x", "X"]
    table: Any = stoa.Table(dict.fromkeys(names, "int32"), [tuple(range(1, len(names) + 1))])
    for value, name in enumerate(names, 1):
        quoted = "`{}`".format(name.replace("`", "``"))
        assert table.compute(f"first({quoted})") == value
        assert table.compute(f"sum({quoted} * 2) + first({quoted})") == 3 * value
        if name.isidentifier() and name not in ("True", "and"):
            assert table.compute(f"first({name})") == value
    assert table.compute("sum(sum) + sum(sin)") == 3
    assert table.compute("first(where(where > 2, where, sin))") == 3
    assert table.compute("True") is True


def test_nothing_of_python_is_seen() -> None:
    table, k, secret = rows(), 3, 4
    assert k + secret == 7
    for text in ["k", "secret", "math", "__builtins__", "stoa", "None", "pi", "inf", "nan", "e"]:
        with pytest.raises(stoa.FieldNameError, match="the fields are: a, b, c") as raised:
            table.expression(f"a + {text}")
        assert str(raised.value).endswith(f"\na + {text}\n    ^")
    for call in ("print", "open", "eval", "__import__", "getattr", "len", "int", "str", "range"):
        with pytest.raises(stoa.ExpressionError, match="there is no function"):
            table.expression(f"{call}(a)")


# ---- functions ----


def test_functions_are_of_columns_constants_and_one_another() -> None:
    table = rows()
    for text in [
        "hypot(a, b)",
        "hypot(3, c)",
        "hypot(c, 4)",
        "min(a, b)",
        "max(a, 2, b)",
        "min(b, a, c, 3)",
        "max(abs(a), abs(b - 4))",
        "abs(abs(a) - abs(b))",
        "clip(a, -1, 2)",
        "clip(a, b - 3, b)",
        "sqrt(abs(a) * abs(a))",
        "floor(x) + ceil(y)",
        "floor(ceil(floor(x)))",
        "min(max(a, -1), 1) * hypot(3, 4)",
    ]:
        found, expected = table.expression(text).tolist(), python(text)
        assert found == pytest.approx(expected, rel=4e-16), text
    names = ["exp", "log", "log2", "log10", "sin", "cos", "tan", "atan"]
    for outer, inner in itertools.product(names, names):
        text = f"{outer}(2 + atan({inner}(y / 8 + 1)))"
        of_outer, of_inner = getattr(math, outer), getattr(math, inner)
        expected = [of_outer(2 + math.atan(of_inner(row[4] / 8 + 1))) for row in ROWS]
        assert table.expression(text).tolist() == pytest.approx(expected, rel=1e-12)


ARGUMENTS = {"sin": 1, "abs": 1, "isnan": 1, "atan2": 2, "hypot": 2, "where": 3, "clip": 3}
ARGUMENTS.update(sum=1, mean=1, dot=2, cumsum=1, row=0, int32=1, round=1)


@pytest.mark.parametrize(("name", "count"), ARGUMENTS.items())
def test_functions_take_as_many_arguments_as_they_take(name: str, count: int) -> None:
    for given in {0, 1, 2, 3, 4, 200} - {count}:
        with pytest.raises(stoa.ExpressionError, match=f"{name} takes") as raised:
            rows().expression(f"1 + {name}({', '.join(['a'] * given)})")
        assert "^" in str(raised.value)


# ---- aggregates ----


def test_aggregates_stand_in_larger_expressions() -> None:
    table, a, b = rows(), [row[0] for row in ROWS], [row[1] for row in ROWS]
    for text, value in [
        ("sum(a * b + 1)", sum(x * y + 1 for x, y in zip(a, b))),
        ("sum(a) * sum(b)", sum(a) * sum(b)),
        ("sum(a * sum(b))", sum(a) * sum(b)),
        ("-sum(a) ** 2", -(sum(a) ** 2)),
        ("max(a) - min(a) + count()", max(a) - min(a) + 8),
        ("max(max(a), max(b), 100)", 100),
        ("sum(where(a > 0, a, 0))", sum(x for x in a if x > 0)),
        ("sum(a > 0)", sum(x > 0 for x in a)),
        ("sum(a > mean(a))", sum(x > sum(a) / 8 for x in a)),
        ("any(a > 3) and not all(b > 0)", True),
        ("count() > 3 or 1 // 0 > 0", True),
        ("sum(a == max(a))", 1),
        ("dot(a, b)", sum(x * y for x, y in zip(a, b))),
        ("first(cumsum(a)) + last(cumsum(a))", a[0] + sum(a)),
        ("argmax(b) + argmin(a)", b.index(max(b))),
        ("sum(row())", 28),
        ("sum(sum(a))", 8 * sum(a)),
    ]:
        assert typed([table.compute(text)]) == typed([value]), text
    assert table.compute("sum(a), max(b),") == (sum(a), max(b))
    assert table.compute("min(a), min(a)") == (-3, -3)


# ---- refused texts ----

REFUSED = """
    a +; * a; (); (a; a); ((a); a b; a 1; 1 a; a(b); sin a; (a, b); sin(a,, b); sin(,); a,, b; ,
    a ,,; a..real; a.; .a; a.(b); [a]; {a}; lambda: 0; a if t else b; a := 3; a = 3; a == = 3
    a => 3; a =< 3
    a <> b; a === b; a && b; t || t; !t; a++; ++; a is b; a in b; a not in b; yield a; await a;
    a @ b; a ? b : c; #; a # b; `a; ``; `a`b; $; $1; a + not t; t == not t; not; not and; and t
    t and; or; *; **; a ***b; a // // b; a /// b; ~; -; a -; var(a, ddof=b); var(a, x=1)
    sum(a, ddof=1); var(ddof=1); `sin`(a)
"""
MORE_REFUSED = [
    "a; b",
    "a \\\n",
    "a\x01",
    "a\x7f",
    "a \N{MULTIPLICATION SIGN} b",
    "a\N{MINUS SIGN}b",
]
MORE_REFUSED += [
    "\N{ZERO WIDTH SPACE}a",
    "\N{FULLWIDTH LATIN SMALL LETTER A}",
    "a\N{NO-BREAK SPACE}",
]


@pytest.mark.parametrize("text", [*re.split(r"[;\n]\s*", REFUSED.strip()), *MORE_REFUSED])
def test_what_is_not_of_the_language_is_refused_where_it_stands(text: str) -> None:
    table, before = rows(), rows()
    uses: list[Callable[[str], Any]] = [
        table.expression,
        table.compute,
        table.where,
        lambda each: table.assign("a", each),
        lambda each: table.assign("a", "b", where=each),
        lambda each: table.keep(each),
    ]
    for use in uses:
        with pytest.raises((stoa.ExpressionError, stoa.FieldNameError)) as raised:
            use(text)
        message, *shown = str(raised.value).split("\n")
        assert len(message) > 10
        assert "^" in shown[-1]
    assert table == before


def test_types_that_do_not_fit_are_refused() -> None:
    table = rows()
    for text, says in [
        ("not a", "write != 0"),
        ("a and t", "write != 0"),
        ("t or x", "write != 0"),
        ("where(a, 1, 2)", "write != 0"),
        ("x & 1", "integers"),
        ("1 << x", "integers"),
        ("~x", "integer"),
        ("any(a)", "condition"),
        ("all(x)", "condition"),
    ]:
        with pytest.raises(TypeError, match=says) as raised:
            table.compute(text if text[:3] in ("any", "all") else f"count({text})")
        assert isinstance(raised.value, stoa.Error), text
    for condition in ("a", "x", "a + t", "1", "sum(a)", "where(t, 1, 0)"):
        with pytest.raises((TypeError, ValueError)) as raised:
            len(table.where(condition))
        assert isinstance(raised.value, stoa.Error), condition


# ---- large texts, and many of them ----


def test_texts_may_be_long_and_deep() -> None:
    table, a = rows(), ROWS[1][0]
    assert table.expression("(" * 900 + "a" + ")" * 900)[1] == a
    assert table.expression("-" * 900 + "a")[1] == a
    assert table.expression("abs(" * 300 + "a" + ")" * 300)[1] == abs(a)
    assert table.expression("a" + " + a" * 5000)[1] == 5001 * a
    assert table.expression(" + ".join(f"{i} * a" for i in range(600)))[1] == sum(range(600)) * a
    parts = " + ".join(f"where(a > {i}, c * {i} + b, c - {i})" for i in range(150))
    found = table.expression(parts).tolist()
    assert found == [
        sum(row[2] * i + row[1] if row[0] > i else row[2] - i for i in range(150)) for row in ROWS
    ]
    for text in ("(" * 5000 + "a" + ")" * 5000, "not " * 5000 + "t", "2 ** " * 5000 + "a"):
        with pytest.raises(stoa.ExpressionError, match="levels deep"):
            table.expression(text)


def test_parts_that_are_used_again_keep_their_value() -> None:
    for text in [
        "(a + b) * (a + b) - (a + b)",
        "a * a + b * b + a * a - b * b",
        "(x + y) / (1 + (x + y) * (x + y))",
        "where(a + b > 0, a + b, -(a + b))",
        "(a + 1) * (b + 1) * (a + 1) * (b + 1) - (a + 1)",
    ]:
        agree(text)


def test_one_text_goes_with_tables_of_other_lengths_and_types() -> None:
    kinds = ["int8", "int32", "uint64", "float32", "float64", "bool", "int64"]
    for length, (i, kind) in itertools.product((0, 1, 7, 600), enumerate(kinds)):
        table: Any = stoa.Table({"x": kind, "y": kinds[i - 1]}, length)
        if length:
            table.x[length - 1] = table.y[0] = 1
        assert table.compute("sum(x + y) + count()") == min(length, 1) * 2 + length
        assert len(table.expression("x * 2 + y")) == length
        assert len(table.where("x + y > 0")) == (1 if length == 1 else min(length, 2))


def test_threads_may_compute_the_same_text_of_their_own_tables() -> None:
    problems: list[Any] = []

    def work(size: int) -> None:
        table: Any = stoa.Table({"x": "int64"}, size)
        table.x = range(size)
        for _ in range(60):
            found = table.compute("sum(x * 2 + 1), max(x), sum(where(x % 2 == 0, x, 0))")
            if found != (size * size, size - 1, sum(range(0, size, 2))):
                problems.append((size, found))

    sizes = (1, 511, 513, 30_000, 70_000)
    threads = [threading.Thread(target=work, args=(size,)) for size in sizes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
