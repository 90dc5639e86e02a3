"""Strings of tables: the text of a handle, and strings for the library.

A cell holds a handle into the pool of strings of its table. A Texts gives the str of a handle. It
keeps those of the first KEPT handles once they were made, so that where there are few different
strings each str is made once; those of later handles are made anew each time. On CPython the
extension does the same, with the same list.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from stoa._lib.ffi import ffi
from stoa._schema.extension import rows as extension
from stoa._schema.types import IS_PYPY

KEPT = 1 << 16
MOST_LEFT_OUT = 4  # all strings of a pool are made for one in so many of them


class Texts:
    """The strings of a table by their handles."""

    __slots__ = ("kept", "table")

    def __init__(self, table: Any) -> None:
        self.table = table  # a stoa_table *
        self.kept: list[Any] = []  # by handle; None: not made yet

    def __getitem__(self, handle: int) -> str:
        if handle < len(self.kept):
            text: Any = self.kept[handle]
            if text is not None:
                return text  # type: ignore[no-any-return]
        pool = self.table.strings
        first, end = pool.offsets[handle], pool.offsets[handle + 1]
        text = ffi.buffer(pool.text + first, end - first)[:].decode()
        if handle < KEPT:
            self.kept.extend([None] * (min(pool.count, KEPT) - len(self.kept)))
            self.kept[handle] = text
        return text  # type: ignore[no-any-return]

    def or_none(self, handle: int | None) -> str | None:
        """The same of a nullable field, whose cells are None where there is no value."""
        return None if handle is None else self[handle]

    def forget(self) -> None:
        """To be called when the table has other handles."""
        del self.kept[:]


def texts_of(pool: Any) -> list[str]:
    """The strings of a pool but the empty one, in the order of their handles."""
    offsets = ffi.unpack(pool.offsets, pool.count + 1)
    text = ffi.buffer(pool.text, offsets[-1])[:]
    return [text[first:end].decode() for first, end in zip(offsets[1:], offsets[2:])]


def texts_at(pool: Any, handles: Sequence[int]) -> list[str]:
    """The strings of some handles, all of them different."""
    if len(handles) * MOST_LEFT_OUT >= pool.count:
        every = ["", *texts_of(pool)]
        return [every[handle] for handle in handles]
    texts, offsets = ffi.buffer(pool.text, pool.offsets[pool.count]), pool.offsets
    return [texts[offsets[each] : offsets[each + 1]].decode() for each in handles]


def c_strings(texts: list[str]) -> tuple[Any, Any]:
    """An array of stoa_string as a buffer, and what it needs to be kept. Raises UnicodeEncodeError
    for lone surrogates, and TypeError for what is no str."""
    if extension is not None:
        return extension.strings(texts), texts
    joined = "".join(texts)
    if not set(map(type, texts)) <= {str}:  # a subclass may have another length
        texts = [str.__str__(each) for each in texts]
    text = joined.encode()
    is_ascii = len(text) == len(joined)
    lengths = array("Q", map(len, texts) if is_ascii else (len(each.encode()) for each in texts))
    owner = ffi.from_buffer(text)
    first = int(ffi.cast("uintptr_t", owner))
    cells = array("Q", bytes(16 * len(texts)))
    if texts:
        cells[0::2] = array("Q", list(accumulate(lengths[:-1], initial=first)))
        cells[1::2] = lengths
    return cells, (text, owner) if IS_PYPY else text
