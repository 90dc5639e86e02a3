"""The gate of a table: runs without the interpreter's lock on one side, changes on the other.

Any number of runs, or one change. Who comes when the other side is in is refused at once, so that
nobody waits: a long run may take seconds. Appending passes by the gate, since it moves no value.
A change is in only during its call into the library, never while values are read or converted.
A run says which fields it is over: their cells are not to be written to meanwhile (moments.py).
"""

from __future__ import annotations

from threading import get_ident
from weakref import WeakSet

from stoa.errors import BusyError
from stoa.forks import in_child, new_lock

Fields = tuple[int, ...]  # by index

gates: WeakSet[Gate] = WeakSet()


def forget_runs() -> None:
    """In a forked child: the threads that computed are not there."""
    for each in gates:
        each.entered = [run for run in each.entered if run[0] == get_ident()]


in_child(forget_runs)


class Gate:
    """`with gate:` around a change; enter_run and leave_run around a run."""

    __slots__ = ("__weakref__", "changes", "entered", "lock", "owner")

    def __init__(self) -> None:
        self.lock = new_lock()  # for some steps only; a finalizer may come in between
        self.entered: list[tuple[int, Fields]] = []  # the thread of each run, and its fields
        self.changes = 0
        self.owner = 0
        gates.add(self)

    @property
    def runs(self) -> int:
        return len(self.entered)

    def is_changed_elsewhere(self) -> bool:
        return self.changes > 0 and self.owner != get_ident()

    def enter_change(self) -> None:
        with self.lock:
            if self.entered or self.is_changed_elsewhere():
                raise BusyError(
                    "the table can't be changed while another thread computes with it: wait for it"
                )
            self.changes += 1
            self.owner = get_ident()

    def leave_change(self) -> None:
        with self.lock:
            self.changes -= 1

    def __enter__(self) -> None:
        self.enter_change()

    def __exit__(self, *exception: object) -> None:
        self.leave_change()

    def enter_run(self, fields: Fields = ()) -> None:
        run = get_ident(), fields
        with self.lock:
            if self.is_changed_elsewhere():
                raise BusyError("another thread is changing the table: wait for it")
            self.entered.append(run)

    def leave_run(self, fields: Fields = ()) -> None:
        run = get_ident(), fields
        with self.lock:
            self.entered.remove(run)

    def fields(self) -> list[int]:
        """Those that runs are over."""
        return [field for _, fields in self.entered for field in fields]

    def is_over(self, field: int) -> bool:
        """Whether a run is over the field."""
        for _, fields in self.entered:  # noqa: SIM110  a generator would be for the collector
            if field in fields:
                return True
        return False

    def is_over_elsewhere(self, field: int) -> bool:
        """The same of runs of other threads. One's own is before its call or after it when a
        finalizer gets here."""
        me = get_ident()
        for owner, fields in self.entered:  # noqa: SIM110
            if owner != me and field in fields:
                return True
        return False
