"""Buffers over columns: how long they keep memory, and when it goes back to the system."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import pytest

import stoa

ROWS = 4_000_000
BYTES = 8 * ROWS
statm = Path("/proc/self/statm")
pytestmark = pytest.mark.skipif(not statm.exists(), reason="the system does not tell of pages")


def resident() -> int:
    return 4096 * int(statm.read_text().split()[1])


def collect() -> None:
    for _ in range(3):  # PyPy needs several collections
        gc.collect()


def filled() -> Any:
    table: Any = stoa.Table({"x": "int64", "y": "int8"}, ROWS)
    table.x = 1
    table.y = 1
    return table


@contextmanager
def giving_back(least: int = BYTES * 7 // 8) -> Iterator[None]:
    collect()
    before = resident()
    yield
    collect()
    assert before - resident() > least


def drop(table: Any) -> None:
    table.drop_field("x")


def test_a_dropped_column_gives_its_pages_back() -> None:
    table = filled()
    with giving_back():
        drop(table)
    table.add_field("added", "int64", 7)
    with giving_back():
        table.drop_field("added")
    assert table.y.sum() == ROWS


@pytest.mark.parametrize("free", [drop, lambda t: t.clear(), lambda t: t.resize(10)])
def test_what_a_buffer_kept_goes_back_when_it_dies(free: Callable[[Any], None]) -> None:
    table = filled()
    first, second = table.x.buffer, table.x.buffer
    free(table)
    assert first[0] == 1
    first[ROWS - 1] = 5  # still mapped
    del first
    collect()
    assert second[ROWS - 1] == 5
    with giving_back():
        del second
    rows = len(table)
    table.resize(ROWS + 1)
    assert table.y.sum() == rows


def test_a_buffer_that_dies_during_a_call_of_another_thread_waits_for_the_next() -> None:
    table = filled()
    buffer = table.x.buffer
    drop(table)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with table._store.lock:
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    with giving_back():
        del buffer
        collect()
        done.set()
        thread.join()
        table.reserve(0)
    assert table.y.sum() == ROWS


def test_buffers_that_come_and_go_in_many_threads_are_counted() -> None:
    table: Any = stoa.Table({"x": "int64", "y": "int8"}, 100)

    def work() -> None:
        for _ in range(300):
            assert len(table.x.buffer) >= 100
            table.append(1, 2)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collect()
    table.reserve(0)  # ends exports that are left to be ended
    buffer = table.x.buffer
    drop(table)
    assert buffer[0] == 0
