"""Staging: writes the values of a new row to the array of stoa_value that the library reads.

A function stage(into, x, y, w) is generated for each record class, without a loop over the fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any, Callable

from stoa._lib.ffi import ffi
from stoa._schema.fields import Field
from stoa._schema.generate import checked, compiled, converters
from stoa._schema.types import IS_PYPY, TYPES, FieldType

# kind: (type of the value, member that holds it, struct format of type and member)
STAGED = {
    "?": ("bool", "boolean", "i4x?15x"),
    "i": ("int64", "int64", "i4xq8x"),
    "u": ("uint64", "uint64", "i4xQ8x"),
    "f": ("float64", "float64", "i4xd8x"),
    "o": ("object", "object", "i4xQ8x"),
    "s": ("string", "string", "i4xQ8x"),
    "t": ("int64", "int64", "i?BBxq8x"),  # a count, its unit, whether there is a zone
}


def make_stage(fields: Sequence[Field]) -> Callable[..., None]:
    """stage(into, *values): objects are given as pointers; strings as 0 or None, and they are
    pointed at afterwards. It may raise struct's errors."""
    names = converters(fields)
    values = [f"_stoa_{i}" for i in range(len(fields))]
    source = [f"def _stoa_stage(into, {', '.join(values)}):"]
    source += [
        f"    _stoa_{i} = {checked(each, f'_stoa_{i}', i, in_place=True)}"
        for i, each in enumerate(fields)
        if each.type.length
    ]
    if IS_PYPY:
        source += [*stores_source(fields, names), "    return"]
    else:
        layout = Struct("=" + "".join(map(staged, fields)))
        names["_stoa_pack_into"] = layout.pack_into
        source.append(f"    _stoa_pack_into(into, 0, {', '.join(packed(fields))})")
    stage: Callable[..., None] = compiled(source, names)["_stoa_stage"]
    return stage


def number_of(of: FieldType) -> int:
    """The type of the value that is staged for a cell."""
    return of.number if of.kind == "t" else TYPES[STAGED[of.base.kind][0]].number


def staged(each: Field) -> str:
    """The struct format of a field's value, or of its components."""
    layout = STAGED[each.type.base.kind][2]
    return (layout.replace("i4x", "i?3x") if each.type.nullable else layout) * (
        each.type.length or 1
    )


def packed(fields: Sequence[Field]) -> Iterable[str]:
    for i, each in enumerate(fields):
        for k in range(each.type.length):
            yield str(number_of(each.type))
            yield f"_stoa_{i}[{k}]"
        if each.type.length:
            continue
        yield str(number_of(each.type))
        # The value of an object is a pointer. Integers that are not an int are converted first:
        # struct would call the __index__ of numpy's booleans, which numpy warns about.
        value = f"_stoa_{i}"
        if each.type.nullable or each.type.kind == "t":
            yield f"{value} is None"
        if each.type.kind == "t":
            yield f"{each.type.unit}, {int(each.type.zone is not None)}"
        if each.type.nullable:
            cell = checked(each, value, i, in_place=True)
            yield "0" if each.type.kind == "s" else f"(0 if {value} is None else {cell})"
            continue
        yield value if each.type.kind in "os" else checked(each, value, i, in_place=True)


def stores_source(fields: Sequence[Field], names: dict[str, Any]) -> Iterable[str]:
    """Plain stores into the array, which PyPy compiles; the types are set already."""
    names.update(_stoa_cast=ffi.cast, _stoa_void=ffi.typeof("void *"))
    at = -1
    for i, each in enumerate(fields):
        member = STAGED[each.type.base.kind][1]
        for k in range(each.type.length):
            yield f"    into[{at + 1 + k}].{member} = _stoa_{i}[{k}]"
        at += each.type.length or 1
        if each.type.nullable:
            yield f"    into[{at}].is_null = _stoa_{i} is None"
        if each.type.length or each.type.kind == "s":
            continue
        value = checked(each, f"_stoa_{i}", i, in_place=True)
        if each.type.kind == "o":
            value = f"_stoa_cast(_stoa_void, {value})"
        if each.type.nullable:
            value = f"0 if _stoa_{i} is None else {value}"
        yield f"    into[{at}].{member} = {value}"


class Stage:
    """Memory for the values of one row and an error."""

    __slots__ = ("error", "into", "values")

    def __init__(self, fields: Sequence[Field]) -> None:
        types = [each.type for each in fields for _ in range(each.type.length or 1)]
        self.values = ffi.new("stoa_value[]", len(types))
        for place, of in zip(self.values, types):
            place.type, place.unit, place.is_zoned = number_of(of), of.unit, of.zone is not None
        self.into = self.values if IS_PYPY else ffi.buffer(self.values)
        self.error = ffi.new("stoa_error *")
