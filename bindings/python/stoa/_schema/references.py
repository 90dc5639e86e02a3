"""References: fields whose values are rows of a table with ids.

A field of a record class, `owner: Person` or `parent: "Node | None"`, refers to rows of it; in
which table they are is said when a table is made (_store/targets.py). A cell holds the id of the
row, and 0 for None, so that there are no validity bits. The value of a cell is a row of the target,
or None, which it is too once the row was removed. A class that is yet to come is known by its name.
"""

from __future__ import annotations

import re
import sys
from typing import Any, Callable, ForwardRef, Optional

from stoa._lib.ffi import lib
from stoa._schema.types import PARSERS, TYPES, FieldType, base_type, derived_type, refusal
from stoa.errors import WrongTypeError

RULES = {
    "null": lib.STOA_ON_REMOVE_NULL,
    "refuse": lib.STOA_ON_REMOVE_REFUSE,
    "cascade": lib.STOA_ON_REMOVE_CASCADE,
}
REFERENCE = base_type(lib.STOA_REFERENCE, "u", "Q")
CLASS_NAME = re.compile(r"(\w+\.)*[A-Z]\w*$")


class Forward:
    """The name of a record class that could not be found when a field referred to it."""

    __slots__ = ("__name__", "module")

    def __init__(self, name: str, module: str) -> None:
        self.__name__ = name
        self.module = module  # where the name means something

    def __reduce__(self) -> tuple[Any, ...]:
        return Forward, (self.__name__, self.module)

    def found(self) -> Any:
        """The class, if the module has it now; else None."""
        found: Any = sys.modules.get(self.module)
        for name in self.__name__.split("."):
            found = getattr(found, name, None)
        return found if is_record_class(found) else None


Forward.__module__ = "stoa.types"  # where pickles look for it


def forward(text: str, module: str) -> Forward | None:
    """What a name that means nothing yet stands for: a class to come, if it is written like one."""
    is_class = CLASS_NAME.match(text) is not None and text not in TYPES
    return Forward(text, module) if is_class else None


def is_record_class(written: Any) -> bool:
    """Whether it is a record class that a user declared, or is just declaring."""
    if not isinstance(written, type) or "_stoa_hidden" in written.__dict__:
        return False
    return any("_stoa_fields" in each.__dict__ for each in written.__mro__[1:])


def is_row(value: Any) -> bool:
    """Whether it is a row of a table."""
    return hasattr(type(value), "_stoa_is_fresh")


class Undecoded:
    """The decoder of the type itself, which has no table: that of a table is in its store."""

    __slots__ = ()

    def __getitem__(self, cell: Any) -> Any:
        return cell


def identify(row: Any) -> int:
    """The id of a row; _access/rows.py replaces it."""
    raise NotImplementedError


def encoded(row: Any) -> int:
    """What a cell holds for a row or None. Raises StaleError for a stale row."""
    return 0 if row is None else identify(row)


def same_values(record: Any, values: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    """Whether the values of a record equal others: rows that both refer to if they are the same
    row, so that no chain of references is followed, and all else by value."""
    fields = type(record)._stoa_fields
    if len(values) != len(others) or len(values) != len(fields):
        return False
    for each, mine, other in zip(fields, values, others):
        is_reference = each.type.kind == "r" and is_row(mine) and is_row(other)
        if is_reference and identify(mine) != identify(other):
            return False
        if not (is_reference or mine is other or mine == other):
            return False
    return True


def converter(to: FieldType, target: Any, is_optional: bool) -> Callable[[Any, str], Any]:
    """What checks that a value is a row of such a class, or None."""

    def convert(value: Any, name: str) -> Any:
        if value is None and is_optional:
            return None
        of = target.found() if isinstance(target, Forward) else target
        if not hasattr(type(value), "_stoa_fields") or (
            of is not None and not isinstance(value, of)
        ):
            raise refusal(name, to, "rows", value)
        if not is_row(value):
            raise WrongTypeError(
                f"{name} is {to} and takes rows of a table: this {type(value).__name__} is in no "
                "table; append it, and give the row"
            )
        return value

    return convert


def reference_type(target: Any) -> FieldType:
    """The type of references to rows of a class, which has the type of those or None."""
    made = [made_type(target, False), made_type(target, True)]
    made[0].or_none = made[1].or_none = made[1]
    return made[0]


def made_type(target: Any, is_optional: bool) -> FieldType:
    name = f"{target.__name__} | None" if is_optional else target.__name__
    made = derived_type(
        name,
        REFERENCE,
        Optional[target] if is_optional and isinstance(target, type) else target,
        kind="r",
        convert=lambda value, name: value,
        encoder=encoded,
        decoder=Undecoded(),
    )
    if is_optional and isinstance(target, Forward):
        made.written = OrNone(target)
    made.convert = converter(made, target, is_optional)
    made.target, made.is_optional = target, is_optional
    return made


class OrNone:
    """How `Name | None` is written of a class to come."""

    __slots__ = ("target",)

    def __init__(self, target: Forward) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return OrNone, (self.target,)


OrNone.__module__ = "stoa.types"


def reference_written(written: Any, name: str) -> FieldType | None:
    """The type of a record class, or of one to come; None: it is something else."""
    if isinstance(written, ForwardRef):
        written = forward(written.__forward_arg__, "")
    if isinstance(written, OrNone):
        return reference_type(written.target).or_none
    if isinstance(written, Forward):
        return reference_type(written)
    if not is_record_class(written):
        return None
    kept = written.__dict__["_stoa_made"]
    found: FieldType | None = kept.get("reference")
    if found is None:
        kept["reference"] = found = reference_type(written)
    return found


PARSERS.append(reference_written)
