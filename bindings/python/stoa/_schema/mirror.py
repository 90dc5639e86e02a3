"""Attributes that Python's dataclasses expects of a record class, for fields(), asdict() and so on.

They are made when they are first read, because importing dataclasses is slow; a Later stands in the
class, and keeps them beside it. The Field objects are those of a real dataclass, made by
dataclasses; they are then given the names of the record's fields, which need not be Python
identifiers.

The class of standalone objects has a Later too, since orjson looks only into an object's own class.
The class of rows has none: orjson drops what it reads before it writes it, and a row does not hold
its values.
"""

from __future__ import annotations

import sys
from typing import Any

from stoa._schema.fields import MISSING, Field


class Later:
    """An attribute of a record class that is made when it is first read."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, record: Any, kind: Any) -> Any:
        owner: Any = next(each for each in kind.__mro__ if self.name in each.__dict__)
        kept = owner._stoa_made
        if self.name not in kept:
            kept[self.name] = getattr(mirror_of(owner._stoa_fields, owner.__name__), self.name)
        return kept[self.name]


MIRRORED = (Later("__dataclass_fields__"), Later("__dataclass_params__"))


def mirror_of(fields: tuple[Field, ...], name: str) -> Any:
    """A dataclass whose attributes describe a record with these fields."""
    from dataclasses import make_dataclass

    described = [(f"field_{i}", each.type, mirrored(each)) for i, each in enumerate(fields)]
    made: Any = make_dataclass(name, described, init=False, repr=False, eq=False)
    found = {}
    for each, mirror in zip(fields, made.__dataclass_fields__.values()):
        mirror.name = each.name
        found[each.name] = mirror
    made.__dataclass_fields__ = found
    return made


def mirrored(each: Field) -> Any:
    from dataclasses import field

    options: dict[str, Any] = {"metadata": each.metadata}
    if each.default is not MISSING:
        options["default"] = each.default
    if each.factory is not MISSING:
        options["default_factory"] = each.factory
    if sys.version_info >= (3, 10):
        options["kw_only"] = each.kw_only
    return field(**options)
