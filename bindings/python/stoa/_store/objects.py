"""Python objects in tables: their pointers for the library, and the lists that keep them alive.

The library stores pointers in a pool and gives each a handle, which is what a cell holds. Ours
are slot numbers plus one: they fit a pointer on PyPy too, where id() may not. `entered[slot]`
keeps the object, `slots` finds the slot by identity, and `objects[handle]` is what rows read. All
are plain lists and dicts of the table's pool, so that the garbage collector sees a cycle
table -> pool -> object -> table.

An object enters before the call that stores it, and the library is asked afterwards whether it
has it. The library says when it holds an object no more, at any moment; the object is let go when
no call is under way, since its __del__ may use the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any, Callable, Protocol, TypeVar
from weakref import WeakValueDictionary

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.forks import new_lock
from stoa._lib.owner import owned

T = TypeVar("T")


class Change(Protocol):
    """What is told of the end of an act."""

    def conclude(self) -> None:
        """Where it is interrupted it is called again."""


class ObjectPool:
    """The objects of a table and of its copies."""

    __slots__ = (
        "__weakref__",
        "calls",
        "doubtful",
        "entered",
        "free",
        "handles",
        "key",
        "lock",
        "objects",
        "pointer",
        "slots",
    )

    def __init__(self) -> None:
        self.objects: list[Any] = [None]  # by handle
        self.entered: list[Any] = []  # by slot
        self.handles: list[int] = []  # by slot; 0: not known to be in the library's pool
        self.slots: dict[int, int] = {}  # by identity
        self.free: list[int] = []
        # Slots that may have come into the library's pool, or left, in order.
        self.doubtful: dict[int, None] = {}
        self.calls = 0
        self.lock = new_lock()  # held by each call that changes a table of the pool
        self.key = next(keys)
        options = ffi.new("stoa_pool_options *")
        options.context = ffi.cast("void *", self.key)
        options.release = lib.stoa_python_release
        made, error = ffi.new("stoa_pool **"), new_error()
        check(lib.stoa_pool_new(made, options, error), error)
        self.pointer = owned(made[0], "stoa_pool *", lib.stoa_pool_free)
        pools[self.key] = self

    def within(self, act: Callable[[], T], change: Change | None = None) -> T:
        """What act() gives, which may store or remove objects, or do what must not be left half
        done. At its end the change is concluded, and objects that are out are let go.

        A signal's handler may raise when a function of Python's begins, after a call into C and
        where a loop jumps back; so in the middle of what is to be done at the end too. All of that
        can be done again, and is, if it did not come to its own end. The lock, whose `with` is C's,
        is free in any case. Objects that are out live until it is: only then may they do what they
        like.
        """
        gone: list[Any] = []
        with self.lock:
            depth, is_over = self.calls, False
            try:
                try:
                    self.calls = depth + 1
                    return act()
                finally:
                    self.end(depth, gone, change)
                    is_over = True
            finally:
                if not is_over:
                    self.end(depth, gone, change)

    def end(self, depth: int, gone: list[Any], change: Change | None) -> None:
        if change is not None:
            change.conclude()
        self.calls = depth
        if self.doubtful:
            self.settle(gone)

    def pointer_to(self, value: Any) -> int:
        """The pointer that the library stores for an object; 0 for None. Only during a call."""
        if value is None:
            return 0
        key = id(value)
        slot = self.slots.get(key)
        if slot is None:
            slot = self.new_slot()
            self.doubtful[slot] = None
            self.entered[slot] = value
            self.slots[key] = slot
        elif not self.handles[slot]:
            self.doubtful[slot] = None
        return slot + 1

    def pointers_to(self, values: Iterable[Any]) -> Any:
        """The same for many, as an array that the caller owns."""
        return ffi.new("uintptr_t[]", list(map(self.pointer_to, values)))

    def new_slot(self) -> int:
        if self.free:
            return self.free.pop()
        slot = len(self.entered)
        self.handles.extend([0] * (slot + 1 - len(self.handles)))
        self.entered.append(None)
        return slot

    def settle(self, gone: list[Any]) -> None:
        """Learns the handles of what is in the library's pool and forgets what is not.

        Within a call what is not in there may still be on its way, and stays. Adds the objects
        that are out to `gone`: they live until the caller is done. Where it is interrupted it is
        to be called again: a slot is doubtful until all about it is done.
        """
        for slot in list(self.doubtful):
            handle = lib.stoa_pool_find(self.pointer, ffi.cast("void *", slot + 1))
            if handle:
                self.enter_handle(slot, handle)
            elif self.calls > 0:
                continue
            elif self.entered[slot] is not None:
                self.forget(slot, gone)
            self.doubtful.pop(slot, None)

    def enter_handle(self, slot: int, handle: int) -> None:
        if self.handles[slot] != handle:
            self.clear_handle(slot)
            self.handles[slot] = handle
        if handle >= len(self.objects):
            self.objects.extend([None] * (handle + 1 - len(self.objects)))
        self.objects[handle] = self.entered[slot]

    def clear_handle(self, slot: int) -> None:
        handle = self.handles[slot]
        if self.objects[handle] is self.entered[slot]:  # else the handle is another's by now
            self.objects[handle] = None
        self.handles[slot] = 0

    def forget(self, slot: int, gone: list[Any]) -> None:
        value = self.entered[slot]
        self.clear_handle(slot)
        gone.append(value)
        self.slots.pop(id(value), None)
        # No signal comes between these two: the slot is free once, and only then not entered.
        self.entered[slot] = None
        self.free.append(slot)

    def nbytes(self) -> int:
        """Bytes of the pool, about; the objects themselves are not counted."""
        places = len(self.entered) + len(self.handles) + len(self.objects)
        return int(lib.stoa_pool_bytes(self.pointer)) + 8 * places + 100 * len(self.slots)


keys = count(1)
# The library's callbacks find a pool by its number. Not by a handle to it, since when a cycle is
# collected the table may be freed after its pool.
pools: WeakValueDictionary[int, ObjectPool] = WeakValueDictionary()


@ffi.def_extern()  # type: ignore[untyped-decorator]
def stoa_python_release(context: Any, value: Any) -> None:
    pool = pools.get(int(ffi.cast("uintptr_t", context)))
    if pool is None:
        return
    pool.doubtful[int(ffi.cast("uintptr_t", value)) - 1] = None
    if pool.calls == 0:  # a copy of the table died
        pool.settle([])
