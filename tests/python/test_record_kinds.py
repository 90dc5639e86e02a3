"""What a record class may have (weak references, a dictionary), and what it may not."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import pytest

import stoa
from stoa import int32


def asks(*slots: str) -> Any:
    class Asking(stoa.Record):
        __slots__ = slots

        n: int32

    return Asking


def test_a_record_class_may_ask_for_weak_references() -> None:
    table: Any = stoa.Table(asks("__weakref__"), 3)
    row = table[0]
    dead: list[Any] = []
    reference = weakref.ref(row, dead.append)
    assert reference() is row
    del row
    gc.collect()
    assert reference() is None
    assert dead == [reference]
    others = [weakref.ref(each) for each in table]
    gc.collect()
    assert [each() for each in others] in ([None] * 3, [None] * 2 + [others[2]()])
    assert [each.n for each in table] == [0, 0, 0]
    record = table.record(5)
    assert weakref.ref(record)() is record
    assert not hasattr(record, "__dict__")
    with pytest.raises(AttributeError):
        record.q = 1


def test_a_record_class_may_ask_for_a_dictionary() -> None:
    table: Any = stoa.Table(asks("__dict__"), 3)
    row = table[0]
    row.note = "mine"
    assert (row.note, vars(row)) == ("mine", {"note": "mine"})
    row.n = 5
    assert table.n[0] == 5
    assert vars(row) == {"note": "mine"}
    assert not hasattr(table[0], "note")  # a row object is made anew each time
    for each in table:
        assert not hasattr(each, "note")
        each.note = "another"
    for _ in range(3):
        made = table[1]
        assert not hasattr(made, "note")
        made.note = made
        del made
    gc.collect()
    if sys.implementation.name != "pypy":  # where a dictionary includes them
        with pytest.raises(TypeError):
            weakref.ref(table[0])
    del row.note
    with pytest.raises(AttributeError):
        row.note  # noqa: B018
    both: Any = stoa.Table(asks("__dict__", "__weakref__"), 1)[0]
    both.note = 1
    assert weakref.ref(both)() is both


@pytest.mark.parametrize("slots", [("a",), ("__dict__", "a"), ("__doc__",), ("n",)])
def test_a_record_class_has_no_other_slots(slots: tuple[str, ...]) -> None:
    with pytest.raises(stoa.DeclarationError, match="__slots__"):
        asks(*slots)


def test_a_cached_property_is_refused_and_told_why() -> None:
    from functools import cached_property

    with pytest.raises(stoa.DeclarationError, match="norm.*anew"):

        class Point(stoa.Record):
            x: int32

            @cached_property
            def norm(self) -> int:
                return self.x
