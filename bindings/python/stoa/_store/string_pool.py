"""Pools of strings that several tables share."""

from __future__ import annotations

from typing import Any

from stoa._lib import copies
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.integers import checked_count
from stoa._lib.owner import owned
from stoa._store.objects import ObjectPool
from stoa.errors import WrongTypeError

NO_STRING = (1 << 32) - 1  # STOA_NO_STRING


class StringPool:
    """Different strings, each kept once, for several tables.

        pool = stoa.StringPool()
        flights = stoa.Table(Flight, strings=pool)
        airports = stoa.Table(Airport, strings=pool)

    Columns go from one of these tables to another as handles. For threads the tables count as one:
    a single thread may change any of them at a time. A pool only grows; `compact()` gives a table
    a pool of its own. max_count and max_bytes limit how many strings, the empty one among them,
    and bytes of them it can have: FullError beyond. len() is how many strings it has, `in` tells of
    one.

    Raises ArgumentError for a limit below 1, WrongTypeError for one that is no integer.
    """

    __module__ = "stoa"
    __slots__ = ("__weakref__", "_c", "_objects")

    def __init__(self, max_count: int | None = None, max_bytes: int | None = None) -> None:
        options = ffi.new("stoa_string_pool_options *")
        if max_count is not None:
            options.max_count = checked_count(max_count, "max_count", 1)
        if max_bytes is not None:
            options.max_bytes = checked_count(max_bytes, "max_bytes", 1)
        made, error = ffi.new("stoa_string_pool **"), new_error()
        check(lib.stoa_string_pool_new(made, options, error), error)
        self._c = owned(made[0], "stoa_string_pool *", lib.stoa_string_pool_free)
        # Its lock is held by each call that changes one of the tables.
        self._objects = ObjectPool()

    __reduce_ex__ = copies.refused("a string pool", "a list of its strings")

    def __copy__(self) -> StringPool:
        return self

    def __len__(self) -> int:
        return lib.stoa_string_pool_count(self._c)  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        return True

    def __contains__(self, text: object) -> bool:
        if not isinstance(text, str):
            return False
        try:
            encoded = text.encode()
        except UnicodeEncodeError:  # no string of a pool has lone surrogates
            return False
        bytes_ = ffi.from_buffer(encoded)
        with self._objects.lock:
            found = lib.stoa_string_pool_find(self._c, (bytes_, len(encoded)))
        return bool(found != NO_STRING)

    @property
    def nbytes(self) -> int:
        """The bytes that it takes, with its strings."""
        return lib.stoa_string_pool_bytes(self._c)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<StringPool of {len(self):,} strings, {self.nbytes:,} bytes>"


def pools_of(value: Any) -> tuple[ObjectPool | None, Any]:
    """The pools of objects and of strings for a new table; of nobody else's if there is none.

    Raises WrongTypeError for what is no StringPool.
    """
    if value is None:
        return None, ffi.NULL
    if not isinstance(value, StringPool):
        raise WrongTypeError(f"strings is a stoa.StringPool, not {type(value).__name__}")
    return value._objects, value._c
