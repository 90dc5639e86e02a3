"""Cells: the values of a column in memory, and Refusals, which replace cells."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Callable

from stoa._lib.ffi import ffi, lib
from stoa._schema.types import IS_PYPY, FieldType
from stoa.errors import FieldNameError, RangeError, StaleError

STALE = (
    "{} was taken before rows were removed, inserted in the middle or reordered, and may stand "
    "for another record now: take it again from the table (stoa.copy(row) keeps values)"
)


class Refusal:
    """Replaces the cells of a field that was taken away; any access raises."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __getitem__(self, index: int) -> Any:
        raise FieldNameError(self.message)


def stale(what: str) -> StaleError:
    return StaleError(STALE.format(f"this {what}"))


class NullableCells:
    """The cells of a nullable field: an item is None where the validity bit is not set."""

    __slots__ = ("plain", "words")

    def __init__(self, plain: Any, words: Any) -> None:
        self.plain = plain  # the cells as they are: zero where there is no value
        self.words = words  # bit i % 64 of word i // 64 is set where row i has a value

    def __getitem__(self, index: int) -> Any:
        return self.plain[index] if self.words[index >> 6] >> (index & 63) & 1 else None

    def of(self, rows: range) -> list[Any]:
        """The values of these rows."""
        return [self[index] for index in rows]

    def has_nulls(self, rows: range) -> bool:
        """Whether a value of these rows is None."""
        words, first, last = self.words, rows.start, rows.stop
        whole = (last - first) // 64 if rows.step == 1 and first % 64 == 0 else 0
        if self.bytes_of(first // 64, whole).strip(b"\xff"):
            return True
        first += 64 * whole
        rest = range(first, last, rows.step)
        return any(not words[index >> 6] >> (index & 63) & 1 for index in rest)

    def bytes_of(self, first: int, count: int) -> bytes:
        """The bytes of words, as they lie."""
        if IS_PYPY:
            return bytes(ffi.buffer(self.words + first, 8 * count)) if count else b""
        return self.words[first : first + count].tobytes()  # type: ignore[no-any-return]

    def bits(self, rows: range) -> bytes:
        """The validity bits of these rows: bit i % 8 of byte i // 8."""
        count = len(rows)
        if rows.step != 1:
            text = "".join("01"[self.words[i >> 6] >> (i & 63) & 1] for i in reversed(rows))
            return int(text or "0", 2).to_bytes(count // 8 + 1, "little")
        first, last = rows.start >> 6, (rows.stop + 63) >> 6
        raw = self.bytes_of(first, last - first)
        if rows.start % 64 == 0 and sys.byteorder == "little":
            left = raw[count // 8] & (1 << count % 8) - 1 if count % 8 else 0
            return raw[: count // 8] + bytes([left])
        whole = int.from_bytes(raw, sys.byteorder) >> (rows.start & 63)
        return (whole & (1 << count) - 1).to_bytes(count // 8 + 1, "little")


def make_cells(pointer: Any, field_type: FieldType, count: int, validity: Any = ffi.NULL) -> Any:
    """The cells at a void pointer, and of a nullable field its validity words. Whoever uses them
    keeps the table and the field alive."""
    if validity != ffi.NULL:
        plain = make_cells(pointer, field_type, count)
        if IS_PYPY:
            return NullableCells(plain, validity)
        words = ffi.buffer(ffi.cast("char *", validity), (count + 63) // 64 * 8)
        return NullableCells(plain, memoryview(words).cast("Q"))
    if IS_PYPY:
        return ffi.cast(CELL_POINTERS[field_type.base], pointer)
    cells: Any = memoryview(ffi.buffer(ffi.cast("char *", pointer), count * field_type.width))
    return cells.cast(field_type.code or "I")


class Decoded:
    """The values of cells that hold something else."""

    __slots__ = ("cells", "decoder")

    def __init__(self, cells: Any, decoder: Any) -> None:
        self.cells = cells
        self.decoder = decoder

    def __getitem__(self, index: int) -> Any:
        return self.decoder[self.cells[index]]

    def __iter__(self) -> Iterator[Any]:
        return map(self.decoder.__getitem__, self.cells)

    def tolist(self) -> list[Any]:
        return list(self)


def text_at(column: Any, number: int, text: Callable[[Any], str]) -> str:
    """The text of a column's value, which may not be one: raw writes, and parts of microseconds."""
    try:
        return text(column[number])
    except RangeError:
        return f"<{column._cells()[number]}>"


def value_reader(field_type: FieldType, of: Any, field: int) -> Callable[[int], Any] | None:
    """The value of what a cell of a field holds; None: it is the value. `of` is a view or a store,
    which has the objects, the strings and what follows references."""
    if field_type.kind == "o":
        return of.objects.__getitem__  # type: ignore[no-any-return]
    if field_type.kind == "s":
        texts = of.texts
        return texts.or_none if field_type.nullable else texts.__getitem__  # type: ignore[no-any-return]
    if field_type.kind == "v":  # VectorCells give tuples
        return None
    if field_type.kind == "r":
        return of.followers[field].__getitem__  # type: ignore[no-any-return]
    decoder = field_type.decoder
    return None if decoder is None else decoder.__getitem__


CELL_POINTERS = {
    **{f"int{bits}": f"int{bits}_t *" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"uint{bits}_t *" for bits in (8, 16, 32, 64)},
    "bool": "bool *",
    "float32": "float *",
    "float64": "double *",
    "object": "stoa_handle *",
    "string": "stoa_handle *",
    "date": "int32_t *",
    "timestamp": "int64_t *",
    "duration": "int64_t *",
    "reference": "uint64_t *",
}

# The functions that write a value into a cell of a row, by kind: see stoa__cell_put_int64.
# PUT_NULL makes a cell None.
PUT_NULL = lib.stoa__cell_put_null
PUT: dict[str, Callable[[Any, int, int, int, Any], int]] = {
    "?": lib.stoa__cell_put_boolean,
    "i": lib.stoa__cell_put_int64,
    "u": lib.stoa__cell_put_uint64,
    "f": lib.stoa__cell_put_float64,
    "t": lib.stoa__cell_put_int64,
}
