"""Threads: calls that change a table wait for one another."""

from __future__ import annotations

import math
import sys
import threading
from contextlib import suppress
from typing import Any, Callable

import pytest

import stoa
from stoa import float64, int32, int64


class Item(stoa.Record):
    worker: int32
    n: int32
    thing: object = None


class Plain(stoa.Record):
    worker: int32
    n: int32


WORKERS, STEPS = 4, 2000
# Switching threads is slow on PyPy.
ROWS, REMOVED = (3000, 300) if sys.implementation.name == "cpython" else (300, 30)


@pytest.fixture(autouse=True)
def switch_often() -> Any:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def run(work: Callable[[int], Any]) -> None:
    """Runs work(0), work(1), … in threads; none may raise."""
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


# ---- many readers and one writer ----


class Pair(stoa.Record):
    n: int32
    twice: int64
    half: float64 = 0.0

    def whole(self) -> bool:
        return self.twice == 2 * self.n and self.half == self.n / 2


def pair(n: int) -> tuple[Any, ...]:
    return (n, 2 * n, n / 2)


def by_index(pairs: Any) -> int:
    length = len(pairs)
    for i in range(0, length, 7):
        assert (pairs[i].n, pairs[i - length].whole()) == (i, True)
    return length


def by_loop(rows: Callable[[Any], Any]) -> Callable[[Any], int]:
    def read(pairs: Any) -> int:
        i = -1
        for i, row in enumerate(rows(pairs)):
            assert (row.n, row.whole()) == (i, True)
        return i + 1

    return read


def by_tuples(pairs: Any) -> int:
    i = -1
    for i, row in enumerate(pairs):
        assert tuple(row) == row.to_tuple() == pair(i)
    return i + 1


def by_values(pairs: Any) -> int:
    i = -1
    for i, values in enumerate(pairs.values("n", "twice")):
        assert values == (i, 2 * i)
    return i + 1


READERS: dict[str, Callable[[Any], int]] = {
    "by index": by_index,
    "by loop": by_loop(lambda pairs: pairs),
    "by cursor": by_loop(lambda pairs: pairs.cursor()),
    "by window": by_loop(lambda pairs: pairs[:]),
    "by list": by_loop(list),
    "by tuples": by_tuples,
    "by values": by_values,
}


@pytest.mark.parametrize("reader", READERS)
def test_readers_see_whole_rows_while_one_thread_appends(reader: str) -> None:
    pairs: Any = stoa.Table(Pair, [pair(i) for i in range(10)])
    done = threading.Event()

    def work(worker: int) -> None:
        if worker == 0:
            try:
                for n in range(10, ROWS):
                    if n % 10:
                        pairs.append(*pair(n))
                    else:
                        pairs.extend([pair(n)])
            finally:
                done.set()
            return
        seen = 0
        while not done.is_set():
            length = READERS[reader](pairs)
            assert length >= seen
            seen = length

    run(work)
    assert READERS[reader](pairs) == len(pairs) == ROWS


class Living(stoa.Record):
    n: int32
    name: str
    value: int32 | None


def living(n: int) -> tuple[int, str, int | None]:
    return (n, f"name {n}", n if n % 3 else None)


def by_columns(rows: Any) -> int:
    length = len(rows)
    n, names = rows.n[:length].tolist(), rows.name[:length].tolist()
    assert n == list(range(length))
    assert names[-3:] == [living(i)[1] for i in range(length)][-3:]
    assert rows.value[:length].tolist()[-9:] == [living(i)[2] for i in range(length)][-9:]
    return length


def by_sums(rows: Any) -> int:
    least, total = len(rows), int(rows.compute("sum(n)"))
    count = (1 + math.isqrt(1 + 8 * total)) // 2  # total is 0 + 1 + … + (count - 1)
    assert (count >= least, total) == (True, count * (count - 1) // 2)
    assert rows.compute("count(value)") >= count - (count + 2) // 3
    return count


def by_last_rows(rows: Any) -> int:
    length = len(rows)
    for i in range(max(0, length - 100), length):
        row = rows[i]
        assert (row.n, row.name, row.value) == row.to_tuple() == living(i)
    return length


def by_selections(rows: Any) -> int:
    length = len(rows)
    assert len(rows.where(f"n < {length} and is_null(value)")) == (length + 2) // 3
    return length


def test_four_readers_see_what_one_thread_has_appended() -> None:
    appends = 20_000 if sys.implementation.name == "cpython" else 2_000
    sys.setswitchinterval(1e-5)
    rows: Any = stoa.Table(Living, [living(0)])
    readers = [by_columns, by_sums, by_last_rows, by_selections]
    problems: list[BaseException] = []

    def read(reader: Callable[[Any], int]) -> None:
        try:
            seen = 0
            while seen < appends:
                length = reader(rows)
                assert length >= seen
                seen = length
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for n in range(1, appends):
        if n % 10:
            rows.append(*living(n))
        else:
            rows.extend([living(n)])
    for thread in threads:
        thread.join()
    assert problems == []


class Labelled(Pair):
    thing: object = None


REMOVALS: dict[str, Callable[[Any], Any]] = {
    "pop": lambda t: t.pop(),
    "del": lambda t: t.__delitem__(0),
    "clear": lambda t: t.clear(),
    "shrink": lambda t: (t.resize(3), t.shrink()),
    "swap_remove": lambda t: t.swap_remove(len(t) // 2),
}


TOLD = (stoa.StaleError, stoa.BusyError, IndexError)


@pytest.mark.parametrize("removal", REMOVALS)
def test_readers_are_told_or_find_rows_while_one_thread_removes(removal: str) -> None:
    pairs: Any = stoa.Table(Labelled, [pair(i) for i in range(100)])
    done = threading.Event()
    reads = [by_index, by_tuples, by_values, *READERS.values()]

    def work(worker: int) -> None:
        if worker == 0:
            try:
                for n in range(REMOVED):
                    REMOVALS[removal](pairs)
                    while len(pairs) < 20:
                        pairs.append(n=n, twice=2 * n, thing=str(n))
            finally:
                done.set()
            return
        row: Any = None
        i = worker
        while not done.is_set():
            i += 1
            try:
                row = pairs[0] if row is None or i % 3 else row
                row.n, row.twice, row.thing  # noqa: B018
                row.n = 5
                reads[i % len(reads)](pairs)
            except TOLD:
                pass
            except AssertionError:
                pass  # the value changed between two reads

    try:
        run(work)
    finally:
        done.set()
    for row in pairs:
        assert tuple(row) == row.to_tuple()


def test_one_iterator_in_many_threads_gives_rows_or_refuses() -> None:
    pairs: Any = stoa.Table(Pair, [pair(i) for i in range(5000)])
    makes = [
        iter,
        lambda t: t.cursor(),
        lambda t: iter(t[::2]),
        lambda t: iter(t.where("n > 5")),
        lambda t: t.values("n", "twice"),
    ]
    for make in makes:
        shared = make(pairs)

        def work(worker: int, shared: Any = shared) -> None:
            while True:
                try:
                    row = next(shared)
                except StopIteration:
                    return
                except ValueError:  # a generator can run in one thread only
                    continue
                n, twice = list(row)[:2]
                assert 0 <= n < 5000
                assert twice % 2 == 0

        run(work)


def test_threads_write_to_rows_of_one_table() -> None:
    pairs: Any = stoa.Table(Pair, WORKERS)
    shared = pairs[0]

    def work(worker: int) -> None:
        row = pairs[worker]
        for n in range(STEPS):
            row.twice += 1
            row.half = n
            shared.n = n
            assert 0 <= shared.n < STEPS

    run(work)
    assert pairs.twice.tolist() == [STEPS] * WORKERS
    assert pairs.half.tolist() == [STEPS - 1] * WORKERS


def test_expressions_beside_one_writer_mean_their_moment_or_are_stale() -> None:
    pairs: Any = stoa.Table(Pair, [pair(i) for i in range(100)])

    def work(worker: int) -> None:
        for n in range(STEPS):
            if worker == 0:
                pairs[0].n = n
            else:
                pairs.n + 1

    run(work)
    for name in ("n", "twice"):
        expression = pairs[name] + 1
        setattr(pairs[0], name, 7)
        with pytest.raises(stoa.StaleError):
            expression.sum()


# ---- changes of several steps ----


def test_fields_that_threads_add_and_drop_are_there_once() -> None:
    pairs: Any = stoa.Table(Pair, [pair(i) for i in range(20)])
    turns = 60 if sys.implementation.name == "cpython" else 20

    def work(worker: int) -> None:
        for n in range(turns):
            own, shared = f"own_{worker}", f"shared_{n % 3}"
            pairs.add_field(own, "int16", worker)
            for change in (
                lambda: pairs.add_field(shared, "int8", values=range(20)),
                lambda: pairs.rename_field(shared, f"renamed_{worker}"),
                lambda: pairs.drop_field(shared),
            ):
                with suppress(stoa.Error):  # another thread was faster
                    change()
            pairs.rename_field(own, f"mine_{worker}")
            pairs.drop_field(f"mine_{worker}")
            renamed = f"renamed_{worker}"
            if renamed in pairs.fields:
                pairs.drop_field(renamed)

    run(work)
    for name in list(pairs.fields)[3:]:
        assert pairs[name].tolist() == list(range(20))
        pairs.drop_field(name)
    assert list(pairs.fields) == ["n", "twice", "half"]
    assert [tuple(row) for row in pairs] == [pair(i) for i in range(20)]
    assert pairs._store.c.field_count == 3


TAKES: dict[str, Callable[[Any, list[int]], Any]] = {
    "pop": lambda t, taken: taken.append(t.pop().n),
    "pop the first": lambda t, taken: taken.append(t.pop(0).n),
}


@pytest.mark.parametrize("take", TAKES)
def test_a_row_that_threads_pop_goes_to_one_of_them(take: str) -> None:
    pairs: Any = stoa.Table(Labelled, [(*pair(i), str(i)) for i in range(ROWS)])
    taken: list[list[int]] = [[] for _ in range(WORKERS)]

    def work(worker: int) -> None:
        n = ROWS + worker
        while True:
            try:
                TAKES[take](pairs, taken[worker])
            except IndexError:
                return
            if len(taken[worker]) % 10 == 0 and n < 2 * ROWS:
                pairs.append(*pair(n), str(n))
                n += WORKERS

    run(work)
    every = sorted(n for each in taken for n in each)
    assert every[:ROWS] == list(range(ROWS))
    assert len(set(every)) == len(every)
    assert len(pairs) == 0


def test_rows_that_threads_delete_by_condition_or_index_are_those_that_were_meant() -> None:
    pairs: Any = stoa.Table(Pair, [pair(i) for i in range(ROWS)])

    def work(worker: int) -> None:
        for n in range(worker, ROWS, 4 * WORKERS):
            for delete in (
                lambda: pairs.where(f"n == {n}").delete(),
                lambda: pairs.remove(pair(n + WORKERS)),
                lambda: pairs.keep([row.n != n + 2 * WORKERS for row in pairs]),
            ):
                while True:
                    try:
                        delete()
                        break
                    except (stoa.StaleError, stoa.BusyError, stoa.LengthError):
                        pass  # rows were removed meanwhile

    run(work)
    rest = [n for n in range(ROWS) if n // WORKERS % 4 == 3]
    assert pairs.n.tolist() == rest
