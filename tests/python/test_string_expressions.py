"""Strings in expressions: operators, functions and text, beside what Python's str says."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, sampled_from, text

import stoa

WORDS = ["", "UA", "DL", "ua ", "N123ÄÖ", " n12€\t", "straße", "ΟΔΟΣ", "a\0b", "😀", "ǅ"]


class Flight(stoa.Record):
    carrier: str
    name: str
    x: stoa.int32


def flights(texts: list[str]) -> Any:
    rows = [(each, texts[-i - 1], i) for i, each in enumerate(texts)]
    return stoa.Table(Flight, rows)


any_text = text(max_size=6) | sampled_from(WORDS) | text("aAbB*?[]!-", max_size=5)


@given(lists(any_text, min_size=1, max_size=8), any_text, integers(-9, 9), integers(-9, 9))
def test_operations_agree_with_those_of_str(
    texts: list[str], other: str, start: int, stop: int
) -> None:
    table = flights(texts)
    c = table.carrier
    pairs = list(zip(texts, reversed(texts)))
    assert (c == other).tolist() == [each == other for each in texts]
    assert (c < other).tolist() == [each < other for each in texts]
    assert (c >= table.name).tolist() == [a >= b for a, b in pairs]
    assert (c == table.name).tolist() == [a == b for a, b in pairs]
    assert (c != c.trim()).tolist() == [each != each.strip() for each in texts]
    assert c.starts_with(other).tolist() == [each.startswith(other) for each in texts]
    assert c.ends_with(other).tolist() == [each.endswith(other) for each in texts]
    assert c.contains(other).tolist() == [other in each for each in texts]
    assert c.contains(table.name).tolist() == [b in a for a, b in pairs]
    assert c.matches(other).tolist() == [fnmatchcase(each, other) for each in texts]
    assert c.length().tolist() == list(map(len, texts))
    assert c.trim().tolist() == [each.strip() for each in texts]
    assert c.slice(start, stop).tolist() == [each[start:stop] for each in texts]
    assert stoa.concat(c, other).tolist() == [each + other for each in texts]
    assert stoa.concat(c, table.name, c).tolist() == [a + b + a for a, b in pairs]
    assert c.is_in([other, *texts[:1]]).tolist() == [each in (other, texts[0]) for each in texts]
    chosen = [each if i > 0 else other for i, each in enumerate(texts)]
    assert stoa.where(table.x > 0, c, other).tolist() == chosen
    assert (c.min(), c.max()) == (min(texts), max(texts))
    assert (c.first(), c.last(), c.count_distinct()) == (texts[0], texts[-1], len(set(texts)))
    assert table.compute("sum(carrier == $t)", t=other) == texts.count(other)


@pytest.mark.skipif(
    unicodedata.unidata_version < "14", reason="what is final sigma's neighbour has changed since"
)
@pytest.mark.skipif(
    unicodedata.unidata_version >= "17", reason="has characters that stoa's tables do not know yet"
)
def test_cases_are_those_of_str_for_each_character() -> None:
    known = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    known = [each for each in known if unicodedata.category(each) != "Cn"]
    if unicodedata.unidata_version < "16":  # of these, two have got capitals, and one is a mark now
        known = [each for each in known if each not in "\u019b\u0264\U0001171e"]
    table = flights(known)
    assert table.carrier.lower().tolist() == [each.lower() for each in known]
    assert table.carrier.upper().tolist() == [each.upper() for each in known]
    words = ["A" + each + "Σ" for each in known] + ["AΣ" + each for each in known]
    table = flights(words)
    assert table.carrier.lower().tolist() == [each.lower() for each in words]


def test_strings_are_assigned() -> None:
    table = flights(["UA", "DL", "ua "])
    table.carrier = table.carrier.trim().upper()
    assert table.carrier.tolist() == ["UA", "DL", "UA"]
    table.name = stoa.concat(table.carrier, "-", table.name)
    assert table.name.tolist() == ["UA-ua ", "DL-DL", "UA-UA"]
    near = table.where(table.carrier == "UA")
    near.name = near.name.lower()
    assert table.name.tolist() == ["ua-ua ", "DL-DL", "ua-ua"]
    near.carrier = "x"
    assert table.carrier.tolist() == ["x", "DL", "x"]
    table.update(carrier=table.name, name=table.carrier)
    assert table.name.tolist() == ["x", "DL", "x"]
    assert len(table.filter(table.carrier.starts_with("ua"))) == 2
    assert near.carrier.tolist() == ["ua-ua ", "ua-ua"]


def test_text_takes_strings() -> None:
    table = flights(WORDS)
    assert table.compute(
        "count(), max(carrier)",
    ) == (len(WORDS), max(WORDS))
    assert table.compute("sum(carrier in ('UA', 'DL'))") == 2
    assert table.compute(
        "max(upper(carrier))",
    ) == max(each.upper() for each in WORDS)
    assert [p.carrier for p in table.where("carrier == $c", c="a\0b")] == ["a\0b"]
    table.assign("name", "concat(carrier, '!')")
    assert table.name.tolist() == [each + "!" for each in WORDS]
    assert table.where("x < 0").compute("min(carrier)") is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda t: (t.name + 1).tolist(), r"field 'name' is of type string; concat"),
        (lambda t: t.name.sum(), "count_distinct, min, max, first and last"),
        (lambda t: (t.name == 1).tolist(), "takes a string beside a string"),
        (lambda t: t.name.cast("int32").tolist(), "length"),
        (lambda t: t.x.lower().tolist(), "lower takes a string"),
        (lambda t: t.name.is_in("UA"), "list of values"),
        (lambda t: t.x.count_distinct(), "count_distinct takes a string"),
        (lambda t: setattr(t, "x", t.name.lower()), "string"),
    ],
)
def test_what_has_no_meaning_is_refused(wrong: Any, says: str) -> None:
    with pytest.raises(stoa.WrongTypeError, match=says):
        wrong(flights(WORDS))


def test_lone_surrogates_are_refused() -> None:
    table = flights(WORDS)
    with pytest.raises(stoa.Error, match="surrogate"):
        (table.name == "\ud800").tolist()
    with pytest.raises(stoa.Error, match="surrogate"):
        table.compute("sum(name == $n)", n="\ud800")
