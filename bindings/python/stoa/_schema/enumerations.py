"""Enumerations: fields whose values are the members of an enum.Enum class or of a Literal.

A cell holds the place of the member, from 0, in the order of the class: in one byte, or in two past
256 members. The names of the members are the labels of the library's field, by which text compares
it. A field of an IntFlag holds the flag's value, in the smallest unsigned integer that has all its
bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, IntFlag
from functools import reduce
from operator import or_
from typing import Any, Callable, Literal, get_args, get_origin
from weakref import WeakKeyDictionary

from stoa._schema.types import ENUM8, ENUM16, PARSERS, TYPES, FieldType, derived_type, refusal
from stoa.errors import DeclarationError, RangeError, shown

MOST_MEMBERS = 1 << 16
LISTED = 8  # members that an error names

known: WeakKeyDictionary[Any, FieldType] = WeakKeyDictionary()  # by class
literals: dict[tuple[str, ...], FieldType] = {}


class Places(tuple[Any, ...]):
    """The values by what their cells hold, which raw writes may have left without a member."""

    __slots__ = ()

    def __getitem__(self, place: Any) -> Any:
        try:
            return tuple.__getitem__(self, place)
        except IndexError:
            raise RangeError(f"the cell holds {place}, which is no member's place") from None


class Flags(dict[int, Any]):
    """The flags by their values, made as they are met."""

    __slots__ = ("of",)

    def __init__(self, of: type[IntFlag]) -> None:
        self.of = of

    def __missing__(self, number: int) -> Any:
        made = self.of(number)
        if len(self) < MOST_MEMBERS:
            self[number] = made
        return made


def enumeration_written(written: Any, name: str) -> FieldType | None:
    """The type of an Enum class or a Literal; None: it is something else."""
    if get_origin(written) is Literal:
        return literal_type(get_args(written), written, name)
    if not (isinstance(written, type) and issubclass(written, Enum)):
        return None
    found = known.get(written)
    if found is None:
        if issubclass(written, IntFlag):
            found = flag_type(written, name)
        else:
            found = enum_type(written, name)
        known[written] = found
    return found


PARSERS.append(enumeration_written)


# ---- members ----


def enum_type(of: Any, name: str) -> FieldType:
    """The type of an Enum class."""
    members = list(of)
    if not members:
        raise DeclarationError(f"field {name!r} cannot be of {of.__name__}, which has no members")

    def convert(value: Any, name: str) -> Any:
        if isinstance(value, of):
            return value
        raise refusal(name, of.__name__, f"its members, {listed([str(m) for m in of])}", value)

    labels = [each.name for each in members]
    return members_type(of.__name__, of, members, labels, convert, name)


def literal_type(values: tuple[Any, ...], written: Any, name: str) -> FieldType:
    """The type of Literal["a", "b"]."""
    if not all(type(each) is str for each in values):
        raise DeclarationError(
            f"field {name!r} cannot be {written}: a Literal of a field is of texts"
        )
    members = tuple(dict.fromkeys(values))
    found = literals.get(members)
    if found is not None:
        return found
    text = f"Literal[{', '.join(map(repr, members))}]"
    meant = {each: each for each in members}

    def convert(value: Any, name: str) -> Any:
        member = meant.get(value) if isinstance(value, str) else None
        if member is not None:
            return member
        raise refusal(name, "a Literal", listed([repr(each) for each in members]), value)

    made = literals[members] = members_type(text, written, members, members, convert, name)
    return made


def members_type(
    text: str,
    written: Any,
    members: Sequence[Any],
    labels: Sequence[str],
    convert: Callable[[Any, str], Any],
    name: str,
) -> FieldType:
    """A type whose cells hold places among the members."""
    if len(members) > MOST_MEMBERS:
        raise DeclarationError(
            f"field {name!r} cannot be of {len(members):,} members: {MOST_MEMBERS:,} are the most"
        )
    for each in labels:
        if "\0" in each or any("\ud800" <= letter <= "\udfff" for letter in each):
            raise DeclarationError(
                f"field {name!r} cannot have the member {each!r}: a name has no NUL, and is valid "
                "Unicode"
            )
    places = {each: place for place, each in enumerate(members)}
    return derived_type(
        text,
        ENUM8 if len(members) <= 1 << 8 else ENUM16,
        written,
        kind="e",
        convert=convert,
        encoder=places.__getitem__,
        decoder=Places(members),
        labels=tuple(labels),
    )


def listed(names: Sequence[str]) -> str:
    """The first of the names, for messages."""
    more = f", … ({len(names):,} in all)" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


# ---- flags ----


def flag_type(of: type[IntFlag], name: str) -> FieldType:
    """The type of an IntFlag class."""
    values = [int(each) for each in of.__members__.values()]
    mask = reduce(or_, values, 0)
    if min(values, default=0) < 0 or mask >= 1 << 64:
        raise DeclarationError(
            f"field {name!r} cannot be of {of.__name__}: its flags have bits beyond 64"
        )
    width = next(bits for bits in (8, 16, 32, 64) if mask < 1 << bits)

    def convert(value: Any, name: str) -> Any:
        if not isinstance(value, of):
            raise refusal(name, of.__name__, f"its flags, as {shown(of(mask))}", value)
        if value < 0:  # ~flag, before Python 3.11
            return of(value & mask)
        if value >> width:
            raise RangeError(
                f"{name} is {of.__name__}, in {width} bits: {shown(value)} does not fit"
            )
        return value

    return derived_type(
        of.__name__,
        TYPES[f"uint{width}"],
        of,
        kind="u",
        convert=convert,
        encoder=int,
        decoder=Flags(of),
    )
