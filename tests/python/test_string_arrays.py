"""Parts of string columns in expressions, and lists of strings as right sides."""

from __future__ import annotations

import pickle
import threading
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, none, sampled_from, text, tuples

import stoa
from stoa import int32

WORDS = ["", "UA", "ua", "DL", "straße", "a\0b", "😀"]
words = sampled_from(WORDS) | text(max_size=3)
rows = lists(tuples(words, none() | words), max_size=20)


class Flight(stoa.Record):
    carrier: str
    plane: Optional[str]  # noqa: UP045
    x: int32 = 0


def flights(given: list[Any]) -> Any:
    return stoa.Table(Flight, [(*each, i) for i, each in enumerate(given)])


def ten() -> Any:
    return flights([(word, word or None) for word in (WORDS * 2)[:10]])


# ---- parts of columns ----


@given(rows, integers(-3, 10), integers(-3, 3).filter(bool), words)
def test_parts_of_columns_compute_as_lists_do(
    given: list[Any], start: int, step: int, other: str
) -> None:
    table = flights(given)
    part = slice(start, None, step)
    names, tails = [each[0] for each in given][part], [each[1] for each in given][part]
    for carrier, tail in [
        (table.carrier[part], table.plane[part]),
        (table[part].carrier, table[part].plane),
    ]:
        assert (carrier == other).tolist() == [each == other for each in names]
        assert (carrier < other).tolist() == [each < other for each in names]
        assert carrier.upper().tolist() == [each.upper() for each in names]
        assert carrier.length().tolist() == list(map(len, names))
        assert (carrier == tail).tolist() == [
            b and a == b if b else b if b is None else a == b for a, b in zip(names, tails)
        ]
        assert tail.is_null().tolist() == [each is None for each in tails]
        assert carrier.is_in([other, "UA"]).tolist() == [each in (other, "UA") for each in names]
        assert carrier.unique() == list(dict.fromkeys(names))
        assert tail.unique() == list(dict.fromkeys(tails))
        assert carrier.max() == max(names, default=None)
        assert carrier.count_distinct() == len(set(names))
        assert stoa.concat(carrier, "-").tolist() == [each + "-" for each in names]


def test_a_part_is_stored_into_others() -> None:
    table = ten()
    names = table.carrier.tolist()
    table[5:].carrier = table[:5].carrier
    assert table.carrier.tolist() == names[:5] * 2
    table[1:].carrier = table[:-1].carrier.upper()
    assert table.carrier.tolist() == ["", *[name.upper() for name in (names[:5] * 2)[:-1]]]
    table.update(carrier=table.carrier[::-1])
    assert table.carrier.tolist()[-1] == ""
    table[2:4].update(carrier=table[6:8].carrier, x=-1)
    assert table.carrier.tolist()[2:4] == table.carrier.tolist()[6:8]
    assert table.x.tolist()[1:5] == [1, -1, -1, 4]


def test_a_part_of_a_large_table_computes_its_own_strings_alone() -> None:
    table = flights([(str(i), None) for i in range(3000)])
    assert table[1:4].carrier.upper().tolist() == ["1", "2", "3"]
    assert (table.carrier[::1000] == "2000").tolist() == [False, False, True]


def test_a_part_lives_through_compact_and_is_stale_after_a_write() -> None:
    table = ten()
    part = table[2:5].carrier
    upper = part.upper()
    table.compact()
    assert upper.tolist() == ["UA", "DL", "STRASSE"]
    assert (part == "DL").tolist() == [False, True, False]
    table[3].carrier = "new"
    with pytest.raises(stoa.StaleError):
        upper.tolist()


# ---- lists ----


@given(rows, rows)
def test_lists_are_right_sides(given: list[Any], other: list[Any]) -> None:
    count = min(len(given), len(other))
    table = flights(given[:count])
    table.update(
        carrier=[each[0] for each in other[:count]], plane=[each[1] for each in other[:count]]
    )
    assert [(row.carrier, row.plane) for row in table] == other[:count]
    table.carrier = [each[0] for each in given[:count]]
    table.plane = iter([each[1] for each in given[:count]])
    assert [(row.carrier, row.plane) for row in table] == given[:count]
    few = table.where(table.x % 2 == 0)
    few.update(carrier=[each[0] for each in other[:count:2]])
    few.plane = [each[1] for each in other[:count:2]]
    table[1::2].update(carrier="odd", plane=None)
    wanted = [other[i] if i % 2 == 0 else ("odd", None) for i in range(count)]
    assert [(row.carrier, row.plane) for row in table] == wanted


def test_every_right_side_comes_before_the_first_store() -> None:
    table = ten()
    names, tails = table.carrier.tolist(), table.plane.tolist()
    table.update(carrier=tails[3:4] + names[1:], plane=table.carrier)
    assert table.plane.tolist() == names
    assert table.carrier.tolist() == ["DL", *names[1:]]
    with pytest.raises(stoa.DivisionByZeroError):
        table.update(carrier=["no"] * 10, x=1 // table.x)
    assert table.carrier.tolist() == ["DL", *names[1:]]


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (["a"] * 9, stoa.LengthError, "9 values for 10 rows"),
        (["a"] * 9 + [1], stoa.WrongTypeError, "carrier, value 9, is string and takes text"),
        (["a"] * 9 + [None], stoa.WrongTypeError, "carrier, value 9"),
        (["a"] * 9 + ["\ud800"], stoa.ArgumentError, "carrier, value 9.*surrogate"),
        (range(10), stoa.WrongTypeError, "text"),
        (b"0123456789", stoa.WrongTypeError, "no values of uint8"),
        ({"a": 1}, stoa.WrongTypeError, "dict"),
    ],
)
def test_lists_that_do_not_fit_change_nothing(values: Any, error: Any, message: str) -> None:
    table = ten()
    before = pickle.dumps(table)
    with pytest.raises(error, match=message):
        table.update(carrier=values, x=5)
    with pytest.raises(error):
        table.carrier = values
    with pytest.raises(error):
        table.where("x >= 0").carrier = values
    with pytest.raises(error):
        table[:].update(carrier=values)
    assert pickle.dumps(table) == before


# ---- pools of several tables ----


class Airport(stoa.Record):
    name: str


def test_tables_share_a_pool() -> None:
    pool = stoa.StringPool()
    one, other = stoa.Table(Flight, strings=pool), stoa.Table(Airport, strings=pool)
    one.extend(carrier=["UA", "DL"] * 3, plane=["UA", None] * 3)
    other.extend(name=["DL", "JFK"])
    assert len(pool) == 4
    assert "JFK" in pool
    assert "LGA" not in pool
    assert "\ud800" not in pool
    assert 5 not in pool
    assert pool
    assert pool.nbytes > 0
    assert "4 strings" in repr(pool)
    other.name = one.carrier[:2]
    assert len(pool) == 4
    assert other.name.tolist() == ["UA", "DL"]
    assert one.filter("carrier == 'UA'").carrier.tolist() == ["UA"] * 3
    one.compact()
    one.append("LGA", None)
    assert "LGA" not in pool
    assert (one.carrier.tolist(), other.name.tolist()) == (["UA", "DL"] * 3 + ["LGA"], ["UA", "DL"])


def test_a_pool_lives_as_long_as_its_tables() -> None:
    pool = stoa.StringPool()
    table = stoa.Table(Airport, [("JFK",)], strings=pool)
    del pool
    table.append("LGA")
    assert table.name.tolist() == ["JFK", "LGA"]
    assert pickle.loads(pickle.dumps(table)).name.tolist() == ["JFK", "LGA"]


def test_a_table_of_numbers_may_have_a_pool() -> None:
    pool = stoa.StringPool()
    table = stoa.Table({"x": "int32"}, 2, strings=pool)
    table.add_field("name", str, "new")
    assert table.name.tolist() == ["new"] * 2
    assert "new" in pool


def test_a_full_pool_refuses_and_changes_nothing() -> None:
    table = stoa.Table(Airport, [("A",)], strings=stoa.StringPool(max_count=3))
    with pytest.raises(stoa.FullError, match="it can hold 3"):
        table.extend(name=["A", "B", "C"])
    table.append("B")
    with pytest.raises(stoa.FullError):
        table.name = ["B", "C"]
    with pytest.raises(stoa.FullError):
        table.update(name=["B", "C"])
    assert table.name.tolist() == ["A", "B"]
    tiny = stoa.Table(Airport, strings=stoa.StringPool(max_bytes=4))
    with pytest.raises(stoa.FullError, match="bytes"):
        tiny.append("longer")
    assert len(tiny) == 0


@pytest.mark.parametrize("wrong", [0, -1, "many", 1.5])
def test_limits_are_positive_integers(wrong: Any) -> None:
    with pytest.raises((stoa.ArgumentError, stoa.WrongTypeError, stoa.RangeError)):
        stoa.StringPool(wrong)
    with pytest.raises((stoa.ArgumentError, stoa.WrongTypeError, stoa.RangeError)):
        stoa.StringPool(max_bytes=wrong)


def test_what_is_no_pool_is_refused() -> None:
    with pytest.raises(stoa.WrongTypeError, match="StringPool"):
        stoa.Table(Airport, strings=["a"])  # type: ignore[call-overload]
    with pytest.raises(stoa.WrongTypeError):
        pickle.dumps(stoa.StringPool())


def test_threads_change_tables_of_one_pool_in_turn() -> None:
    pool = stoa.StringPool()
    tables = [stoa.Table(Airport, strings=pool) for _ in range(3)]
    texts = [f"text {i}" for i in range(300)]

    def fill(table: Any, order: list[str]) -> None:
        for i, each in enumerate(order):
            table.append(each)
            if i % 50 == 0:
                table.update(name=[*table.name.tolist()[1:], "new"])
                table.name = table.name.upper().lower()

    threads = [
        threading.Thread(target=fill, args=(each, texts[i * 50 :] + texts[: i * 50]))
        for i, each in enumerate(tables)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for each in tables:
        assert set(each.name.tolist()) <= {*texts, "new"}
        assert each.name[-1] in texts
    assert len(pool) <= 2 * (len(texts) + 1) + 1
