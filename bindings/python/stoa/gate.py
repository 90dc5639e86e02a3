"""The gate of a table: runs without the interpreter's lock on one side, changes on the other.

Any number of runs, or one change. Who comes when the other side is in is refused at once, so that
nobody waits: a long run may take seconds. Appending passes by the gate, since it moves no value.
A change is in only during its call into the library, never while values are read or converted.
"""

from __future__ import annotations

from threading import get_ident
from weakref import WeakSet

from stoa.errors import BusyError
from stoa.forks import in_child, new_lock

gates: WeakSet[Gate] = WeakSet()


def forget_runs() -> None:
    """In a forked child: the threads that computed are not there."""
    for each in gates:
        each.runs = 0


in_child(forget_runs)


class Gate:
    """`with gate:` around a change; enter_run and leave_run around a run."""

    __slots__ = ("__weakref__", "changes", "lock", "owner", "runs")

    def __init__(self) -> None:
        self.lock = new_lock()  # for some steps only; a finalizer may come in between
        self.runs = 0
        self.changes = 0
        self.owner = 0
        gates.add(self)

    def is_changed_elsewhere(self) -> bool:
        return self.changes > 0 and self.owner != get_ident()

    def enter_change(self) -> None:
        with self.lock:
            if self.runs or self.is_changed_elsewhere():
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

    def enter_run(self) -> None:
        with self.lock:
            if self.is_changed_elsewhere():
                raise BusyError("another thread is changing the table: wait for it")
            self.runs += 1

    def leave_run(self) -> None:
        with self.lock:
            self.runs -= 1
