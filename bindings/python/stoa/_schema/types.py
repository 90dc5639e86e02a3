"""The field types, and how a Python value becomes a value of one.

A type is its name: FieldType is a str, so that `points.fields["x"] == "int32"` holds. The list
comes from the library. To type checkers `int32` is int, so that they read `p.x` as one.

A value goes two steps: `convert` checks what was given and makes the value that a record has;
`encoder` makes of it the number that the cell holds, and `decoder[number]` is the value again. Most
types have numbers for values, and neither of the two. A type that a module defines beside
those of the library (enumerations.py) has one of these as its base.
"""

from __future__ import annotations

import struct
import sys
import types
from math import isinf
from operator import index
from typing import TYPE_CHECKING, Any, Callable, ForwardRef, Optional, Union, get_args, get_origin

from stoa._lib.ffi import ffi, lib
from stoa.errors import ArgumentError, DeclarationError, RangeError, WrongTypeError, shown

IS_PYPY = sys.implementation.name == "pypy"

CODES = {
    "bool": "?",
    "int8": "b",
    "int16": "h",
    "int32": "i",
    "int64": "q",
    "uint8": "B",
    "uint16": "H",
    "uint32": "I",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
KINDS = {"bool": "?", "int": "i", "uint": "u", "float": "f", "object": "o", "string": "s"}
# A finite float64 of this magnitude or more rounds to infinity as a float32.
FLOAT32_LIMIT = 2.0**128 - 2.0**103

NONE = type(None)
UNIONS: tuple[Any, ...] = (Union, getattr(types, "UnionType", Union))  # of Python 3.10

pack_float32 = struct.Struct("f")
pack_float64 = struct.Struct("d")


class FieldType(str):
    """The type of a field, for example stoa.int32: a str with attributes.

    `width` is the bytes of a cell (4 for an object or a string: a handle), `code` the struct
    character of the cells (empty for an object or a string), `low` and `high` the bounds of an
    integer type, else 0.
    `stoa.int32 | None` is a type as well; `nullable` tells of it. The type of a reference has the
    name of the record class that it refers to, and `is_optional` tells of `Person | None`.
    """

    __module__ = "stoa"
    __slots__ = (
        "base",
        "code",
        "convert",
        "decoder",
        "encoder",
        "high",
        "inner",
        "is_optional",
        "kind",
        "labels",
        "length",
        "low",
        "nullable",
        "number",
        "or_none",
        "target",
        "unit",
        "width",
        "written",
        "zone",
    )

    if TYPE_CHECKING:
        base: FieldType  # the library's type of the cells
        nullable: bool  # whether a value may be None
        inner: FieldType  # the type of the values that are not None: of a type without None, itself
        or_none: FieldType | None  # the nullable type, once it was made
        number: int
        width: int
        code: str
        kind: str
        low: int
        high: int
        convert: Callable[[Any, str], Any]
        encoder: Callable[[Any], Any] | None  # of a converted value what the cell holds; None: it
        decoder: Any  # decoder[cell] is the value; None: the cell is
        labels: tuple[str, ...]  # of the members of an enumeration
        length: int  # of a vector; 0: one value
        written: Any  # what parse_type() makes it of
        unit: int  # a stoa_unit: of timestamps and durations
        zone: str | None  # of timestamps
        target: Any  # of a reference: the record class of the rows; else None
        is_optional: bool  # whether a reference may be None: by its id, not by a validity bit

    def __new__(cls, name: str) -> FieldType:
        made = str.__new__(cls, name)
        made.inner, made.nullable, made.or_none = made, False, None
        made.unit, made.zone = 0, None
        made.target, made.is_optional = None, False
        return made

    def __or__(self, other: Any) -> FieldType:
        return optional_type(self) if other is None or other is NONE else NotImplemented

    __ror__ = __or__

    def __repr__(self) -> str:
        return f"stoa.{self}" if self.base is self and self.kind in "iuf" else str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type_named, (self.written,)


def base_type(number: int, kind: str, code: str) -> FieldType:
    """A type of the library, which takes values as they are."""
    made = FieldType(ffi.string(lib.stoa_type_name(number)).decode())
    made.number, made.kind, made.code = number, kind, code
    made.width = lib.stoa_type_width(number)
    made.low = made.high = made.length = 0
    made.base, made.written, made.labels = made, str(made), ()
    made.convert, made.encoder, made.decoder = object_converter(made), None, None
    return made


def make_type(number: int) -> FieldType:
    name = ffi.string(lib.stoa_type_name(number)).decode()
    made = base_type(number, KINDS[name.rstrip("0123456789")], CODES.get(name, ""))
    made.low = -(1 << (8 * made.width - 1)) if made.kind == "i" else 0
    made.high = {"i": -made.low - 1, "u": (1 << (8 * made.width)) - 1}.get(made.kind, 0)
    made.convert = CONVERTERS[made.kind](made)
    return made


def derived_type(
    name: str,
    base: FieldType,
    written: Any,
    *,
    kind: str,
    convert: Callable[[Any, str], Any],
    encoder: Callable[[Any], Any] | None,
    decoder: Any,
    labels: tuple[str, ...] = (),
) -> FieldType:
    """A type whose cells are those of `base`; see FieldType."""
    made = FieldType(name)
    for each in ("number", "width", "code", "low", "high"):
        setattr(made, each, getattr(base, each))
    made.base, made.written, made.labels, made.kind = base, written, labels, kind
    made.length = 0
    made.convert, made.encoder, made.decoder = convert, encoder, decoder
    return made


class OrNone:
    """The decoder of a nullable type: what is no value stays None."""

    __slots__ = ("decoder",)

    def __init__(self, decoder: Any) -> None:
        self.decoder = decoder

    def __getitem__(self, cell: Any) -> Any:
        return None if cell is None else self.decoder[cell]


def optional_type(of: FieldType) -> FieldType:
    """The type of these values and None. Objects may be None as they are."""
    if of.nullable or of.kind == "o":
        return of
    if of.length:
        raise DeclarationError(
            f"a vector is never None: write NaN into its components, not {of} | None"
        )
    if of.or_none is None:
        is_text = isinstance(of.written, str)
        written = f"{of.written} | None" if is_text else Optional[of.written]
        encode, decoder = of.encoder, None if of.decoder is None else OrNone(of.decoder)

        def convert(value: Any, name: str) -> Any:
            return None if value is None else of.convert(value, name)

        made = derived_type(
            f"{of} | None",
            of.base,
            written,
            kind=of.kind,
            convert=convert,
            encoder=encode,
            decoder=decoder,
            labels=of.labels,
        )
        made.inner, made.nullable, made.unit, made.zone = of, True, of.unit, of.zone
        of.or_none = made
    return of.or_none


def refusal(name: str, field_type: str, takes: str, value: object) -> WrongTypeError:
    given = f"{type(value).__name__} {shown(value)}"
    return WrongTypeError(f"{name} is {field_type} and takes {takes}, not {given}")


def integer_converter(to: FieldType) -> Callable[[Any, str], int]:
    def convert(value: Any, name: str) -> int:
        try:
            number = int(value) if is_numpy_bool(value) else int(index(value))
        except TypeError:
            raise refusal(name, to, "integers", value) from None
        if to.low <= number <= to.high:
            return number
        raise RangeError(
            f"{name} is {to}, from {to.low} to {to.high}: {shown(number)} does not fit"
        )

    return convert


def float_converter(to: FieldType) -> Callable[[Any, str], float]:
    def convert(value: Any, name: str) -> float:
        if is_complex(value):  # numpy's __float__ drops the imaginary part
            raise refusal(name, to, "numbers", value)
        is_exact = to.width == 8 or type(value) is float or is_numpy_bool(value)
        exact = value if is_exact else odd_in_53_bits(value)
        try:
            # Unlike float(), struct accepts no text, but everything that has __float__.
            number: float = pack_float64.unpack(pack_float64.pack(exact))[0]
        except OverflowError:
            raise too_large(name, to, value) from None
        except (struct.error, TypeError):
            number = float_of_integer(value, name)
        return number if to.width == 8 else as_float32(number, name)

    def float_of_integer(value: Any, name: str) -> float:
        try:
            return float(index(value))
        except OverflowError:
            raise too_large(name, to, value) from None
        except TypeError:
            raise refusal(name, to, "numbers", value) from None

    def as_float32(number: float, name: str) -> float:
        if abs(number) >= FLOAT32_LIMIT and not isinf(number):
            raise too_large(name, to, number)
        rounded: float = pack_float32.unpack(pack_float32.pack(number))[0]
        return rounded

    return convert


def is_numpy_bool(value: Any) -> bool:
    """numpy.True_ or numpy.False_, which numpy converts to integers with a warning, if at all."""
    return type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_")


def is_complex(value: Any) -> bool:
    return type(value) is not float and getattr(getattr(value, "dtype", None), "kind", "") == "c"


def odd_in_53_bits(value: Any) -> Any:
    """An integer that float64 holds, and that rounds to the same float32 as `value`.

    If bits are lost in a float64, its last bit is made odd, so that the value is not rounded twice
    (round to odd: Boldo and Melquiond, 2008). Values that are not integers are returned unchanged.
    """
    try:
        number = index(value)
    except TypeError:
        return value
    shift = number.bit_length() - 53
    if shift <= 0:
        return number
    top, rest = divmod(abs(number), 1 << shift)
    kept = (top | (rest > 0)) << shift
    return kept if number > 0 else -kept


def too_large(name: str, to: str, value: object) -> RangeError:
    return RangeError(f"{name} is {to}: {shown(value)} does not fit")


def bool_converter(to: FieldType) -> Callable[[Any, str], bool]:
    def convert(value: Any, name: str) -> bool:
        if isinstance(value, bool):
            return value
        if is_numpy_bool(value):
            return bool(value)
        try:
            number = index(value)
        except TypeError:
            raise refusal(name, to, "True, False, 0 and 1", value) from None
        if number not in (0, 1):
            raise RangeError(f"{name} is bool and takes True, False, 0 and 1: not {shown(number)}")
        return number == 1

    return convert


def object_converter(to: FieldType) -> Callable[[Any, str], Any]:
    def convert(value: Any, name: str) -> Any:
        return value

    return convert


def string_converter(to: FieldType) -> Callable[[Any, str], str]:
    def convert(value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise refusal(name, to, "text", value)
        text = str.__str__(value)  # of a subclass: a plain str
        try:
            text.isascii() or text.encode()
        except UnicodeEncodeError as error:
            raise ArgumentError(
                f"{name} is {to} and takes what UTF-8 can hold: {shown(text)} has a lone surrogate "
                f"at {error.start}"
            ) from None
        return text

    return convert


CONVERTERS: dict[str, Callable[[FieldType], Callable[[Any, str], Any]]] = {
    "i": integer_converter,
    "u": integer_converter,
    "f": float_converter,
    "?": bool_converter,
    "o": object_converter,
    "s": string_converter,
}


def list_types() -> dict[str, FieldType]:
    types = {}
    number = 1
    while lib.stoa_type_name(number) != ffi.NULL:
        name = ffi.string(lib.stoa_type_name(number)).decode()
        if name.rstrip("0123456789") in KINDS:  # else a type that is written in another way
            types[name] = make_type(number)
        number += 1
    return types


TYPES = list_types()
BY_NUMBER = {made.number: made for made in TYPES.values()}
OBJECT = TYPES["object"]
STRING = TYPES["string"]
ENUM8, ENUM16 = TYPES["uint8"], TYPES["uint16"]

if TYPE_CHECKING:
    int8 = int
    int16 = int
    int32 = int
    int64 = int
    uint8 = int
    uint16 = int
    uint32 = int
    uint64 = int
    float32 = float
    float64 = float
else:
    int8, int16, int32, int64 = (TYPES[f"int{bits}"] for bits in (8, 16, 32, 64))
    uint8, uint16, uint32, uint64 = (TYPES[f"uint{bits}"] for bits in (8, 16, 32, 64))
    float32, float64 = TYPES["float32"], TYPES["float64"]


def type_named(written: Any) -> FieldType:
    """The type that was written so, for unpickling."""
    return parse_type(written, "of a pickle")


type_named.__module__ = "stoa.types"  # where pickles look for it


def type_of_number(kind: str, width: int) -> FieldType | None:
    """The type of that kind ('?', 'i', 'u' or 'f') and width in bytes."""
    for made in TYPES.values():
        if made.kind == kind and made.width == width:
            return made
    return None


def parse_type(written: Any, name: str) -> FieldType:
    """The type that was written for field `name`."""
    found = type_written(written, name)
    if found is None:
        raise DeclarationError(f"field {name!r} cannot be {unknown_type(written)}")
    return found


# What modules that define types make of what is written; None: it is not theirs.
PARSERS: list[Callable[[Any, str], FieldType | None]] = []


def type_written(written: Any, name: str = "of a cast") -> FieldType | None:
    """The type of stoa.int32, "int32", int, a numpy dtype or what PARSERS know, for a field."""
    if isinstance(written, FieldType):
        return written
    if isinstance(written, ForwardRef):  # typing.Optional makes one of a str
        found = type_written(written.__forward_arg__, name)
        if found is not None:
            return found  # else a class to come
    of = without_none(written)
    if of is not None:
        inner = type_written(of, name)
        return None if inner is None else optional_type(inner)
    for parser in PARSERS:
        found = parser(written, name)
        if found is not None:
            return found
    python_types: dict[Any, str] = {
        int: "int64",
        float: "float64",
        bool: "bool",
        str: "string",
        object: "object",
        Any: "object",
    }
    try:
        text = python_types.get(written, written)
    except TypeError:  # not hashable
        text = written
    if isinstance(text, str):
        return TYPES.get({"int": "int64", "float": "float64", "str": "string"}.get(text, text))
    return numpy_type(written)


def without_none(written: Any) -> Any:
    """What a union with None is of besides; None: it is not such a union."""
    if isinstance(written, str):
        parts = [part.strip() for part in written.split("|")]
        others = [part for part in parts if part != "None"]
        return others[0] if len(parts) == 2 and len(others) == 1 else None
    if get_origin(written) not in UNIONS:
        return None
    members = get_args(written)
    of = [each for each in members if each is not NONE]
    return of[0] if len(of) == 1 and len(members) == 2 else None


def unknown_type(written: Any) -> str:
    return (
        f"of type {shown(written)}: the types are {', '.join(TYPES)}, date, timestamp[us], "
        "duration[us], and int, which is int64, float, which is float64, str, which is string, "
        "datetime, which is timestamp[us], and timedelta, which is duration[us]"
    )


def numpy_type(written: Any) -> FieldType | None:
    """The type for a numpy dtype or scalar class; numpy itself is not needed."""
    if isinstance(written, type):
        if written.__module__ != "numpy":
            return None
        name = written.__name__.rstrip("_")
        return TYPES.get(
            {"longlong": "int64", "ulonglong": "uint64", "str": "string"}.get(name, name)
        )
    kind = {"b": "?", "i": "i", "u": "u", "f": "f", "O": "o", "U": "s", "T": "s"}.get(
        getattr(written, "kind", "")
    )
    if kind in ("o", "s"):
        return OBJECT if kind == "o" else STRING
    return type_of_number(kind, getattr(written, "itemsize", 0)) if kind else None
