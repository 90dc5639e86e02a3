"""Python objects in tables: their pointers for the library, and the lists that keep them alive.

The library stores pointers in a pool and gives each a handle, which is what a cell holds. The
pointers are slot numbers plus one, because on PyPy an id() may not fit a pointer. `entered[slot]`
keeps the object, `slots` maps identity to slot, and `objects[handle]` is what rows read. All are
plain lists and dicts of the table's pool, so that the garbage collector sees a cycle table -> pool
-> object -> table.

An object enters before the call that stores it, and afterwards the library is asked whether it has
it. The library may report at any moment that it no longer holds an object; the object is released
when no call is under way, since its __del__ may use the table.
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
    """An object that is told when an act ends."""

    def conclude(self) -> None:
        """Called at the end of the act, and again if it was interrupted."""


class ObjectPool:
    """The objects of a table and its copies."""

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
        # Slots that may have entered or left the library's pool, in order.
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
        """The result of act(), which may store or remove objects, or do something else that must
        not be left half done. At its end the change is concluded, and objects that are out are
        released.

        A signal handler may raise when a Python function begins, after a call into C and where a
        loop jumps back: so also in the middle of the work done at the end. That work can be
        repeated, and is, until it has completed. The lock is released in any case, because its
        `with` is in C. Objects that are out live until then; only after that may their finalizers
        run.
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
        """Learns the handles of objects in the library's pool, and forgets objects that are not in
        it.

        During a call, an object that is not in the pool may still be on its way there, and stays.
        Objects that are out are added to `gone`, so that they live until the caller is done. If it
        is interrupted, it is to be called again: a slot stays doubtful until all its work is done.
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
        if self.objects[handle] is self.entered[slot]:  # else it is another object's
            self.objects[handle] = None
        self.handles[slot] = 0

    def forget(self, slot: int, gone: list[Any]) -> None:
        value = self.entered[slot]
        self.clear_handle(slot)
        gone.append(value)
        self.slots.pop(id(value), None)
        # No signal handler runs between these two lines, so a slot is freed exactly once.
        self.entered[slot] = None
        self.free.append(slot)

    def nbytes(self) -> int:
        """The approximate bytes of the pool, without the objects themselves."""
        places = len(self.entered) + len(self.handles) + len(self.objects)
        return int(lib.stoa_pool_bytes(self.pointer)) + 8 * places + 100 * len(self.slots)


keys = count(1)
# The library's callbacks find a pool by its number. A handle to the pool would not do: when a cycle
# is collected, the table may be freed after its pool.
pools: WeakValueDictionary[int, ObjectPool] = WeakValueDictionary()


@ffi.def_extern()  # type: ignore[untyped-decorator]
def stoa_python_release(context: Any, value: Any) -> None:
    pool = pools.get(int(ffi.cast("uintptr_t", context)))
    if pool is None:
        return
    pool.doubtful[int(ffi.cast("uintptr_t", value)) - 1] = None
    if pool.calls == 0:  # a copy of the table died
        pool.settle([])
