"""Moments and traps: how a write to one cell is noticed at no cost for those that nobody minds.

An expression means the values of the moment when it was written. It keeps the Moment of each
column that it reads; all expressions of the same moment share one. A write ends it, and tells why.
While a column has a Moment, a Trap stands where rows find the cells to write to: at the first
write it ends the Moment and steps aside, so that nobody else pays. Removal and reordering end all.

A run that lets go of the interpreter's lock puts traps before the cells of its fields as well: a
run may check all rows before it stores the first, and what it checked must hold until then. While
the run is under way (gate.py) they refuse what other threads write. Afterwards they stay, for the
next run, and step aside at the first write.

A write finds its cells, or the Trap, in one step and stores in another. Where threads may take
turns between these two (types.TAKE_TURNS), writes are counted, and who puts a trap there waits for
those that have found the cells before.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import ref

from stoa._schema.types import TAKE_TURNS
from stoa.errors import BusyError, StaleError

if TYPE_CHECKING:
    from stoa._store.access import Access

ORDER = -1  # stands for the order of the rows among the columns of a table
MOVED = (
    "rows were removed, inserted in the middle or reordered since this was written: write it again"
)
WRITTEN = (
    "{} was written to since this was written, and it meant the values of then: write it again, "
    "store several columns by one update(), or pin() a selection before its columns change"
)


class Moment:
    """A time in which the values of a column stay as they are; `over` says what ended it."""

    __slots__ = ("over",)

    def __init__(self) -> None:
        self.over = ""


Moments = tuple[Moment, ...]


def check_moments(moments: Iterable[Moment]) -> None:
    """StaleError if one of them is over."""
    for each in moments:
        if each.over:
            raise StaleError(each.over)


def together(some: Moments, others: Moments) -> Moments:
    """The moments of both, each once."""
    if some is others or not others:
        return some
    return tuple(dict.fromkeys((*some, *others)))


class Trap:
    """Stands in for the cells of a column: refuses a write, or passes it on and steps aside."""

    __slots__ = ("field", "store")

    def __init__(self, store: Access, field: int) -> None:
        self.store = ref(store)
        self.field = field

    def __setitem__(self, index: int, value: Any) -> None:
        store = self.store()
        assert store is not None  # rows and columns keep it
        if TAKE_TURNS:
            store.writes.under_way.pop()  # it has found no cells, and may have to wait
        try:
            with store.gate.lock:
                check_written(store, self.field)
                with (writing := store.writing()), writing:
                    store.cells[self.field][index] = value
                    writing.fields = (self.field,)
                store.step_aside(self.field)
        finally:
            if TAKE_TURNS:
                store.writes.under_way.append(None)


# ---- writes that are under way ----

PATIENCE = 1.0  # seconds; a write takes some steps, unless a signal or a finalizer comes in between


class Writes:
    """Those that may have found cells to write to and not stored yet. A list counts them, since
    its append() and pop() are one step each; a KeyboardInterrupt in a bad moment leaves one there
    that is none, which is found out once."""

    __slots__ = ("lost", "under_way")

    def __init__(self) -> None:
        self.under_way: list[None] = []
        self.lost = 0

    def wait(self) -> None:
        """Until none is left that began before now; BusyError."""
        end = time.monotonic() + PATIENCE
        while self.under_way:
            count = len(self.under_way)
            self.lost = min(self.lost, count)
            if count == self.lost:
                return
            if time.monotonic() > end:
                self.lost = count
                raise BusyError("another thread is within a write to the table: wait for it")
            time.sleep(1e-5)


def check_written(store: Access, field: int) -> None:
    """BusyError if another thread computes with the field. Holding the gate's lock."""
    if store.gate.is_over_elsewhere(field):
        raise BusyError(
            f"{store.name_of(field)} can't be written to while another thread computes with it: "
            "wait for it"
        )
