"""A signal handler may raise at any moment: nothing is lost, left locked or half done.

Each act is interrupted at each place in stoa's Python code where the interpreter handles signals
(support/interrupts.py). Afterwards the table is as it was before the act or as it is after it,
rows know whether they are stale, no lock is held, no run or change is under way, and exactly the
objects in cells are kept alive.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from typing import Any, Callable

import pytest

import stoa

if sys.implementation.name != "cpython":
    pytest.skip("elsewhere signals come at other places", allow_module_level=True)
if sys.version_info < (3, 10):
    pytest.skip("before 3.10 signals came between any two instructions", allow_module_level=True)

from interrupts import each_interrupt
from samples import Item, Plain


class Thing:
    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing) and self.name == other.name

    __hash__ = None  # type: ignore[assignment]


ROWS = 6


def made(record: Any) -> Any:
    values = [(i, i / 2, Thing(str(i))) for i in range(ROWS)]
    return stoa.Table(record, [each[: len(record.__match_args__)] for each in values])


def new(record: Any) -> Any:
    return (50, 5.5, Thing("new"))[: len(record.__match_args__)]


Act = Callable[[Any, Any], Any]

ACTS: dict[str, Act] = {
    "append": lambda t, v: t.append(*v),
    "append by name": lambda t, v: t.append(n=5),
    "insert": lambda t, v: t.insert(1, *v),
    "a row": lambda t, v: t.__setitem__(2, v),
    "pop": lambda t, v: t.pop(),
    "pop the first": lambda t, v: t.pop(0),
    "delete": lambda t, v: t.__delitem__(1),
    "delete a slice": lambda t, v: t.__delitem__(slice(0, None, 2)),
    "remove": lambda t, v: t.remove(t[3]),
    "swap_remove": lambda t, v: t.swap_remove(0),
    "extend": lambda t, v: t.extend([v] * 3),
    "extend lazily": lambda t, v: t.extend(v for _ in range(3)),
    "extend by columns": lambda t, v: t.extend(n=[1, 2, 3]),
    "extend by itself": lambda t, v: t.extend(t),
    "a slice": lambda t, v: t.__setitem__(slice(1, 3), [v] * 2),
    "a longer slice": lambda t, v: t.__setitem__(slice(1, 3), [v] * 4),
    "a shorter slice": lambda t, v: t.__setitem__(slice(1, 5), [v] * 2),
    "a slice of a window": lambda t, v: t[1:5].__setitem__(slice(0, 2), [v] * 2),
    "swap": lambda t, v: t.swap(0, 3),
    "reverse": lambda t, v: t.reverse(),
    "clear": lambda t, v: t.clear(),
    "resize": lambda t, v: t.resize(9),
    "resize to less": lambda t, v: t.resize(2),
    "keep": lambda t, v: t.keep("n > 2"),
    "keep by a mask": lambda t, v: t.keep([True, False] * 3),
    "a column": lambda t, v: setattr(t, "n", [9] * ROWS),
    "a column computed": lambda t, v: setattr(t, "w", t.n * 2),
    "a column in place": lambda t, v: t.n.__iadd__(1),
    "assign": lambda t, v: t.assign("w", "n * 3.0"),
    "update": lambda t, v: t.update(n=t.n + 1, w=t.n * 1.0),
    "a selection": lambda t, v: setattr(t.where(t.n > 2), "w", 0.0),
    "delete a selection": lambda t, v: t.where(t.n > 2).delete(),
    "a cell": lambda t, v: setattr(t[1], "n", 77),
    "a cell that is watched": lambda t, v: (t.n + 1, setattr(t[1], "n", 77)),
    "rename_field": lambda t, v: t.rename_field("w", "v"),
    "drop_field": lambda t, v: t.drop_field("w"),
    "add_field": lambda t, v: t.add_field("z", "int8", 3),
    "add_field of values": lambda t, v: t.add_field("z", "int8", values=list(range(ROWS))),
    "add_field computed": lambda t, v: t.add_field("z", "int64", values=t.n * 2),
    "compute": lambda t, v: t.compute("sum(n)"),
    "copy": lambda t, v: t.copy(),
    "filter": lambda t, v: t[t.n > 2],
    "rows": lambda t, v: list(t),
    "values": lambda t, v: list(t.values()),
    "columns": lambda t, v: t.n.tolist(),
}
OF_OBJECTS: dict[str, Act] = {
    "an object": lambda t, v: setattr(t[1], "thing", v[2]),
    "the same object": lambda t, v: setattr(t[1], "thing", t[2].thing),
    "objects": lambda t, v: setattr(t, "thing", [Thing(str(i)) for i in range(10, 10 + ROWS)]),
    "some objects": lambda t, v: t.thing.__setitem__(slice(0, 3), [Thing("a"), None, v[2]]),
    "one object for all": lambda t, v: setattr(t, "thing", "all"),
    "drop objects": lambda t, v: t.drop_field("thing"),
    "add_field of objects": lambda t, v: t.add_field("more", "object", default_factory=list),
    "add_field of an object": lambda t, v: t.add_field("more", "object", "default"),
}


def state(table: Any) -> Any:
    """The values of the columns, after checking that the rows have the same."""
    names = list(table.fields)
    columns = [table[name].tolist() for name in names]
    assert [stoa.to_tuple(row) for row in table] == list(zip(*columns))
    return names, columns


def is_free(table: Any) -> None:
    """Checks that no run or change is under way."""
    store, found = table._store, []

    def look() -> None:
        for lock in (store.lock, store.gate.lock):
            found.append(lock.acquire(timeout=5))
            lock.release()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [True, True]
    assert (store.gate.runs, store.gate.changes, store.pool.calls) == ({}, {}, 0)


def keeps_what_it_holds(table: Any) -> None:
    """Checks that exactly the objects in its cells are held."""
    pool = table._store.pool
    cells = [c for name, kind in table.fields.items() if kind == "object" for c in table[name]]
    held = {id(each) for each in cells if each is not None}
    assert pool.doubtful == {}
    assert {id(each) for each in pool.entered if each is not None} == held
    assert set(pool.slots) == held


def takes_more(table: Any) -> None:
    before = state(table)
    table.resize(len(table) + 1)
    table.pop()
    assert state(table) == before


OF_PLAIN = ["append", "insert", "a slice", "pop", "a cell", "a cell that is watched", "assign"]
CASES = [*((Item, name) for name in ACTS), *((Item, name) for name in OF_OBJECTS)]
CASES += [(Plain, name) for name in OF_PLAIN]


# The interpreter ignores what finalizers raise, including exceptions of handlers.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("record", "name"), CASES)
def test_what_is_interrupted_is_done_or_not_begun(record: Any, name: str) -> None:
    act = {**ACTS, **OF_OBJECTS}[name]
    scene: list[Any] = []
    whole = made(record)
    act(whole, new(record))
    outcomes = [state(made(record)), state(whole)]

    def begin_and_act() -> None:
        table = scene[0]
        act(table, new(record))

    def prepare() -> None:
        table = made(record)
        scene[:] = [table, table[1], iter(table), table.n + 1, table.order]

    def check(where: str) -> None:
        table, row, rows, expression, order = scene
        assert state(table) in outcomes, where
        is_free(table)
        keeps_what_it_holds(table)
        assert table.order == table._store.c.order
        if table.order != order:
            with pytest.raises(stoa.Error):
                stoa.to_tuple(row)
            with pytest.raises(stoa.StaleError):
                next(rows)
        if table["n"].tolist()[:ROWS] != list(range(ROWS)):
            with pytest.raises(stoa.StaleError):
                expression.tolist()
        takes_more(table)
        prepare()

    prepare()
    places = each_interrupt(begin_and_act, check)
    assert places >= 0


def test_many_interrupts_by_real_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with a timer's signals, which come anywhere, in finalizers too."""
    monkeypatch.setattr(sys, "unraisablehook", lambda *_: None)
    table = made(Item)
    table.resize(500)
    raised = 0

    class Alarm(Exception):
        pass

    def ring(*_: Any) -> None:
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    try:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.05)
                while time.monotonic() < end:  # a finalizer may have swallowed the signal
                    table.append(1, 2.0, Thing("a"))
                    table[3].thing = Thing("b")
                    table.thing[0:3] = [Thing("c"), None, Thing("d")]
                    table[1:3] = [(1, 2.0, Thing("e"))] * 2
                    table.w = table.n * 2
                    table.extend((i, 0.5, Thing("f")) for i in range(5))
                    sorted(table, key=lambda row: row.w)
                    table.keep("n >= 0")
                    table.resize(500)
            except Alarm:
                raised += 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    except Alarm:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert raised > 10
    state(table)
    is_free(table)
    takes_more(table)
    pool = table._store.pool
    assert all(pool.entered[pool.slots[id(each)]] is each for each in table.thing if each)
