"""Tables with typed columns: `class Points(stoa.Table[Point]): x: Column[int]`."""

from __future__ import annotations

from typing import Any, ClassVar, get_args, get_origin

from stoa._schema import times
from stoa._schema.fields import own_annotations, resolve
from stoa._schema.record import RecordType
from stoa._schema.types import TYPES, FieldType, type_written, without_none
from stoa.column import Column
from stoa.errors import DeclarationError, shown

VALUE_TYPES = {int: "iu", float: "f", bool: "?", str: "s", object: "o"}


def record_of(table_class: type, base: type) -> RecordType | None:
    """The record class for which a subclass of Table is declared; None: not declared yet."""
    for each in table_class.__dict__.get("__orig_bases__", ()):
        origin = get_origin(each)
        if isinstance(origin, type) and issubclass(origin, base):
            found = get_args(each)[0]
            return found if isinstance(found, RecordType) else None
    return None


def check_columns(table_class: type, base: type, record: RecordType) -> None:
    """Compares the annotations of a typed table with the fields of its record class."""
    types = {each.name: each.type for each in record._stoa_fields}
    for name, written in own_annotations(table_class).items():
        if isinstance(written, str):
            written = resolve(written, table_class, {})
        if written is ClassVar or get_origin(written) is ClassVar:
            continue
        where = f"{table_class.__name__}.{name}"
        if name not in types:
            raise DeclarationError(
                f"{where}: {record.__name__} has no field {name!r}; "
                f"the fields are {', '.join(types)}"
            )
        if hasattr(base, name):
            raise DeclarationError(f"{where}: every table has an attribute {name!r}")
        check_column(written, types[name], where)


def check_column(written: Any, field_type: FieldType, where: str) -> None:
    if isinstance(written, str):  # its names may exist for type checkers only
        return
    if written is not Column and get_origin(written) is not Column:
        raise DeclarationError(f"{where} is a column: write stoa.Column[…], not {written!r}")
    for argument in get_args(written):
        of = without_none(argument)
        if (of is not None) != field_type.nullable:
            raise DeclarationError(f"{where} is a column of {field_type}, not of {shown(argument)}")
        argument = argument if of is None else of
        named = TYPES.get(getattr(argument, "__forward_arg__", ""))
        kinds = VALUE_TYPES.get(argument)
        if kinds is None and named is None:
            named = type_written(argument)
        if field_type.length and argument is Any:  # checkers have no better name for tuples
            continue
        if argument in times.OF_CLASSES:
            named = None
            kinds = "t" if times.CLASSES.get(field_type.base) is argument else ""
        fits = named is field_type.inner if named else kinds is None or field_type.kind in kinds
        if not fits:
            raise DeclarationError(f"{where} is a column of {field_type}, not of {shown(argument)}")
