"""What programs have computed, as values of Python and of numpy."""

from __future__ import annotations

from math import nan
from typing import Any

from stoa._lazy.operators import Counted
from stoa._lib.ffi import ffi
from stoa._schema.types import IS_PYPY, STRING, FieldType
from stoa._store.strings import texts_at
from stoa.errors import ColumnBufferError


def vectors_in(memory: Any, of: FieldType, rows: int) -> list[tuple[Any, ...]]:
    """The tuples of components that lie one after the other."""
    cells = memory.cast(of.base.code)
    return list(zip(*(cells[i * rows : (i + 1) * rows].tolist() for i in range(of.length))))


# ---- values that were counted ----


def counted(found: FieldType, counts: Any) -> Counted:
    """The values of a stoa_value_counts, and how often each comes."""
    size = counts.count
    cells, often = ffi.cast("char *", counts.data), ffi.cast("uint64_t *", counts.counts)
    decoder = found.inner.decoder
    raw: Any = memoryview(ffi.buffer(cells, size * found.width))
    data = raw.cast(found.code or "I").tolist()
    values: list[Any] = data
    if found.inner is STRING:
        values = [*texts_at(counts.strings, data)]
    elif decoder is not None:
        values = list(map(decoder.__getitem__, data))
    if found.kind == "f":
        values = [value if value == value else nan for value in values]
    if counts.null < size:
        values[counts.null] = None
    return values, ffi.unpack(often, size) if size else []


# ---- nulls ----


def words_of(validity: Any) -> Any:
    """Validity bits as NullableCells reads them."""
    return validity if IS_PYPY else memoryview(ffi.buffer(validity)).cast("Q")


def with_nan(values: Any, there: Any, name: str, of: FieldType) -> Any:
    """An array with NaN or NaT for what is null: of floats and times; of other types, only if
    nothing is."""
    if there.all():
        return values
    if of.kind not in "ft":
        raise ColumnBufferError(
            f"{name} has nulls, for which an array of {of.inner} has no value: take "
            "fill_null(value), and the validity beside it"
        )
    values = values.copy()
    values[~there] = float("nan") if of.kind == "f" else "NaT"
    return values
