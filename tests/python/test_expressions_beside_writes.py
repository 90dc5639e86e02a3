"""One thread writes while others evaluate expressions: a result is of one moment, or the run is
refused."""

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
    """Another thread writes increasing numbers as fast as it can."""
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


@pytest.mark.parametrize("write", WRITES)
def test_a_sum_is_of_cells_that_nobody_writes_meanwhile(write: str) -> None:
    table: Any = stoa.Table(Pair, 30_000)
    sums = set()
    with writing(table, WRITES[write]):
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            sums.add(tuple(table.compute("sum(x), sum(x + y)")))
    assert all(first == second for first, second in sums)
