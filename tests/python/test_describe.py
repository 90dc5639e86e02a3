"""describe(): a row for each field, with the values of its aggregates."""

from __future__ import annotations

import math
import pickle
import threading
from typing import Any, Callable

import pytest

import stoa

FIELDS = {
    "flag": "bool",
    "small": "int8",
    "x": "int32",
    "big": "uint64",
    "single": "float32",
    "w": "float64",
    "tag": "object",
}


def table(rows: int) -> Any:
    made: Any = stoa.Table(FIELDS)
    for i in range(rows):
        made.append(i % 3 == 0, i % 100 - 50, i * 7919 % 1000, 2**64 - 1 - i, i / 4, -i / 3, str(i))
    return made


SCOPES: dict[str, Callable[[Any], Any]] = {
    "table": lambda rows: rows,
    "window": lambda rows: rows[3:90:7],
    "selection": lambda rows: rows.where("x > 500"),
    "selection of a window": lambda rows: rows[10:].where("x > 500"),
    "pinned": lambda rows: rows.where(rows.x > 500).pin(),
    "nothing": lambda rows: rows.where("x > 5000"),
    "no rows": lambda rows: rows[:0],
}


@pytest.mark.parametrize("rows", [0, 1, 2, 100, 3000])
@pytest.mark.parametrize("scope", SCOPES)
def test_it_says_what_the_aggregates_say(rows: int, scope: str) -> None:
    described = SCOPES[scope](table(rows))
    summary = described.describe()
    assert [each.name for each in summary] == list(FIELDS)
    assert [each.type for each in summary] == list(FIELDS.values())
    for each in summary:
        assert type(each.type) is stoa.FieldType
        assert each.count == len(described)
        if each.name == "tag":
            assert each == ("tag", "object", each.count, None, None, None, None, None)
            continue
        wanted = f"mean({each.name}), std({each.name}), min({each.name}), max({each.name})"
        found = (each.mean, each.std, each.min, each.max)
        assert repr(found) == repr(described.compute(wanted))
        assert each.nan == (0 if "float" in each.type else None)


def test_of_one_row_the_values_are_all_the_same_and_std_is_0() -> None:
    for each in table(1).describe():
        if each.name != "tag":
            assert (each.count, each.std) == (1, 0.0)
            assert float(each.mean) == float(each.min) == float(each.max)


def test_of_no_rows_there_is_no_mean() -> None:
    for each in table(0).describe():
        assert (each.count, each.mean, each.std, each.min, each.max) == (0,) + (None,) * 4
        assert each.nan in (0, None)


def test_integers_stay_exact() -> None:
    big = table(3).describe()[3]
    assert (big.min, big.max) == (2**64 - 3, 2**64 - 1)
    assert type(big.min) is int
    flag = table(3).describe()[0]
    assert flag.min is False
    assert flag.max is True
    assert flag.mean == pytest.approx(1 / 3)


def test_what_is_no_number_is_counted_and_passed_over_by_min_and_max() -> None:
    rows: Any = stoa.Table({"w": "float64", "f": "float32"})
    rows.extend(w=[math.nan, 1.0, math.nan, -2.0], f=[math.nan] * 4)
    w, f = rows.describe()
    assert (w.count, w.nan, w.min, w.max) == (4, 2, -2.0, 1.0)
    assert math.isnan(w.mean)
    assert math.isnan(w.std)
    assert (f.count, f.nan) == (4, 4)
    assert math.isnan(f.min)
    assert math.isnan(f.max)
    rows.w = [math.inf, -math.inf, 0.0, 1.0]
    assert rows.describe()[0].nan == 0
    assert rows.describe()[0].max == math.inf


def test_the_summary_is_a_table_like_any_other() -> None:
    summary = table(3).describe()
    assert isinstance(summary, stoa.Table)
    assert summary.record is stoa.Summary
    assert pickle.loads(pickle.dumps(summary)) == summary
    assert summary.to_dicts()[2] == {
        "name": "x",
        "type": "int32",
        "count": 3,
        "nan": None,
        "mean": summary[2].mean,
        "std": summary[2].std,
        "min": 0,
        "max": 919,
    }
    assert "919" in repr(summary)
    assert sum(summary["count"]) == 3 * len(FIELDS)
    assert len(summary.describe()) == 8


def test_fields_may_have_any_names_and_there_may_be_many() -> None:
    names = ["odd `name", "describe", "count", "min", "or", "ß"]
    rows: Any = stoa.Table(dict.fromkeys(names, "int32"), [tuple(range(6))])
    assert [(each.name, each.max) for each in rows.describe()] == list(zip(names, range(6)))
    wide: Any = stoa.Table({f"a{i}": "int16" for i in range(1000)}, 2)
    wide.a999 = 5
    assert [each.mean for each in wide.describe()] == [0.0] * 999 + [5.0]
    only: Any = stoa.Table({"tag": "object"}, 7)
    assert only.describe()[0].count == 7


def test_fields_that_come_and_go_are_those_of_now() -> None:
    rows = table(5)
    rows.drop_field("x")
    rows.rename_field("w", "weight")
    rows.add_field("more", "int16", 4)
    names = [each.name for each in rows.describe()]
    assert names == ["flag", "small", "big", "single", "weight", "tag", "more"]
    assert rows.describe()[6].max == 4


def test_what_is_stale_is_not_described() -> None:
    rows = table(10)
    window, selection = rows[2:5], rows.where(rows.x > 10)
    del rows[0]
    for stale in (window, selection):
        with pytest.raises(stoa.StaleError):
            stale.describe()
    with pytest.raises(stoa.ArgumentError, match="take it forwards"):  # as for compute()
        rows[::-1].describe()


def test_all_fields_are_of_the_same_rows_while_another_thread_appends() -> None:
    rows: Any = stoa.Table({"a": "int64", "b": "int64"})
    ended = threading.Event()

    def append() -> None:
        while not ended.is_set():
            rows.append(len(rows), len(rows))

    thread = threading.Thread(target=append)
    thread.start()
    try:
        for _ in range(200):
            a, b = rows.describe()
            assert (a.count, a.max, a.mean) == (b.count, b.max, b.mean)
            assert a.max in (None, a.count - 1)
    finally:
        ended.set()
        thread.join()
