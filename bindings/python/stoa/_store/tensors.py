"""Columns as tensors of DLPack, which share the memory of the cells or have a copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoa._capsules import tensor
from stoa._lib.ffi import ffi
from stoa._schema.types import FieldType
from stoa.errors import ColumnBufferError, shown

CPU = (1, 0)  # the device: its type and its number
CODES = {"i": 0, "u": 1, "f": 2, "?": 6}  # by the kind of the library's type
IS_READ_ONLY, IS_COPIED = 1, 2  # flags

# The owner, the address, the shape, the strides in bytes, and the flags.
Place = tuple[Any, int, tuple[int, ...], tuple[int, ...], int]


class AsTensor:
    """The base of columns: DLPack's protocol."""

    __slots__ = ()

    if TYPE_CHECKING:
        _export: Any
        _name: str
        _type: FieldType

        @property
        def __array_interface__(self) -> dict[str, Any]: ...
        def _has_nulls(self) -> bool: ...
        def _parts(self) -> list[Any]: ...

    def __dlpack_device__(self) -> tuple[int, int]:
        """Where the values are: in memory, (kDLCPU, 0)."""
        return CPU

    def __dlpack__(
        self,
        *,
        stream: None = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> object:
        """A capsule with a tensor, as `from_dlpack` asks for it: without a copy unless one is asked
        for, and writable, unless the table is lent.

        Raises ColumnBufferError for objects, strings, dates, times, nulls, another device, and,
        while the table is lent, where the consumer's DLPack is older than 1.0, which has no memory
        that is read only.
        """
        self._check_device_and_type(stream, dl_device)
        width, is_versioned = self._type.base.width, max_version is not None and max_version[0] >= 1
        owner, address, shape, strides, flags = self._copied() if copy else self._placed()
        if flags == IS_READ_ONLY and not is_versioned:
            raise ColumnBufferError(
                f"{self._name} is of a table that is lent, and DLPack before 1.0 cannot say that "
                "its memory is read only: take a copy, or end the loan"
            )
        return tensor(
            owner,
            address if shape[0] > 0 else 0,
            CODES[self._type.base.kind],
            8 * width,
            shape,
            tuple(each // width for each in strides),
            flags,
            is_versioned,
        )

    def _check_device_and_type(self, stream: Any, device: Any) -> None:
        name, kind = self._name, self._type
        if stream is not None or (device is not None and tuple(map(int, device)) != CPU):
            raise ColumnBufferError(
                f"{name} is in memory, without streams: not on {shown((device, stream))}"
            )
        if kind.base.kind not in CODES or kind.kind == "t":
            raise ColumnBufferError(f"{name} is {kind}, which is no type of DLPack")
        if self._has_nulls():
            raise ColumnBufferError(f"{name} has nulls: take fill_null(value), and the validity")

    def _placed(self) -> Place:
        """The cells as they lie."""
        described = self.__array_interface__
        strides = described["strides"] or (self._type.base.width,)
        address, is_read_only = described["data"]
        flags = IS_READ_ONLY if is_read_only else 0
        return self._export, address, described["shape"], strides, flags

    def _copied(self) -> Place:
        """A copy, of a vector one component after the other."""
        parts, width = self._parts(), self._type.base.width
        rows = len(parts[0])
        size = rows * width
        memory = ffi.new("char[]", max(1, size * len(parts)))
        for i, each in enumerate(parts):
            cells = each.buffer
            data = cells if cells.c_contiguous else cells.tobytes()
            ffi.memmove(memory + i * size, data, size)
        address = int(ffi.cast("uintptr_t", memory))
        if not self._type.length:
            return memory, address, (rows,), (width,), IS_COPIED
        return memory, address, (rows, len(parts)), (width, size), IS_COPIED
