"""No user code runs while a table is locked, so that nothing hangs, whatever that code waits
for."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Callable

import pytest
from samples import Item, Plain

import stoa
from stoa import float64, int32

PATIENCE = 5.0  # seconds; calls that do not hang take a few milliseconds


def made_by(call: Callable[[], Any]) -> Any:
    class Made(stoa.Record):
        n: int32
        w: float64 = stoa.field(default_factory=call)

    return Made


class Act:
    """Values of every kind that do something when they are read."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act

    def __index__(self) -> int:
        self.act()
        return 1

    def __float__(self) -> float:
        self.act()
        return 1.0

    def __bool__(self) -> bool:
        self.act()
        return True

    def __eq__(self, other: object) -> bool:
        self.act()
        return False

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[Any]:
        for i in range(4):
            self.act()
            yield i

    def records(self) -> Iterator[Any]:
        for i in self:
            yield i, i

    def mappings(self) -> Iterator[Any]:
        for i in self:
            yield {"n": i}

    def shuffle(self, values: Any) -> None:
        self.act()
        random.shuffle(values)


# Operations that read user values; the table has four rows.
USES: dict[str, Callable[[Any, Act], Any]] = {
    "append": lambda t, a: t.append(a, 2),
    "append a float": lambda t, a: t.append(1, a),
    "append by name": lambda t, a: t.append(n=a),
    "append a tuple": lambda t, a: t.append((a, 2)),
    "insert": lambda t, a: t.insert(1, a, 2),
    "insert before": lambda t, a: t.insert(a, 1, 2),
    "a row": lambda t, a: t.__setitem__(1, (a, 2)),
    "a row at": lambda t, a: t.__setitem__(a, (1, 2)),
    "rows": lambda t, a: t.__setitem__(slice(0, 4), a.records()),
    "more rows": lambda t, a: t.__setitem__(slice(0, 1), a.records()),
    "rows backwards": lambda t, a: t.__setitem__(slice(None, None, -1), a.mappings()),
    "rows of a window": lambda t, a: t[:].__setitem__(slice(0, 4), a.records()),
    "extend": lambda t, a: t.extend(a.records()),
    "extend by mappings": lambda t, a: t.extend(a.mappings()),
    "extend by a list": lambda t, a: t.extend([(1, 2), (a, 2)]),
    "extend by a column": lambda t, a: t.extend(n=a),
    "extend by a column of them": lambda t, a: t.extend(n=[1, a], w=[2, 3]),
    "extend by floats": lambda t, a: t.extend(n=[1, 2], w=[2, a]),
    "a column": lambda t, a: setattr(t, "n", a),
    "a column of them": lambda t, a: setattr(t, "w", [1, 2, 3, a]),
    "cells": lambda t, a: t.n.__setitem__(slice(0, 2), [a, 2]),
    "a cell": lambda t, a: t.n.__setitem__(0, a),
    "a cell at": lambda t, a: t.n.__setitem__(a, 1),
    "a row's field": lambda t, a: setattr(t[0], "n", a),
    "a scalar": lambda t, a: t.where("n >= 0").__setitem__("n", 1 if a else 0),
    "update": lambda t, a: t.update(n=[1, 2, 3, a]),
    "a selection": lambda t, a: setattr(t.where("n < 2"), "n", [a, 1]),
    "a new field": lambda t, a: t.add_field("more", "int32", values=a),
    "a new field of them": lambda t, a: t.add_field("more", "int32", values=[1, 2, 3, a]),
    "a new field's factory": lambda t, a: t.add_field("more", "int32", default_factory=a.__index__),
    "take": lambda t, a: t[[0, a]],
    "keep": lambda t, a: t.keep(map(bool, [a, 0, 0, 0])),
    "remove": lambda t, a: t.remove((a, 0)) if (a, 0) in t else a.__index__(),
    "delete": lambda t, a: t.__delitem__(a),
    "pop": lambda t, a: t.pop(a),
    "swap": lambda t, a: t.swap(0, a),
    "shuffle": lambda t, a: t.shuffle(a),
    "resize": lambda t, a: t.resize(a),
    "reserve": lambda t, a: t.reserve(a),
    "a field's default": lambda t, a: stoa.Table(made_by(a.__float__), [(1,)] * 2),
    "resize by a factory": lambda t, a: stoa.Table(made_by(a.__float__), 2),
}

OBJECTS: dict[str, Callable[[Any, Act], Any]] = {
    "append an object": lambda t, a: t.append(a, 2, "thing"),
    "a column of objects": lambda t, a: setattr(t, "thing", a),
    "extend by objects": lambda t, a: t.extend(n=[1, 2, 3, 4], thing=a),
    "objects of a selection": lambda t, a: setattr(t.where("n < 4"), "thing", a),
}

# Operations of another thread that wait for locks: of the table, and of one that shares its pool.
OTHERS: dict[str, Callable[[Any], Any]] = {
    "append": lambda t: t.append(7, 8),
    "insert": lambda t: t.insert(0, 7, 8),
    "extend": lambda t: t.extend([(7, 8)]),
    "extend by columns": lambda t: t.extend(n=[7]),
    "copy": lambda t: t.copy(),
    "filter": lambda t: t.filter("n >= 0"),
    "a column": lambda t: setattr(t, "n", 5),
    "a row": lambda t: setattr(t[0], "n", 5),
    "assign": lambda t: t.assign("w", "n + 1"),
    "sum": lambda t: t.n.sum(),
    "pop": lambda t: t.pop(),
    "clear": lambda t: t.clear(),
    "shrink": lambda t: t.shrink(),
    "buffer": lambda t: t.n.buffer,
    "a field": lambda t: t.add_field("other", "int8"),
}


def waits(call: Callable[[], Any], problems: list[str], name: str) -> None:
    """Lets another thread do something and waits until it has ended."""

    def guarded() -> None:
        with suppress(stoa.Error, IndexError):  # some are refused
            call()

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    thread.join(PATIENCE if not problems else 0.1)
    if thread.is_alive():
        problems.append(name)


@pytest.mark.parametrize("record", [Item, Plain])
@pytest.mark.parametrize("use", [*USES, *OBJECTS])
def test_what_reads_the_user_s_values_holds_up_no_other_thread(use: str, record: Any) -> None:
    if use in OBJECTS and record is Plain:
        return
    problems: list[str] = []
    done = 0
    for name, other in OTHERS.items():
        for of_copy in (True, False):
            table: Any = stoa.Table(record, [(i, i) for i in range(4)])
            target = table.copy() if of_copy else table

            def act(other: Any = other, target: Any = target, name: str = name) -> None:
                nonlocal done
                done += 1
                waits(lambda: other(target), problems, name)

            try:
                (USES.get(use) or OBJECTS[use])(table, Act(act))
            except (stoa.Error, IndexError, ValueError):
                assert not of_copy or use in ("resize by a factory",)
            assert table.n.tolist() == [row.n for row in table]
            if problems:
                break
    assert done >= len(OTHERS)
    assert problems == []


def test_threads_that_fill_each_other_s_tables_all_finish() -> None:
    tables: list[Any] = [stoa.Table(Item) for _ in range(3)]
    barrier = threading.Barrier(3)

    def values(i: int) -> Iterator[Any]:
        barrier.wait(PATIENCE)  # by now all are within an extend
        for n in range(100):
            tables[(i + 1) % 3].append(n, n, "other")
            yield n

    def work(i: int) -> None:
        tables[i].extend(n=values(i), thing=[str(i)] * 100)

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert [len(table) for table in tables] == [200] * 3
