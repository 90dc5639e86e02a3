"""Long runs release the interpreter's lock; their table does not change meanwhile."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Any, Callable

import pytest

import stoa
from stoa import float64, int64
from stoa._lib.ffi import ffi, lib
from stoa._store.gate import Gate

ROWS = 200_000


class Item(stoa.Record):
    x: int64
    w: float64 = 0.5


def items(rows: int = ROWS) -> Any:
    made: Any = stoa.Table(Item, rows)
    made.x = range(rows)
    return made


def in_threads(works: list[Callable[[], None]]) -> None:
    problems: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


CHANGES: dict[str, Callable[[Any], Any]] = {
    "removal": lambda t: t.__delitem__(0),
    "pop": lambda t: t.pop(),
    "swap": lambda t: t.swap(0, 1),
    "reverse": lambda t: t.reverse(),
    "shuffle": lambda t: t.shuffle(),
    "clear": lambda t: t.clear(),
    "resize down": lambda t: t.resize(9),
    "insert": lambda t: t.insert(0, 1),
    "replace": lambda t: t.__setitem__(0, (5,)),
    "a column": lambda t: setattr(t, "x", 5),
    "a slice": lambda t: t.x.__setitem__(slice(2, 5), 1),
    "an expression": lambda t: setattr(t, "x", t.x + 1),
    "text": lambda t: t.assign("x", "x + 1"),
    "a selection": lambda t: setattr(t.where(t.x > 3), "x", 0),
    "delete": lambda t: t.where(t.x > 3).delete(),
    "drop": lambda t: t.drop_field("w"),
    "rename": lambda t: t.rename_field("w", "v"),
    "add": lambda t: t.add_field("v", "int8"),
}
PASSES: dict[str, Callable[[Any], Any]] = {
    "append": lambda t: t.append(1),
    "extend": lambda t: t.extend(x=range(100_000)),
    "resize up": lambda t: t.resize(len(t) + 1000),
    "reserve": lambda t: t.reserve(500_000),
    "reads": lambda t: (t.x.sum(), t.where(t.x > 3).w.mean(), t.compute("max(x)"), t.copy()),
    "a cell of another field": lambda t: t.x.__setitem__(0, 7),
    "another field of a row": lambda t: setattr(t[0], "x", 7),
}


@pytest.mark.parametrize("change", CHANGES)
def test_during_a_run_changes_are_refused_at_once(change: str) -> None:
    table = items(1000)
    before, order = table.copy(), table.order
    table._store.gate.enter_run("run")  # as a run in another thread does
    try:
        with pytest.raises(stoa.BusyError):
            CHANGES[change](table)
    finally:
        table._store.gate.runs.pop("run")
    assert table == before
    assert table.order == order
    CHANGES[change](table)


@pytest.mark.parametrize("use", PASSES)
def test_during_a_run_appends_and_reads_go_on(use: str) -> None:
    table = items(1000)
    table._store.gate.enter_run("run")
    try:
        PASSES[use](table)
    finally:
        table._store.gate.runs.pop("run")


def test_during_a_change_of_another_thread_runs_are_refused() -> None:
    table = items()
    gate = table._store.gate
    gate.enter_change("change")
    assert (
        table.x.sum() == ROWS * (ROWS - 1) // 2
    )  # a thread's own change is over between two calls
    outcomes: list[Any] = []

    def work() -> None:
        for use in (table.x.sum, table.reverse, lambda: table.assign("x", "x")):
            try:
                outcomes.append(use())
            except stoa.BusyError:
                outcomes.append("busy")

    in_threads([work])
    assert outcomes == ["busy"] * 3
    gate.changes.pop("change")
    assert (gate.runs, gate.changes) == ({}, {})


def test_a_run_that_fails_leaves_the_gate_open() -> None:
    table = items()
    for use in (
        lambda: (1 // table.x).sum(),
        lambda: table.assign("x", "1 // x"),
        lambda: table.where(1 // table.x > 0).indices(),
        lambda: table.filter("1 // x > 0"),
        lambda: (1 // table.x).tolist(),
    ):
        with pytest.raises(ZeroDivisionError, match="row 0"):
            use()
        assert (table._store.gate.runs, table._store.gate.changes) == ({}, {})
    table.reverse()
    assert table.x.first() == ROWS - 1


def test_one_divided_by_what_needs_all_rows_is_no_failure_before_them() -> None:
    assert items().compute("100 // sum(x)") == 0
    assert items().compute("100.0 / count()") == 100 / ROWS


@pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy has no such lock in calls")
def test_other_threads_run_python_during_a_long_run() -> None:
    table = items(3_000_000)
    steps, done = [0], threading.Event()

    def count() -> None:
        while not done.is_set():
            steps[0] += 1
            time.sleep(1e-4)  # and then waits for the lock

    counter, interval = threading.Thread(target=count), sys.getswitchinterval()
    counter.start()
    sys.setswitchinterval(1000)  # no thread is asked to release the lock
    try:
        before = steps[0]
        for _ in range(50):
            stoa.exp(stoa.sin(table.w)).sum()
        assert steps[0] > before + 1
    finally:
        sys.setswitchinterval(interval)
        done.set()
        counter.join()


def test_threads_compute_with_one_table_together() -> None:
    table = items()
    total = ROWS * (ROWS - 1) // 2

    def work() -> None:
        for i in range(10):
            assert table.x.sum() == total
            assert table.compute("sum(x) + $i", i=i) == total + i
            assert (table.x * 2).sum() == 2 * total
            assert shared.max() == ROWS
            assert len(table.where(table.x < 100)) == 100

    shared = table.x + 1
    in_threads([work] * 4)


def test_threads_that_change_a_table_that_others_compute_with_are_told() -> None:
    table = items(50_000)
    outcomes = set()

    def read() -> None:
        for _ in range(50):
            try:
                values = table.x.count(), table.w.max()
                assert values[1] in (0.5, None)
                outcomes.add("read")
            except (stoa.BusyError, stoa.StaleError):
                outcomes.add("refused")

    def change() -> None:
        for _ in range(50):
            try:
                table.append(1)
                table.swap(0, 1)
                table.x += 1
                table.pop()
                outcomes.add("changed")
            except (stoa.BusyError, stoa.StaleError):
                outcomes.add("refused")

    in_threads([read, change, read])
    assert "read" in outcomes
    assert (table._store.gate.runs, table._store.gate.changes) == ({}, {})
    assert len(table) >= 50_000


def test_the_gate_lets_in_runs_or_one_change() -> None:
    gate = Gate(ffi.NULL)
    gate.enter_run(1)
    gate.enter_run(2)
    with pytest.raises(stoa.BusyError):
        gate.enter_change("change")
    gate.runs.pop(1)
    with pytest.raises(stoa.BusyError):
        gate.enter_change("change")
    gate.runs.pop(2)
    for key in (
        "a change",
        "another",
    ):  # what a finalizer does in between is that thread's own change
        gate.enter_change(key)
    gate.enter_run(3)
    gate.runs.clear()
    gate.changes.clear()
    assert (gate.runs, gate.changes) == ({}, {})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_waits_for_no_thread_of_its_parent() -> None:
    table, entered, left = items(9), threading.Event(), threading.Event()

    def hold() -> None:
        table._store.gate.enter_run("run")
        assert lib.stoa_column_lock(table._store.c, 0, ffi.NULL) == 0
        with table._store.lock:
            entered.set()
            left.wait(60)
        lib.stoa_column_unlock(table._store.c, 0)
        table._store.gate.runs.pop("run")

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(60)
    try:
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            try:
                table.append(9)
                table[9].x = table.x[9] + 1
                table.x += 1
                table.swap(0, 9)
                os._exit(0 if table.x[0] == 11 else 1)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        with pytest.raises(stoa.BusyError):
            table._store.gate.enter_change("change")
        with pytest.raises(stoa.BusyError):
            table[0].x = 1
    finally:
        left.set()
        holder.join()
