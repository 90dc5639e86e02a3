"""What columns can be filled from: buffers, numpy arrays, sequences, scalars, other columns.

All of them become a Source: typed values in memory, which the library checks and then stores.
Buffers in the machine's byte order are read in place, including strided ones with a known address;
others are copied. Sequences are converted to new memory, each value by the rules of its field, so
that nothing is stored unless all values can be.

A Source is made while no table is locked, because reading values may run any code. Objects enter
the pool, and pointers to columns are taken, during the call that stores the source.
"""

from __future__ import annotations

import sys
from array import array
from enum import Enum
from typing import Any

from stoa._lib.ffi import ffi
from stoa._schema import times
from stoa._schema.types import IS_PYPY, OBJECT, STRING, TYPES, FieldType, type_of_number
from stoa._store.objects import ObjectPool
from stoa._store.strings import c_strings
from stoa.errors import ColumnBufferError, LengthError, WrongTypeError

BYTE_ORDERS = {"<": "little", ">": "big", "!": "big"}
NATIVE_KINDS = {
    **dict.fromkeys("bhilqn", "i"),
    **dict.fromkeys("BHILQN", "u"),
    **dict.fromkeys("fd", "f"),
    "?": "?",
}
FLOAT64 = TYPES["float64"]


class StoredField:
    """A field of a table: its name, type and index, and the name as C reads it."""

    __slots__ = ("c_name", "index", "name", "node", "parts", "type")

    def __init__(self, name: str, field_type: FieldType, index: int) -> None:
        self.name = name
        self.type = field_type
        self.index = index
        self.c_name = ffi.new("char[]", name.encode())
        self.node: Any = None  # of its values in expressions, made when first needed
        length = field_type.length  # the components of a vector, which are fields of the library
        self.parts: list[StoredField] = [
            StoredField(f"{name}[{i}]", field_type.base, index + i) for i in range(length)
        ]

    def cells(self) -> list[StoredField]:
        """The fields of the library that it is: its components, or itself."""
        return self.parts or [self]


class Source:
    """Typed values in memory. `keep` owns them, or is a list of objects that are to enter the pool;
    `length` is None for a scalar."""

    __slots__ = ("data", "keep", "length", "repeat", "stride", "strings", "type", "validity")

    def __init__(
        self,
        field_type: FieldType,
        data: Any,
        length: int | None,
        stride: int = 0,
        keep: Any = None,
    ) -> None:
        self.type = field_type
        self.data = data
        self.length = length
        self.stride = stride
        self.repeat = False
        self.strings = ffi.NULL  # of cells of a string field: the pool of their handles
        self.keep = keep
        self.validity: Any = ffi.NULL  # bits of the values that are there; NULL: all are

    def _stoa_source(self) -> Source:
        """Returns itself; columns have the same method, which makes a Source."""
        return self

    def with_validity(self, bits: bytes | bytearray | memoryview) -> Source:
        """The same, with bits of the values that are there: bit i % 8 of byte i // 8."""
        self.validity = ffi.from_buffer("uint8_t[]", bits)  # which keeps the bytes
        return self

    def enter(self, pool: ObjectPool) -> Source:
        """Lets objects enter the pool, during the call that stores them."""
        if self.type is OBJECT:
            self.data = pool.pointers_to(self.keep)
        return self

    def put(self, place: Any, c_name: Any) -> None:
        """Fills in a stoa_source; c_name may be NULL if the name is not used."""
        place.name = c_name
        place.type, place.unit = self.type.number, self.type.unit
        place.is_zoned = self.type.zone is not None
        place.repeat = self.repeat
        place.data = self.data
        place.stride = self.stride
        place.strings = self.strings
        place.validity = self.validity


class VectorSource:
    """Values of a vector field: a Source for each component."""

    __slots__ = ("length", "parts", "type")

    def __init__(self, field_type: FieldType, parts: list[Source]) -> None:
        self.type = field_type
        self.parts = parts
        self.length = parts[0].length

    def _stoa_source(self) -> VectorSource:
        return self


def parts_of(source: Source | VectorSource) -> list[Source]:
    return source.parts if isinstance(source, VectorSource) else [source]


def is_cells(value: Any) -> bool:
    """Whether a value is a column, which is read in place."""
    return hasattr(type(value), "_stoa_cells")


def source_of(value: Any, to: StoredField) -> Any:
    """Many values for a field, from a buffer, a column or any iterable; or a Source made of them
    already."""
    if to.parts:
        return vector_source(value, to)
    if isinstance(value, Source):
        return value
    if to.type.kind == "r":
        return reference_source(value, to)
    if to.type is not OBJECT and hasattr(value, "_stoa_source"):
        column = value._stoa_source()
        if column is not None and column.type.kind == "s" and to.type.kind != "s":
            raise WrongTypeError(f"{to.name} is {to.type} and takes no values of string")
        if column is not None:
            check_enumeration(column.type, to)
            return column
    if isinstance(value, (str, bytes, bytearray, dict)) and (
        to.type is OBJECT or isinstance(value, (str, dict))
    ):
        raise WrongTypeError(
            f"{to.name} needs a sequence or a buffer of values, not {type(value).__name__}"
        )
    if to.type.nullable and hasattr(value, "mask") and hasattr(value, "filled"):
        return masked_source(value, to)
    if times.is_numpy_time(value):
        if not hasattr(value, "__array_interface__"):
            value = value.__array__()  # a pandas Series; with a zone, of objects
        if times.is_numpy_time(value):
            return times_source(value, to)
    if to.type is not OBJECT and not is_text_array(value):
        found = buffer_source(value, to.name)
        if found is not None:
            check_enumeration(found.type, to)
            return found
    try:
        values = list(value)
    except TypeError:
        raise WrongTypeError(
            f"{to.name} needs a sequence or a buffer of values, not {type(value).__name__}"
        ) from None
    return sequence_source(values, to)


def reference_source(value: Any, to: StoredField) -> Any:
    """Rows and None one by one, or an array of ids, of which 0 is None. A column gives its rows:
    what it holds of those that are gone are ids of none."""
    found = id_array(value, to)
    return sequence_source(list(value), to) if found is None else found


def id_array(value: Any, to: StoredField) -> Source | None:
    """The source of an array of ids; None: the values are to be rows. Raises WrongTypeError."""
    found = None
    if hasattr(type(value), "_stoa_ids"):
        value = value._stoa_ids()
    if not hasattr(value, "_stoa_source") and not isinstance(value, (str, bytes, bytearray)):
        found = buffer_source(value, to.name)
    if found is None and hasattr(value, "__iter__") and not isinstance(value, (str, bytes)):
        return None
    if found is None or found.type not in (TYPES["int64"], TYPES["uint64"]):
        given = "text" if isinstance(value, (str, bytes)) else type(value).__name__
        raise WrongTypeError(
            f"{to.name} is {to.type} and takes rows, or an array of ids, not {given}"
        )
    found.type = to.type
    return found


def is_text_array(value: Any) -> bool:
    """Whether it is an array of numpy's text types, which is no buffer of numbers."""
    return getattr(getattr(value, "dtype", None), "kind", "") in ("U", "T")


def given_source(value: Any, to: StoredField) -> Any:
    """The source for many cells: of one value or many; a column stays as it is."""
    if is_cells(value) or isinstance(value, (Source, VectorSource)):
        return value
    return scalar_source(value, to) if is_scalar(value, to.type) else source_of(value, to)


def is_scalar(value: Any, field_type: FieldType) -> bool:
    """Whether a value assigned to a whole column applies to every row."""
    if field_type.kind == "v":
        return is_one_vector(value)
    if field_type.kind == "r" and hasattr(type(value), "_stoa_fields"):
        return True
    if field_type is OBJECT and isinstance(value, (str, bytes, bytearray, dict, set, frozenset)):
        return True
    if getattr(value, "ndim", None) == 0 or isinstance(value, (str, Enum)):  # flags iterate
        return True
    return not hasattr(value, "__iter__") and not hasattr(value, "__getitem__")


def scalar_source(value: Any, to: StoredField) -> Any:
    """One value, for every row."""
    if to.parts:
        return VectorSource(to.type, [scalar_source(v, p) for v, p in one_vector(value, to)])
    made = sequence_source([to.type.convert(value, to.name)], to)
    made.repeat = True
    made.length = None
    return made


def check_enumeration(given: FieldType, to: StoredField) -> None:
    """Refuses places of members for numbers, and the other way round."""
    if given.inner is not to.type.inner and "e" in (given.kind, to.type.kind):
        raise WrongTypeError(
            f"{to.name} is {to.type} and takes no values of {given}: give its values, for example "
            "by tolist()"
        )


# ---- vectors ----


def is_one_vector(value: Any) -> bool:
    """Whether it is one number for all components, or one vector for all rows."""
    dimensions = getattr(value, "ndim", None)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return True
    if dimensions is not None:
        return bool(dimensions < 2)
    return isinstance(value, (list, tuple)) and bool(value) and not hasattr(value[0], "__iter__")


def one_vector(value: Any, to: StoredField) -> list[tuple[Any, StoredField]]:
    """Each component's value and field, for what is_one_vector."""
    if not hasattr(value, "__iter__"):
        value = (value,) * to.type.length
    return list(zip(to.type.convert(value, to.name), to.parts))


def vector_source(value: Any, to: StoredField) -> VectorSource:
    """The values of an array of two dimensions, a column of vectors, or vectors one by one."""
    if hasattr(value, "_stoa_source"):
        value = value._stoa_source()
    if isinstance(value, (Source, VectorSource)):
        given = value.type
        if given.length != to.type.length:
            raise LengthError(f"{to.name} is {to.type} and takes no values of {given}")
        assert isinstance(value, VectorSource)
        return value
    if getattr(value, "ndim", 0) >= 1 and hasattr(value, "__array_interface__"):
        if value.ndim != 2 or value.shape[1] != to.type.length:
            raise LengthError(
                f"{to.name} is {to.type} and takes an array of shape (rows, {to.type.length}), "
                f"not {tuple(value.shape)}"
            )
        return VectorSource(
            to.type, [source_of(value[:, i], part) for i, part in enumerate(to.parts)]
        )
    if isinstance(value, (str, bytes, bytearray, dict)) or not hasattr(value, "__iter__"):
        raise WrongTypeError(f"{to.name} needs a sequence of vectors, not {type(value).__name__}")
    if isinstance(value, memoryview):
        value = value.tolist()
    rows = converted(list(value), to)
    columns: Any = zip(*rows) if rows else [()] * to.type.length
    parts = [sequence_source(list(each), part) for each, part in zip(columns, to.parts)]
    return VectorSource(to.type, parts)


def check_length(source: Any, rows: int, name: str) -> None:
    if source.length is not None and source.length != rows:
        raise LengthError(f"{name} was given {source.length} values for {rows} rows")


# ---- sequences ----


def sequence_source(values: list[Any], to: StoredField) -> Any:
    """A list of Python values, converted to new memory."""
    if to.parts:
        return vector_source(values, to)
    if to.type is OBJECT:
        return Source(OBJECT, None, len(values), keep=values)
    if to.type.nullable:
        return nullable_source(values, to)
    if to.type is STRING:
        return string_source(values, to)
    if to.type.encoder is not None:
        cells = array(to.type.code, map(to.type.encoder, converted(values, to)))
        return packed_source(cells, to.type, len(values))
    kinds = set(map(type, values))
    if to.type.kind == "?":
        bools = values if kinds <= {bool} else converted(values, to)
        return packed_source(bytes(bools), to.type, len(values))
    plain = {float, int, bool} if to.type is FLOAT64 else {int, bool}
    if to.type.kind == "f" and to.type is not FLOAT64:
        plain = {float, bool}  # an integer must not be rounded twice
    code = "d" if to.type.kind == "f" else to.type.code
    try:
        packed = array(code, values if kinds <= plain else converted(values, to))
    except OverflowError:
        converted(values, to)  # raises for the value at fault
        raise
    return packed_source(packed, FLOAT64 if code == "d" else to.type, len(values))


def string_source(values: list[Any], to: StoredField) -> Source:
    texts = values
    try:
        strings, keep = c_strings(texts)
    except (TypeError, UnicodeEncodeError):
        texts = converted(values, to)  # raises for the value at fault
        strings, keep = c_strings(texts)
    made = packed_source(strings, STRING, len(texts))
    made.keep = made.keep, keep
    return made


def nullable_source(values: list[Any], to: StoredField) -> Source:
    """The same of a nullable field: cells without a value are zero."""
    of = StoredField(to.name, to.type.inner, to.index)
    there = [value is not None for value in values]
    made: Source
    if all(there):
        made = sequence_source(values, of)
        return made
    if of.type.encoder is None:
        zero = "" if of.type is STRING else 0
        made = sequence_source([zero if value is None else value for value in values], of)
    else:
        encode, converts = of.type.encoder, converted(values, to)
        cells = array(of.type.code, [0 if each is None else encode(each) for each in converts])
        made = packed_source(cells, of.type, len(values))
    return made.with_validity(bits_of(there))


def bits_of(there: list[bool]) -> bytes:
    """A bit for each: bit i % 8 of byte i // 8."""
    text = "".join("01"[each] for each in reversed(there)) or "0"
    return int(text, 2).to_bytes(len(there) // 8 + 1, "little")


def masked_source(value: Any, to: StoredField) -> Source:
    """The values of a masked array of numpy, which are None where they are masked."""
    import numpy

    if to.type.kind == "s":
        return nullable_source(value.tolist(), to)
    there = ~numpy.ma.getmaskarray(value)
    data = numpy.ma.getdata(value)
    if to.type.kind == "t" and times.is_numpy_time(data):
        return times_source(numpy.where(there, data, numpy.array("NaT", data.dtype)), to)
    made = buffer_source(data, to.name)
    if made is None:
        raise WrongTypeError(f"{to.name} takes no masked array of objects")
    check_enumeration(made.type, to)
    return made.with_validity(packed_bits(there))


def converted(values: list[Any], to: StoredField) -> list[Any]:
    convert, name = to.type.convert, to.name
    return [convert(value, f"{name}, value {i},") for i, value in enumerate(values)]


def packed_source(owner: Any, field_type: FieldType, length: int) -> Source:
    """Values in a buffer, which is locked as long as the source lives.

    It is held by a memoryview of its own and not by a cffi export: CPython's collector breaks a
    memoryview in a cycle even if it has exports, and releasing such an export then crashes.
    """
    if IS_PYPY:
        data = ffi.from_buffer(owner)
        return Source(field_type, data, length, keep=data)
    view = memoryview(owner)
    return Source(field_type, ffi.cast("char *", ffi.from_buffer(view)), length, keep=view)


# ---- buffers ----


def times_source(value: Any, to: StoredField) -> Source:
    """An array of numpy's times, of which NaT is None in a nullable field."""
    check_shape(value.ndim, to.name)
    if to.type.kind != "t":
        raise refused_format(to.name, value.dtype.str)
    if to.type.zone is not None:
        raise WrongTypeError(
            f"{to.name} is {to.type}, and numpy's datetime64 belongs to no zone: write counts of "
            "UTC into numpy.asarray(column), or give aware datetimes"
        )
    missing = value != value
    is_there = not missing.any()
    if not is_there and not to.type.nullable:
        raise WrongTypeError(
            f"{to.name}, value {missing.argmax()}, is NaT: a field takes what is missing if it is "
            f"{to.type} | None"
        )
    counts, given = times.countable(value if is_there else value[~missing], to.type, to.name)
    if is_there:
        return array_source(counts, given, to.name)
    spread = counts.__class__((len(value),), counts.dtype)
    spread[missing], spread[~missing] = 0, counts
    return array_source(spread, given, to.name).with_validity(packed_bits(~missing))


def array_source(cells: Any, of: FieldType, name: str) -> Source:
    """An array of numbers of numpy as values of a type with such cells."""
    found = buffer_source(cells, name)
    assert found is not None
    found.type = of
    return found


def packed_bits(there: Any) -> bytes:
    """An array of bools as validity bits."""
    import numpy

    return numpy.packbits(there, bitorder="little").tobytes() + b"\0"


def buffer_source(value: Any, name: str) -> Source | None:
    """A source for a buffer, read in place if possible; None if it is not a buffer."""
    if not hasattr(value, "__array_interface__") and hasattr(value, "__array__"):
        value = value.__array__()  # for example a pandas Series
    if hasattr(value, "mask") and hasattr(value, "filled"):
        raise WrongTypeError(f"{name}: the masked array has masked values; fill them first")
    interface = getattr(value, "__array_interface__", None)
    if isinstance(interface, dict):
        if interface["typestr"][1:2] == "O":
            return None
        found = interface_source(interface, value, name)
        if found is not None:
            return found
    try:
        view = memoryview(value)
    except (TypeError, ValueError, BufferError):
        if interface is None:
            return None
        raise refused_format(name, interface["typestr"]) from None
    return view_source(view, name)


def interface_source(interface: dict[str, Any], value: Any, name: str) -> Source | None:
    """A source for values at an array's own address; None if they must be copied."""
    shape, data = interface["shape"], interface.get("data")
    check_shape(len(shape), name)
    order, kind, width = interface["typestr"][0], interface["typestr"][1], interface["typestr"][2:]
    found = type_of_number({"b": "?"}.get(kind, kind), int(width)) if width.isdigit() else None
    if found is None:
        raise refused_format(name, interface["typestr"])
    if is_foreign(order) or not isinstance(data, tuple):
        return None
    strides = interface.get("strides")
    pointer = ffi.cast("char *", data[0])
    made = Source(found, pointer, shape[0], strides[0] if strides else 0, keep=(value, interface))
    if strides and strides[0] == 0 and shape[0] > 0:  # one value, broadcast
        made.stride, made.repeat = found.width, True
    return made


def view_source(view: memoryview, name: str) -> Source:
    check_shape(view.ndim, name)
    order, code = ("@", view.format)
    if code[:1] in "@=<>!":
        order, code = code[:1], code[1:]
    kind = NATIVE_KINDS.get(code)
    found = type_of_number(kind, view.itemsize) if kind else None
    if found is None:
        raise refused_format(name, view.format)
    length = view.shape[0] if view.shape else 0
    if is_foreign(order):
        aside = array({1: "B", 2: "H", 4: "I", 8: "Q"}[found.width], packed_bytes(view))
        aside.byteswap()
        return packed_source(aside, found, length)
    packed = not view.strides or view.strides[0] == view.itemsize
    return packed_source(view if packed else packed_bytes(view), found, length)


def packed_bytes(view: memoryview) -> bytes:
    """The values, packed."""
    array = view.obj  # for numpy's memory PyPy's tobytes ignores the strides, so numpy copies
    whole = (getattr(array, "shape", None), getattr(array, "strides", None))
    if IS_PYPY and whole == (view.shape, view.strides):
        return array.tobytes()  # type: ignore[no-any-return, attr-defined]
    return view.tobytes()


def check_shape(dimensions: int, name: str) -> None:
    if dimensions != 1:
        raise ColumnBufferError(f"{name} needs a buffer of 1 dimension, not of {dimensions}")


def is_foreign(order: str) -> bool:
    return BYTE_ORDERS.get(order, sys.byteorder) != sys.byteorder


def refused_format(name: str, written: str) -> ColumnBufferError:
    return ColumnBufferError(f"{name}: no column takes values of the buffer's format {written!r}")
