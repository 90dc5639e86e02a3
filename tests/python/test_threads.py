"""Threads: calls that change a table wait for each other."""

from __future__ import annotations

import sys
import threading
from typing import Any, Callable

import pytest

import stoa
from stoa import int32


class Item(stoa.Record):
    worker: int32
    n: int32
    thing: object = None


class Plain(stoa.Record):
    worker: int32
    n: int32


WORKERS, STEPS = 4, 2000


@pytest.fixture(autouse=True)
def switch_often() -> Any:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def run(work: Callable[[int], None]) -> None:
    problems: list[BaseException] = []

    def guarded(worker: int) -> None:
        try:
            work(worker)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.mark.parametrize("record", [Item, Plain])
def test_every_row_that_threads_append_is_there_once(record: Any) -> None:
    rows: Any = stoa.Table(record)
    extra = (lambda n: [str(n % 50)]) if record is Item else lambda n: []

    def work(worker: int) -> None:
        for n in range(STEPS):
            if n % 10:
                rows.append(worker, n, *extra(n))
            else:
                rows.extend([(worker, n, *extra(n))])

    run(work)
    assert len(rows) == WORKERS * STEPS
    seen = sorted((row.worker, row.n) for row in rows)
    assert seen == [(w, n) for w in range(WORKERS) for n in range(STEPS)]
    if record is Item:
        assert all(row.thing == str(row.n % 50) for row in rows)


def test_threads_that_race_leave_a_whole_table_or_are_told() -> None:
    items = stoa.Table(Item)

    def work(worker: int) -> None:
        for n in range(STEPS // 4):
            items.append(worker, n, str(n))
            items.insert(0, worker, n, str(n))
            try:
                items.pop()
                items.n[0] = n
                items["thing"] = "same"
            except (IndexError, stoa.StaleError, stoa.BusyError):
                pass  # another thread was faster

    run(work)
    numbers, things = items["n"].tolist(), items["thing"].tolist()
    assert [(row.n, row.thing) for row in items] == list(zip(numbers, things))
    items.clear()


def test_threads_read_one_table_together() -> None:
    items = stoa.Table(Item, [(0, n, str(n)) for n in range(1000)])

    def work(worker: int) -> None:
        for _ in range(5):
            assert sum(row.n for row in items) == sum(items.n) == 499_500
            assert [row.thing for row in items[10:12]] == ["10", "11"]

    run(work)
