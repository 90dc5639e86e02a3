"""A change that fails changes nothing: for lack of memory, for a bad value, for a run under way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import pytest

import stoa
from stoa import float64, int32
from stoa._store.objects import ObjectPool


class Item(stoa.Record):
    n: int32
    first: object = None
    w: float64 = 0.5
    second: object = None


def items() -> Any:
    return stoa.Table(Item, [(i, f"f{i}", i / 2, f"s{i}") for i in range(6)])


def records(count: int) -> list[Any]:
    return [(100 + i, ["new", i], 7.5, {"new": i}) for i in range(count)]


CHANGES: dict[str, Callable[[Any], Any]] = {
    "as many rows": lambda t: t.__setitem__(slice(1, 4), records(3)),
    "more rows": lambda t: t.__setitem__(slice(1, 3), records(4)),
    "fewer rows": lambda t: t.__setitem__(slice(1, 5), records(2)),
    "rows at the end": lambda t: t.__setitem__(slice(6, None), records(2)),
    "rows that come in between": lambda t: t.__setitem__(slice(2, 2), records(2)),
    "every second row": lambda t: t.__setitem__(slice(None, None, 2), records(3)),
    "rows backwards": lambda t: t.__setitem__(slice(None, None, -1), records(6)),
    "rows of a window": lambda t: t[1:].__setitem__(slice(1, 3), records(2)),
    "rows of another table": lambda t: t.__setitem__(slice(1, 3), stoa.Table(Item, records(4))),
    "its own rows": lambda t: t.__setitem__(slice(0, 2), t[2:6]),
    "a row": lambda t: t.__setitem__(2, records(1)[0]),
    "insert": lambda t: t.insert(2, *records(1)[0]),
    "append": lambda t: t.append(*records(1)[0]),
    "extend": lambda t: t.extend(records(3)),
    "a column": lambda t: setattr(t, "first", [object() for _ in range(6)]),
    "a selection": lambda t: setattr(t.where("n > 1"), "first", [object() for _ in range(4)]),
    "one object for a selection": lambda t: setattr(t.where("n > 1"), "first", "same"),
    "a new field": lambda t: t.add_field("more", "object", values=[object() for _ in range(6)]),
    "a new default": lambda t: t.add_field("more", "object", ("a", "b")),
}


def snapshot(table: Any) -> Any:
    table.append(0)  # values left behind would become visible
    table.pop()
    return list(table.fields), [tuple(row) for row in table], table._store.c.field_count


@contextmanager
def refusing(nth: int) -> Iterator[list[int]]:
    """Refuses memory for the nth object that enters a pool, and for all later ones."""
    asked, pointer_to = [0], ObjectPool.pointer_to

    def hooked(self: Any, value: Any) -> int:
        asked[0] += 1
        if asked[0] > nth:
            raise MemoryError
        return pointer_to(self, value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectPool, "pointer_to", hooked)
        yield asked


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_refused_memory_changes_nothing(change: str) -> None:
    expected = items()
    CHANGES[change](expected)
    for nth in range(100):
        table = items()
        before = snapshot(table)
        with refusing(nth) as asked:
            try:
                CHANGES[change](table)
            except MemoryError:
                assert asked[0] > nth
            else:
                break
        assert snapshot(table) == before
        CHANGES[change](table)
        assert len(table) == len(expected)
    assert nth > 0
    assert list(table.fields) == list(expected.fields)
    assert table.n.tolist() == expected.n.tolist()
    assert [tuple(map(type, row)) for row in table] == [tuple(map(type, row)) for row in expected]


MOVES = ["more rows", "fewer rows", "as many rows", "rows backwards", "insert", "a column"]


@pytest.mark.parametrize("change", MOVES)
def test_a_change_that_meets_a_run_of_another_thread_changes_nothing(change: str) -> None:
    table = items()
    before, entered, left = snapshot(table), threading.Event(), threading.Event()

    def run() -> None:
        table._store.gate.enter_run("run")
        entered.set()
        left.wait(60)
        table._store.gate.runs.pop("run")

    thread = threading.Thread(target=run)
    thread.start()
    entered.wait(60)
    try:
        with pytest.raises(stoa.BusyError):
            CHANGES[change](table)
    finally:
        left.set()
        thread.join()
    assert snapshot(table) == before
    CHANGES[change](table)
    assert snapshot(table) != before


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_record_at_fault_among_others_changes_nothing(count: int) -> None:
    for wrong in ((2**31, 1, 1.0, 1), ("a", 1, 1.0, 1), (1, 1, "a", 1), (1, 2, 3, 4, 5)):
        for rows in (slice(1, 4), slice(None, None, 2), slice(5, 2, -1)):
            table = items()
            before = snapshot(table)
            with pytest.raises((OverflowError, TypeError, ValueError)):
                table[rows] = [*records(count - 1), wrong]
            assert snapshot(table) == before


def test_rows_take_each_other_s_place_within_a_table() -> None:
    table, plain = items(), [tuple(row) for row in items()]
    for to, source in (
        (slice(0, 3), slice(1, 4)),
        (slice(1, 4), slice(0, 3)),
        (slice(2, 4), slice(0, 6)),
        (slice(None, None, -1), slice(None)),
        (slice(0, 4), slice(5, 6)),
        (slice(3, 3), slice(0, 3)),
        (slice(0, 8, 3), slice(1, 4)),
        (slice(9, 9), slice(None)),
    ):
        plain[to] = plain[source]
        table[to] = table[source]
        assert [tuple(row) for row in table] == plain


def test_rows_that_come_at_the_end_make_none_stale() -> None:
    table = items()
    row = table[0]
    table[6:] = records(2)
    table[3:5] = records(2)
    assert row.n == 0
    table[3:5] = records(3)
    with pytest.raises(stoa.StaleError):
        row.n  # noqa: B018


def test_a_full_table_takes_as_many_rows_as_it_loses() -> None:
    table: Any = stoa.Table(Item, [(i,) for i in range(4)], max_rows=4)
    table[0:3] = records(3)
    table[0:3] = records(2)
    table[1:1] = records(1)
    assert len(table) == 4
    with pytest.raises(stoa.FullError):
        table[0:1] = records(2)
    assert len(table) == 4
