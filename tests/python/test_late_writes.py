"""Writes that have found their cells just before somebody wants to be told of writes.

On PyPy, and on CPython before 3.10, threads take turns between any two steps of a write.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Callable

import pytest

import stoa
from stoa import int32
from stoa._schema.extension import rows as extension
from stoa._store import moments

IS_PYPY = sys.implementation.name == "pypy"
TAKES_TURNS = IS_PYPY or sys.version_info < (3, 10)
needs_turns = pytest.mark.skipif(not TAKES_TURNS, reason="a write is one step")


class Pair(stoa.Record):
    x: int32
    y: int32


@pytest.fixture(autouse=True)
def switch_often() -> Any:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


WRITES: dict[str, Callable[[Any, Any, int], None]] = {
    "a row": lambda table, row, n: setattr(row, "x", n),
    "a cell": lambda table, row, n: table.x.__setitem__(0, n),
}


@contextmanager
def writing(table: Any, write: Callable[[Any, Any, int], None]) -> Iterator[None]:
    """Another thread writes as fast as it can, numbers that rise."""
    done, row = threading.Event(), table[0]

    def work() -> None:
        n = 0
        while not done.is_set():
            n += 1
            with suppress(stoa.BusyError):
                write(table, row, n)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("write", WRITES)
def test_an_expression_means_one_moment_though_another_thread_writes(write: str) -> None:
    table: Any = stoa.Table(Pair, 10)
    told = same = 0
    with writing(table, WRITES[write]):
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            expression = table.x + 0
            try:
                first, second = expression[0], expression[0]
                assert first == second
                same += 1
            except (stoa.StaleError, stoa.BusyError):
                told += 1
    assert same + told > 10


class Slow:
    """An index that a store asks for when it has found its cells."""

    def __init__(self) -> None:
        self.asked, self.told = threading.Event(), threading.Event()

    def __index__(self) -> int:
        self.asked.set()
        self.told.wait(60)
        return 0


@contextmanager
def about_to_write(table: Any, value: int) -> Iterator[Slow]:
    """Another thread is between finding its cells and storing, until told."""
    slow, row = Slow(), table[0]
    object.__setattr__(row, "_stoa_index", slow)
    thread = threading.Thread(target=lambda: setattr(row, "x", value))
    thread.start()
    slow.asked.wait(60)
    try:
        yield slow
    finally:
        slow.told.set()
        thread.join()


pure = pytest.mark.skipif(extension is not None, reason="rows are in C")

RUNS: dict[str, Callable[[Any], Any]] = {
    "an expression": lambda table: (table.x + 0)[0],
    "a sum": lambda table: table.compute("sum(x)"),
    "a copy": lambda table: table.copy()[0].x,
}


@needs_turns
@pure
@pytest.mark.parametrize("run", [name for name in RUNS if name != "a copy" or IS_PYPY])
def test_a_run_waits_for_a_write_that_is_under_way(run: str) -> None:
    table: Any = stoa.Table(Pair, 1 if IS_PYPY else 30_000)
    found: list[Any] = []
    with about_to_write(table, 7) as slow:
        other = threading.Thread(target=lambda: found.append(RUNS[run](table)))
        other.start()
        other.join(0.05)
        assert found == []
        slow.told.set()
        other.join(60)
    assert found == [7]


@needs_turns
@pure
def test_a_run_that_has_waited_long_for_a_write_is_refused(monkeypatch: Any) -> None:
    table: Any = stoa.Table(Pair, 1 if IS_PYPY else 30_000)
    monkeypatch.setattr(moments, "PATIENCE", 0.02)
    with about_to_write(table, 7):
        with pytest.raises(stoa.BusyError, match="another thread"):
            table.compute("sum(x)")
        assert not table._store.gate.runs
    assert table.compute("sum(x)") == 7


@needs_turns
@pure
def test_a_write_that_was_interrupted_is_waited_for_once(monkeypatch: Any) -> None:
    table: Any = stoa.Table(Pair, 1 if IS_PYPY else 30_000)
    monkeypatch.setattr(moments, "PATIENCE", 0.02)
    table._store.writes.under_way.append(None)  # as KeyboardInterrupt may leave it
    with pytest.raises(stoa.BusyError):
        table.x + 0
    table[0].x = 3
    assert (table.x + 0)[0] == 3
    table[0].x = 4
    with about_to_write(table, 7), pytest.raises(stoa.BusyError):
        table.compute("sum(x)")
    table[0].x = 5
    assert table.compute("sum(x)") == 5
    assert len(table._store.writes.under_way) == 1
