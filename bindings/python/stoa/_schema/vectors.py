"""Vectors: fields of several numbers, as annotations, descriptions and values.

The type of a vector is a FieldType of kind "v", whose base is the type of its components and whose
length is their number; a value is a tuple. In the library each component is a field of its own, and
StoredField.parts (sources.py) has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Callable, Literal, TypeVar, get_args, get_origin

from stoa._lib.ffi import lib
from stoa._schema.types import OBJECT, PARSERS, FieldType, refusal, type_written
from stoa.errors import DeclarationError, LengthError, shown

MOST: int = lib.STOA_MAX_LENGTH
WRITTEN = re.compile(r"(\w+)\[(\d+)\]")

made: dict[tuple[FieldType, int], FieldType] = {}


def vector_type(base: FieldType, length: int) -> FieldType:
    """The type of vectors of so many numbers; there is one of each."""
    found = made.get((base, length))
    if found is None:
        found = made[base, length] = make_type(base, length)
    return found


def make_type(base: FieldType, length: int) -> FieldType:
    new = FieldType(f"{base}[{length}]")
    new.number, new.width, new.code, new.kind = base.number, base.width * length, "", "v"
    new.low, new.high, new.labels, new.base = base.low, base.high, (), base
    new.length, new.written, new.encoder = length, str(new), None
    new.convert = converter(new)
    new.decoder = new.written  # not None: the value is not what a cell holds
    return new


def converter(to: FieldType) -> Callable[[Any, str], tuple[Any, ...]]:
    convert = to.base.convert

    def convert_all(value: Any, name: str) -> tuple[Any, ...]:
        if isinstance(value, (str, bytes, bytearray, Mapping, set, frozenset)):
            raise refusal(name, to, f"{to.length} numbers", value)
        try:
            values = list(islice(iter(value), to.length + 1))
        except TypeError:
            raise refusal(name, to, f"{to.length} numbers", value) from None
        if len(values) != to.length:
            given = len(values) if not hasattr(value, "__len__") else len(value)
            more = "" if given <= to.length or hasattr(value, "__len__") else " or more"
            raise LengthError(f"{name} is {to} and takes {to.length} numbers, not {given}{more}")
        return tuple([convert(each, f"{name}[{i}]") for i, each in enumerate(values)])

    return convert_all


# ---- how it is written ----


def checked_vector(base: Any, length: Any, name: str) -> FieldType:
    of = type_written(base, name)
    if of is None or of is OBJECT or of.base is not of:
        raise DeclarationError(
            f"field {name!r} is a vector of {shown(base)}: the components are numbers or bools"
        )
    if get_origin(length) is Literal:
        [length] = get_args(length) if len(get_args(length)) == 1 else [length]
    if type(length) is not int or not 2 <= length <= MOST:
        raise DeclarationError(
            f"field {name!r} is a vector of length {shown(length)}: it has 2 to {MOST} components"
        )
    return vector_type(of, length)


def parse(written: Any, name: str) -> FieldType | None:
    """The type of "float32[3]", ("float32", (3,)), or a numpy dtype with such a shape."""
    if isinstance(written, Unresolved):
        base, length = written.parts
        return checked_vector(base, length, name)
    if isinstance(written, str):
        found = WRITTEN.fullmatch(written)
        return checked_vector(found[1], int(found[2]), name) if found else None
    if isinstance(written, tuple) and len(written) == 2 and isinstance(written[1], tuple):
        base, shape = written
    else:
        base, shape = getattr(written, "subdtype", None) or (None, ())
    if len(shape) == 1:
        return checked_vector(base, shape[0], name)
    if base is not None and shape:
        raise DeclarationError(f"field {name!r} has the shape {shape}: a vector has one dimension")
    return None


PARSERS.append(parse)


class Unresolved:
    """Vector[…] as it was written, until the name of its field is known."""

    __slots__ = ("parts",)

    def __init__(self, parts: Any) -> None:
        self.parts = parts if isinstance(parts, tuple) and len(parts) == 2 else (parts, None)

    def __repr__(self) -> str:
        return f"stoa.Vector[{', '.join(map(str, self.parts))}]"


# ---- values that write through ----


class Components(Sequence[Any]):
    """The vector of a row, such as `p.position`: a sequence of fixed length that reads and writes
    the table.

    It is stale where its row is. It equals sequences of the same numbers; copies and pickles of it
    are tuples.
    """

    __module__ = "stoa"
    __slots__ = ("_field", "_index", "_order", "_store")

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, store: Any, field: Any, order: int, index: int) -> None:
        self._store = store
        self._field = field
        self._order = order
        self._index = index

    def _values(self) -> tuple[Any, ...]:
        store, field = self._store, self._field
        store.check_order(self._order, "vector")
        store.cells_of(field.index, field.name)
        return store.cells_for(field)[self._index]  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return self._field.type.length  # type: ignore[no-any-return]

    def __getitem__(self, index: Any) -> Any:
        return self._values()[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        """Stores a component, or several into a slice; of a wrong number none.

        Raises RowIndexError, WrongTypeError, RangeError, LengthError, StaleError.
        """
        values = list(self._values())
        if isinstance(index, slice):
            given = list(value)
            if len(given) != len(values[index]):
                raise LengthError(f"{len(given)} values were given for {len(values[index])}")
            values[index] = given
        else:
            values[index] = value
        converted = self._field.type.convert(values, self._field.name)
        self._store.put_vector(self._field, self._index, self._order, converted)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Components, tuple, list)):
            return self._values() == tuple(other)
        return NotImplemented

    def __repr__(self) -> str:
        return repr(self._values())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The numbers as an array of numpy, in memory of its own."""
        import numpy

        return numpy.array(self._values(), dtype=dtype or numpy.dtype(self._field.type.base.code))

    def tolist(self) -> list[Any]:
        """The numbers as a list. Raises StaleError for the vector of a stale row."""
        return list(self._values())

    def __copy__(self) -> tuple[Any, ...]:
        return self._values()

    def __deepcopy__(self, memo: dict[int, Any]) -> tuple[Any, ...]:
        return self._values()

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._values(),)


if TYPE_CHECKING:
    from typing import Protocol

    Number = TypeVar("Number", covariant=True)
    Length = TypeVar("Length", covariant=True)

    class Vector(Protocol[Number, Length]):
        """To type checkers a vector is what has numbers: a tuple, a list, an array."""

        def __len__(self) -> int: ...
        def __getitem__(self, index: int, /) -> Number: ...
        def __iter__(self) -> Iterator[Number]: ...

else:

    class Vector(Components):
        """A field of several numbers: `position: Vector[float32, Literal[3]]`.

        `p.position` of a row is one: a sequence of fixed length that reads and writes the table,
        and is stale where its row is. It equals a sequence of the same numbers; copies, pickles and
        to_dict() have tuples. It is stored as any sequence of so many numbers: `p.position = 1, 2,
        3`. Raises DeclarationError for a type that has no vectors, and for a length below 2 or
        beyond 1024.
        """

        __module__ = "stoa"

        __slots__ = ()

        def __class_getitem__(cls, parts: Any) -> Any:
            return Unresolved(parts)


Live: Any = Vector  # what a row gives


class VectorCells:
    """The cells of a vector's components; an item is the tuple of a row."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return tuple([cells[index] for cells in self.parts])


def vector_property(field: Any, stale: Callable[[str], Exception]) -> property:
    """The attribute of rows for a vector field; it asks the row for nothing but its place."""
    from stoa.errors import FieldNameError

    def stored(row: Any) -> tuple[Any, Any]:
        store = row._stoa_table._store
        if not row._stoa_is_fresh():
            raise stale("row")
        known = type(row) is store.row_parts[0] or any(
            each is field for each in store.record._stoa_fields
        )
        if not known:
            raise FieldNameError(f"the field {field.name!r} was dropped or renamed")
        return store, store.fields[field.name]

    def get(row: Any) -> Any:
        store, found = stored(row)
        return Live(store, found, store.order, row._stoa_index)

    def put(row: Any, value: Any) -> None:
        converted = field.type.convert(value, field.name)
        store, found = stored(row)
        store.put_vector(found, row._stoa_index, store.order, converted)

    return property(get, put)


def array_of(cells: Any, base: FieldType, length: int, rows: int) -> Any:
    """numpy's (rows, length) of components that lie one after the other."""
    import numpy

    return numpy.frombuffer(cells, base.code).reshape(length, rows).T
