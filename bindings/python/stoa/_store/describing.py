"""Fields as the library is told of them: a stoa_field for each, and what it points at."""

from __future__ import annotations

from typing import Any

from stoa._lib.ffi import ffi, lib
from stoa._schema.fields import MISSING, Field
from stoa._schema.record import RecordType, made_for
from stoa._schema.references import RULES
from stoa._schema.types import OBJECT
from stoa._store.access import stored_fields
from stoa._store.objects import ObjectPool
from stoa._store.targets import OWN, Targets

# The member of stoa_initial for a kind.
MEMBERS = {"?": "boolean", "i": "int64", "u": "uint64", "f": "float64", "t": "int64"}


def described_fields(record: RecordType, pool: ObjectPool, targets: Targets) -> Any:
    """An array of stoa_field, and what it needs to be kept. Shared by all tables of the record,
    unless defaults are objects or fields refer to a table."""
    kept_for = made_for(record)
    made = kept_for.get("described")
    if made is None:
        fields = record._stoa_fields
        places = ffi.new("stoa_field[]", len(fields))
        kept = [
            describe_field(place, each, stored.c_name, pool, targets.get(each.name, OWN))
            for each, place, stored in zip(fields, places, stored_fields(record).values())
        ]
        made = places, kept
        own = any(
            each.type.kind == "r" or (each.type is OBJECT and each.default is not MISSING)
            for each in fields
        )
        if not own:
            kept_for["described"] = made
    return made


def describe_field(
    place: Any, each: Field, c_name: Any, pool: ObjectPool, target: Any = OWN
) -> list[Any]:
    """Fills in a stoa_field. Only during a call of the pool; c_name, and what it returns, must
    outlive the stoa_field. target: of a reference."""
    keep: list[Any] = []
    place.name = c_name
    place.type, place.length = each.type.number, each.type.length
    if each.type.labels:
        texts = [ffi.new("char[]", label.encode()) for label in each.type.labels]
        place.labels = labels = ffi.new("char *[]", texts)
        place.label_count = len(texts)
        keep += [labels, texts]
    place.unit = each.type.unit
    if each.type.zone is not None:
        place.zone = zone = ffi.new("char[]", each.type.zone.encode())
        keep.append(zone)
    place.flags = lib.STOA_NULLABLE if each.type.nullable or each.type.is_optional else 0
    if each.type.kind == "r":
        place.target = ffi.NULL if target is OWN else target._store.c
        place.on_remove = RULES.get(each.on_remove or "", lib.STOA_ON_REMOVE_DEFAULT)
        return keep
    if each.default is MISSING or (each.type.nullable and each.default is None):
        return keep
    if each.type.nullable:
        place.flags |= lib.STOA_HAS_INITIAL
    kind, initial = each.type.base.kind, place.initial
    value = each.default if each.type.encoder is None else each.type.encoder(each.default)
    if each.type.length:
        initials = ffi.new("stoa_initial[]", each.type.length)
        for component, number in zip(initials, value):
            setattr(component, MEMBERS[kind], number)
        place.initials = initials
        keep.append(initials)
    elif kind == "o":
        initial.object = ffi.cast("void *", pool.pointer_to(each.default))
    elif kind == "s":
        text = ffi.from_buffer(each.default.encode())
        initial.string.bytes, initial.string.length = text, len(text)
        keep.append(text)
    else:
        setattr(initial, MEMBERS[kind], value)
    return keep
