"""The gate of a table: runs without the interpreter's lock on one side, changes on the other.

Any number of runs, or one change. Who comes when the other side is in is refused at once, so that
nobody waits: a long run may take seconds. Appending passes by the gate, since it moves no value.
A change is in only during its call into the library, never while values are read or converted.
A run says which fields it is over: their cells are not to be written to meanwhile (moments.py).

Who enters gives a key of his own, and leaves by taking it out of `runs` or `changes`, which is one
call into C. So `try: enter…(key) … finally: ….pop(key, None)` leaves whatever comes: a signal's
handler may raise when a function of Python's begins and after a call into C, but nowhere between
the end of what is tried and the effect of that call.
"""

from __future__ import annotations

from threading import get_ident
from typing import Any
from weakref import WeakSet

from stoa._lib.forks import in_child, new_lock
from stoa.errors import BusyError

Fields = tuple[int, ...]  # by index

gates: WeakSet[Gate] = WeakSet()


def forget_runs() -> None:
    """In a forked child: the threads that computed are not there."""
    for each in gates:
        me = get_ident()
        each.runs = {key: run for key, run in each.runs.items() if run[0] == me}


in_child(forget_runs)


class Gate:
    """Who is in: runs, or a change."""

    __slots__ = ("__weakref__", "changes", "lock", "runs")

    def __init__(self) -> None:
        self.lock = new_lock()  # for some steps only; a finalizer may come in between
        self.runs: dict[Any, tuple[int, Fields]] = {}  # by key: its thread, and its fields
        self.changes: dict[Any, int] = {}  # the same: the thread
        gates.add(self)

    def is_changed_elsewhere(self) -> bool:
        if not self.changes:
            return False
        me = get_ident()
        return any(owner != me for owner in list(self.changes.values()))

    def enter_change(self, key: Any) -> None:
        with self.lock:
            if self.runs or self.is_changed_elsewhere():
                raise BusyError(
                    "the table can't be changed while another thread computes with it: wait for it"
                )
            self.changes[key] = get_ident()

    def enter_run(self, key: Any, fields: Fields = ()) -> None:
        run = get_ident(), fields
        with self.lock:
            if self.is_changed_elsewhere():
                raise BusyError("another thread is changing the table: wait for it")
            self.runs[key] = run

    def fields(self) -> list[int]:
        """Those that runs are over."""
        return [field for _, fields in list(self.runs.values()) for field in fields]

    def is_over(self, field: int) -> bool:
        """Whether a run is over the field."""
        for _, fields in list(self.runs.values()):  # noqa: SIM110  a generator would be for the collector
            if field in fields:
                return True
        return False

    def is_over_elsewhere(self, field: int) -> bool:
        """The same of runs of other threads. One's own is before its call or after it when a
        finalizer gets here."""
        me = get_ident()
        for owner, fields in list(self.runs.values()):  # noqa: SIM110
            if owner != me and field in fields:
                return True
        return False
