"""The gate of a table: runs without the interpreter's lock on one side, changes on the other.

It admits any number of runs, or one change. Whoever comes while the other side is in is refused at
once instead of waiting, since a long run may take seconds. Appending bypasses the gate, since it
moves no value. A change is in only during its call into the library, never while values are read or
converted. The gate does not protect cells: runs lock their columns in the library.

Whoever enters passes a key, and leaves by removing it from `runs` or `changes`, which is a single
call into C. So `try: enter…(key) … finally: ….pop(key, None)` leaves in any case: a signal handler
may raise when a Python function begins and after a call into C, but not between the end of the
`try` block and the effect of that call.
"""

from __future__ import annotations

from threading import get_ident
from typing import Any
from weakref import WeakSet

from stoa._lib.ffi import lib
from stoa._lib.forks import in_child, new_lock
from stoa._schema.types import IS_PYPY
from stoa.errors import BusyError

gates: WeakSet[Gate] = WeakSet()


def forget_runs() -> None:
    """Forgets, in a forked child, the runs of threads that it does not have."""
    me = get_ident()
    for each in gates:
        mine = {key: owner for key, owner in each.runs.items() if owner == me}
        if not mine and (each.runs or IS_PYPY):
            lib.stoa__table_forget_locks(each.table)
        each.runs = mine


in_child(forget_runs)


class Gate:
    """The runs, or the change, that are in."""

    __slots__ = ("__weakref__", "changes", "lock", "runs", "table")

    def __init__(self, table: Any) -> None:
        self.table = table  # a stoa_table *
        self.lock = new_lock()  # held for a few steps only; a finalizer may come in between
        self.runs: dict[Any, int] = {}  # the thread of each key
        self.changes: dict[Any, int] = {}  # the thread of each key
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

    def enter_run(self, key: Any) -> None:
        with self.lock:
            if self.is_changed_elsewhere():
                raise BusyError("another thread is changing the table: wait for it")
            self.runs[key] = get_ident()
