"""Object fields: who holds the objects, and when they are released."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import subprocess
import sys
import weakref
from typing import Any

import pytest

import stoa
from stoa import int32

IS_PYPY = sys.implementation.name == "pypy"


class Thing:
    def __init__(self, name: str = "") -> None:
        self.name = name


class Item(stoa.Record):
    n: int32
    thing: object = None


def alive(reference: weakref.ref[Any]) -> bool:
    for _ in range(3):
        if reference() is None:
            return False
        gc.collect()
    return reference() is not None


def one() -> tuple[stoa.Table[Item], weakref.ref[Thing]]:
    thing = Thing()
    return stoa.Table(Item, [(1, thing)]), weakref.ref(thing)


def test_an_object_is_the_very_one_that_was_stored() -> None:
    thing = Thing()
    items = stoa.Table(Item, [(1, thing), (2, thing), (3, "a"), (4,)])
    assert items[0].thing is items[1].thing is thing
    assert items["thing"].tolist() == [thing, thing, "a", None]
    assert next(iter(items.cursor())).thing is thing
    assert stoa.to_tuple(items[2]) == (3, "a")
    for value in (1, 1.0, True, (1, 2), None, [], 2**100, float("nan"), Item, 0.0, -0.0):
        items[3].thing = value
        assert items[3].thing is value
        assert type(items[3].thing) is type(value)


@pytest.mark.parametrize(
    "let_go",
    [
        lambda items: items.pop(),
        lambda items: items.__delitem__(0),
        lambda items: items.__delitem__(slice(None)),
        lambda items: items.clear(),
        lambda items: items.resize(0),
        lambda items: items.swap_remove(0),
        lambda items: items.keep([False]),
        lambda items: items.drop_field("thing"),
        lambda items: items.__setitem__(0, (2, "other")),
        lambda items: items.__setitem__(slice(None), [(2, None)]),
        lambda items: items.__setitem__(slice(None), [(2, None), (3, 4)]),
        lambda items: items.__setitem__("thing", [None]),
        lambda items: items["thing"].__setitem__(0, 5),
        lambda items: setattr(items[0], "thing", None),
    ],
)
def test_an_object_goes_with_its_last_cell(let_go: Any) -> None:
    items, thing = one()
    assert alive(thing)
    let_go(items)
    assert not alive(thing)


def test_an_object_stays_as_long_as_a_cell_holds_it() -> None:
    items, thing = one()
    items.extend(items)
    items.append(items[0])
    items.insert(0, 5, thing())
    for _ in range(3):
        items.pop()
        assert alive(thing)
        assert items[0].thing is thing()
    items.reverse()
    items.pop()
    assert not alive(thing)


def test_an_object_goes_with_its_table() -> None:
    items, thing = one()
    row = items[0]
    del items
    assert alive(thing)
    del row
    assert not alive(thing)


def test_copies_share_objects_and_let_go_each_for_itself() -> None:
    items, thing = one()
    copied, taken = items.copy(), items[[0, 0]]
    items.clear()
    assert copied[0].thing is taken[1].thing is thing()
    del copied
    assert alive(thing)
    del taken
    gc.collect()
    assert not alive(thing)
    items.append(2, "b")
    assert items[0].thing == "b"


def test_a_default_object_is_held_while_its_field_is_there() -> None:
    thing = Thing()
    reference = weakref.ref(thing)
    items: Any = stoa.Table({"n": "int32", "thing": ("object", thing)}, 2)
    del thing
    assert items[1].thing is reference()
    items.clear()
    items.append(1)
    assert items[0].thing is reference()
    items.add_field("more", object, "m")
    assert items[0].more == "m"


def test_a_field_of_objects_is_added_to_a_table_of_numbers() -> None:
    items: Any = stoa.Table({"n": "int32"}, 3)
    thing = Thing()
    reference = weakref.ref(thing)
    items.add_field("thing", object)
    items[1].thing = thing
    del thing
    assert items.thing.tolist() == [None, reference(), None]
    items.drop_field("thing")
    assert not alive(reference)


def test_the_collector_finds_a_cycle_through_a_table() -> None:
    items, thing = one()
    table = weakref.ref(items)
    held: Any = thing()
    held.table = items
    held.row = items[0]
    held.window = items[:]
    held.column = items["thing"]
    held.iterator = iter(items)
    next(held.iterator)
    held.view = items.n.buffer
    del held, items
    for _ in range(3):
        gc.collect()
    assert thing() is None
    assert table() is None


def test_a_table_that_holds_itself_is_collected() -> None:
    items: Any = stoa.Table(Item, [(1,)])
    items[0].thing = items
    assert items[0].thing is items
    table = weakref.ref(items)
    del items
    for _ in range(3):
        gc.collect()
    assert table() is None


class Meddler:
    """Uses the table when it dies."""

    def __init__(self, table: stoa.Table[Item], seen: list[Any], how: str) -> None:
        self.table, self.seen, self.how = table, seen, how

    def __del__(self) -> None:
        table = self.table
        self.seen.append([(row.n, row.thing) for row in table])
        if self.how == "append":
            table.append(99, "late")
        elif self.how == "remove" and len(table):
            table.pop(0)
        elif self.how == "clear":
            table.clear()
        elif self.how == "write":
            table.thing = "all"
        elif self.how == "drop":
            table.add_field(f"f{len(self.seen)}", "int8")


@pytest.mark.parametrize("how", ["read", "append", "remove", "clear", "write", "drop"])
@pytest.mark.parametrize(
    "change",
    [
        lambda items: items.pop(1),
        lambda items: items.__delitem__(slice(0, 2)),
        lambda items: items.clear(),
        lambda items: items.keep([True, False, False]),
        lambda items: items.__setitem__(1, (5, "new")),
        lambda items: items.__setitem__("thing", ["a", "b", "c"]),
        lambda items: items.__setitem__(slice(None), [(7, "x"), (8, "y")]),
        lambda items: setattr(items[1], "thing", "w"),
        lambda items: items["thing"].__setitem__(slice(1, 3), "s"),
    ],
)
def test_an_object_may_use_the_table_when_it_dies(how: str, change: Any) -> None:
    seen: list[Any] = []
    items = stoa.Table(Item)
    items.append(1, "a")
    items.append(2, Meddler(items, seen, how))
    items.append(3, Meddler(items, seen, how))
    change(items)
    gc.collect()
    things = [row[0] for row in items["thing"].tolist() if isinstance(row, tuple)]
    assert things == []
    numbers, objects = items["n"].tolist(), items["thing"].tolist()
    assert len(numbers) == len(objects) == len(items)
    for row, number, held in zip(items, numbers, objects):
        assert row.n == number
        assert row.thing is held
    assert not IS_PYPY or len(seen) >= 0
    if not IS_PYPY:
        assert seen, "nothing died"
    items.clear()


def test_a_value_whose_index_meddles_is_stored_safely() -> None:
    items = stoa.Table(Item, [(1, "a"), (2, "b")])

    class Meddling:
        def __index__(self) -> int:
            items.append(9, Thing())
            return 5

    row = items[0]
    row.n = Meddling()  # type: ignore[assignment]
    items.append(Meddling(), Thing())
    items.n[0] = Meddling()
    items.insert(0, Meddling(), "c")
    assert items[0] == (5, "c")
    assert items.n.tolist().count(9) == 4
    assert all(row.thing is not None for row in items)


def test_many_objects_come_and_go() -> None:
    things = [Thing(str(i)) for i in range(20_000)]
    references = [weakref.ref(thing) for thing in things]
    items = stoa.Table(Item, ((i, thing) for i, thing in enumerate(things)))
    del things
    assert items[12_345].thing.name == "12345"  # type: ignore[attr-defined]
    del items[::2]
    gc.collect()
    gc.collect()
    assert sum(reference() is not None for reference in references) == 10_000
    items.extend((i, Thing("new")) for i in range(10_000))
    assert [row.thing.name for row in items[9_999:10_001]] == [  # type: ignore[attr-defined]
        "19999",
        "new",
    ]


@pytest.mark.parametrize(
    "use",
    [
        lambda items, thing: items.append("x", thing),
        lambda items, thing: items.append(2**31, thing),
        lambda items, thing: items.insert(0, 2**31, thing),
        lambda items, thing: items.extend([(1, thing), ("x", thing)]),
        lambda items, thing: items.extend(n=[2**40], thing=[thing]),
        lambda items, thing: items.extend(n=[1, 2], thing=[thing]),
        lambda items, thing: items.__setitem__(0, (2**31, thing)),
        lambda items, thing: items.__setitem__(slice(None), [(2**31, thing)]),
        lambda items, thing: items.__setitem__("thing", [thing, thing]),
    ],
)
def test_what_is_refused_keeps_no_object(use: Any) -> None:
    items = stoa.Table(Item, 1)
    thing = Thing()
    reference = weakref.ref(thing)
    with pytest.raises((TypeError, OverflowError, ValueError)):
        use(items, thing)
    del thing
    assert items.to_dicts() == [{"n": 0, "thing": None}]
    assert not alive(reference)


@pytest.mark.skipif(IS_PYPY, reason="PyPy counts no references")
def test_references_are_counted() -> None:
    thing = Thing()
    before = sys.getrefcount(thing)
    items = stoa.Table(Item, [(i, thing) for i in range(100)])
    copied = items.copy()
    for _ in range(50):
        items.append(1, thing)
        items.pop(0)
        assert items[0].thing is thing
    items["thing"] = [thing] * len(items)
    with pytest.raises(OverflowError):
        items.append(2**40, thing)
    del items, copied
    gc.collect()
    assert sys.getrefcount(thing) == before


def test_objects_are_copied_deeply_and_pickled() -> None:
    items = stoa.Table(Item, [(1, ["a"]), (2, "b"), (3, None)])
    items[2].thing = items[0].thing
    for again in (
        copy.deepcopy(items),
        pickle.loads(pickle.dumps(items)),
        pickle.loads(pickle.dumps(items, 2)),
    ):
        assert again == items
        assert again[0].thing is again[2].thing
        assert again[0].thing is not items[0].thing
    assert copy.copy(items)[0].thing is items[0].thing


def test_a_table_that_holds_itself_is_pickled_and_copied() -> None:
    items: Any = stoa.Table(Item, [(1,)])
    items[0].thing = [items]
    for again in (pickle.loads(pickle.dumps(items)), copy.deepcopy(items)):
        assert again[0].thing[0] is again
        again.clear()
    items.clear()


def test_a_program_ends_well_with_tables_alive() -> None:
    source = """
import stoa
class Item(stoa.Record):
    n: stoa.int32
    thing: object = None
class Thing:
    def __del__(self):
        pass
items = stoa.Table(Item, [(i, Thing()) for i in range(100)])
items[0].thing = items
other = stoa.Table(Item, [(1, items)])
view = items.n.buffer
row, window, iterator, cursor = items[1], items[:], iter(items), items.cursor()
next(iterator); next(cursor)
"""
    environment = {**os.environ, "PYTHON_GIL": "1"}  # else free-threaded builds warn
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
