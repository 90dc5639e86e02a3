"""What a removal does to rows that refer to the removed ones: a random program beside a dict of
objects; single cases; what is refused."""

from __future__ import annotations

import gc
import sys
import threading
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import stoa
from stoa import int32


class Person(stoa.Record):
    n: int32


class Pet(stoa.Record):
    n: int32
    owner: Person = stoa.field(on_remove="cascade")
    friend: Pet | None = None
    keeper: Person | None = stoa.field(default=None, on_remove="refuse")
    tag: object = None


class Toy(stoa.Record):
    n: int32
    pet: Pet | None = stoa.field(default=None, on_remove="cascade")
    next: Pet | None = None


def tables() -> dict[str, Any]:
    people = stoa.Table(Person, ids=True)
    pets = stoa.Table(Pet, ids=True, targets={"owner": people, "keeper": people})
    toys = stoa.Table(Toy, targets={"pet": pets, "next": pets})
    return {"people": people, "pets": pets, "toys": toys}


FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "people": {},
    "pets": {
        "owner": ("people", "cascade"),
        "friend": ("pets", "null"),
        "keeper": ("people", "refuse"),
    },
    "toys": {"pet": ("pets", "cascade"), "next": ("pets", "null")},
}


class Thing:
    """A record of the model: known by identity."""

    def __init__(self, n: int, refers: dict[str, Thing | None]) -> None:
        self.n = n
        self.refers = refers


class Model(RuleBasedStateMachine):
    """Lists of objects that refer to each other, beside tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = tables()
        self.lists: dict[str, list[Thing]] = {name: [] for name in FIELDS}
        self.next = 0

    def some(self, data: Any, name: str, or_none: bool = True) -> int | None:
        places = st.integers(0, len(self.lists[name]) - 1) if self.lists[name] else st.none()
        return data.draw(st.one_of(st.none(), places) if or_none else places)  # type: ignore[no-any-return]

    @rule(data=st.data(), name=st.sampled_from(sorted(FIELDS)))
    def append(self, data: Any, name: str) -> None:
        refers: dict[str, Thing | None] = {}
        values: dict[str, Any] = {}
        for field, (to, _) in FIELDS[name].items():
            place = self.some(data, to, or_none=field != "owner")
            if field == "owner" and place is None:
                return
            refers[field] = None if place is None else self.lists[to][place]
            values[field] = None if place is None else self.tables[to][place]
        self.next += 1
        self.tables[name].append(n=self.next, **values)
        self.lists[name].append(Thing(self.next, refers))

    @rule(data=st.data(), name=st.sampled_from(["pets", "toys"]))
    def refer(self, data: Any, name: str) -> None:
        row = self.some(data, name, or_none=False)
        if row is None:
            return
        field = data.draw(st.sampled_from(sorted(FIELDS[name])))
        to = FIELDS[name][field][0]
        place = self.some(data, to, or_none=field != "owner")
        if place is None and field == "owner":
            return
        setattr(self.tables[name][row], field, None if place is None else self.tables[to][place])
        self.lists[name][row].refers[field] = None if place is None else self.lists[to][place]

    @rule(data=st.data(), name=st.sampled_from(sorted(FIELDS)))
    def remove(self, data: Any, name: str) -> None:
        count = len(self.lists[name])
        gone = sorted(data.draw(st.sets(st.integers(0, count - 1), max_size=3))) if count else []
        doomed = {self.lists[name][i] for i in gone}
        grows = True
        while grows:
            more = {
                each
                for of, fields in FIELDS.items()
                for each in self.lists[of]
                for field, (_, kind) in fields.items()
                if kind == "cascade" and each.refers[field] in doomed
            }
            grows = not more <= doomed
            doomed |= more
        refused = any(
            each not in doomed and kind == "refuse" and each.refers[field] in doomed
            for of, fields in FIELDS.items()
            for each in self.lists[of]
            for field, (_, kind) in fields.items()
        )
        table = self.tables[name]
        row = table[0] if count else None
        way = data.draw(st.sampled_from(["keep", "delete", "pieces"]))
        try:
            if way == "keep":
                table.keep([i not in gone for i in range(count)])
            elif way == "delete":
                texts = [f"n == {self.lists[name][i].n}" for i in gone]
                table.where(" or ".join(texts) or "False").delete()
            elif len(gone) == 1:
                del table[gone[0]]
            else:
                table.keep([i not in gone for i in range(count)])
        except stoa.ReferredError:
            assert refused
            assert row is None or row.n == self.lists[name][0].n
            return
        assert not refused
        for of in FIELDS:
            self.lists[of] = [each for each in self.lists[of] if each not in doomed]
            for each in self.lists[of]:
                for field, value in each.refers.items():
                    each.refers[field] = None if value in doomed else value

    @rule(name=st.sampled_from(sorted(FIELDS)))
    def reverse(self, name: str) -> None:
        self.tables[name].reverse()
        self.lists[name].reverse()

    @invariant()
    def both_are_the_same(self) -> None:
        for name, fields in FIELDS.items():
            table = self.tables[name]
            assert table.n.tolist() == [each.n for each in self.lists[name]]
            for field in fields:
                found = [each and each.n for each in table[field]]
                expected = [each.refers[field] for each in self.lists[name]]
                assert found == [each and each.n for each in expected]


Model.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
TestModel = Model.TestCase


def test_a_cascade_makes_rows_and_windows_of_other_tables_stale():
    t = tables()
    people, pets = t["people"], t["pets"]
    people.extend([(1,), (2,)])
    pets.extend([(1, people[0]), (2, people[1]), (3, people[0])])
    row, window, late = pets[1], pets[:2], pets.n > 1
    del people[0]
    assert pets.n.tolist() == [2]
    for use in (lambda: row.n, lambda: window[0], lambda: late.sum()):
        with pytest.raises(stoa.StaleError):
            use()


def test_objects_of_rows_that_go_along_are_released():
    t = tables()
    people, pets = t["people"], t["pets"]
    gone = []

    class Tag:
        def __del__(self) -> None:
            gone.append((len(people), len(pets)))

    people.extend([(1,), (2,)])
    pets.append(1, people[0], tag=Tag())
    pets.append(2, people[1])
    people.swap_remove(0)
    gc.collect()
    assert gone == [(1, 1)]


def test_a_row_that_is_referred_to_stays_and_so_does_all_else():
    t = tables()
    people, pets, toys = t["people"], t["pets"], t["toys"]
    people.extend([(1,), (2,)])
    pets.append(1, people[0], keeper=people[1])
    toys.append(1, pets[0])
    for remove in (
        lambda: people.remove_ids([people.ids[1]]),
        lambda: people.pop(),
        lambda: people.swap_remove(1),
        lambda: people.resize(1),
        lambda: people.where("n == 2").delete(),
        lambda: people.__setitem__(slice(0, 2), [people[0].to_tuple()]),
    ):
        with pytest.raises(stoa.ReferredError, match="'keeper'"):
            remove()
        assert (len(people), len(pets), len(toys)) == (2, 1, 1)
    people.clear()
    assert (len(people), len(pets), len(toys)) == (0, 0, 0)


def test_removals_from_tables_that_go_along_wait_for_nobody_in_a_circle():
    class Middle(stoa.Record):
        up: Person = stoa.field(on_remove="cascade")

    class Low(stoa.Record):
        up: Middle = stoa.field(on_remove="cascade")

    high = stoa.Table(Person, ids=True)
    middle = stoa.Table(Middle, ids=True, targets={"up": high})
    low = stoa.Table(Low, targets={"up": middle})
    for n in range(600):
        high.append(n)
        middle.append(up=high[-1])
        low.append(up=middle[-1])
    failed: list[BaseException] = []

    def remove(table: Any) -> None:
        for _ in range(250):
            try:
                table.swap_remove(0)
            except stoa.BusyError:
                pass
            except BaseException as error:
                failed.append(error)
                raise

    threads = [
        threading.Thread(target=remove, args=(each,), daemon=True) for each in (high, middle)
    ]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for each in threads:
            each.start()
        for each in threads:
            each.join(60)
            assert not each.is_alive()
    finally:
        sys.setswitchinterval(before)
    assert failed == []
    assert all(each.up is not None and each.up.up is not None for each in low)


def test_only_removals_ask_the_tables_that_go_along():
    people, pets = tables()["people"], None
    pets = stoa.Table(Pet, ids=True, targets={"owner": people, "keeper": people})
    people.extend(n=[1, 2, 3])
    key = object()
    pets._store.gate.enter_run(key)
    try:
        people.n = 5
        people.append(6)
        people.reverse()
        people[0] = Person(7)
        people.resize(5)
        people.resize(5)
        with pytest.raises(stoa.BusyError):
            people.swap_remove(0)
        with pytest.raises(stoa.BusyError):
            people.resize(1)
    finally:
        pets._store.gate.runs.pop(key)
    people.swap_remove(0)
    assert people.n.tolist() == [0, 5, 5, 5]
