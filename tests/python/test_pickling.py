"""Pickled tables, also with out-of-band buffers and from a machine of the other byte order."""

from __future__ import annotations

import base64
import copy
import enum
import pickle
import pickletools
import sys
from typing import Any, Optional

import pytest

import stoa
from stoa import int8, int32
from stoa._schema.types import IS_PYPY
from stoa.pickling import values_of_bytes


class Point(stoa.Record):
    x: int32
    y: int32 = 0
    tags: object = stoa.field(default_factory=lambda: [])  # noqa: PIE807


class Tint(enum.Enum):
    RED = 1
    GREEN = 2


class Painted(stoa.Record):
    tint: Tint
    other: Optional[Tint] = None  # noqa: UP045
    x: int32 = 0


class Points(stoa.Table[Point]):
    pass


def three() -> stoa.Table[Point]:
    return stoa.Table(Point, [(i, i, [i]) for i in range(3)])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_table_is_the_same_after_its_pickle(protocol: int) -> None:
    for table in (three(), stoa.Table(Point), Points(2), stoa.Table({"a b": "bool"}, 3)):
        again = pickle.loads(pickle.dumps(table, protocol))
        assert again == table
        assert type(again) is type(table)
        assert again.fields == table.fields
        again.append(*stoa.to_tuple(stoa.Table({"a b": "bool"}, 1)[0]))
    assert pickle.loads(pickle.dumps(three(), protocol)).record is Point


def test_a_table_whose_fields_have_changed_is_too() -> None:
    table: Any = three()
    table.add_field("z", int8, 7)
    table.rename_field("y", "w")
    table.drop_field("x")
    again = pickle.loads(pickle.dumps(table))
    assert again == table
    assert again.fields == {"w": "int32", "tags": "object", "z": "int8"}
    assert isinstance(again[0], Point)
    again.append(5)
    assert again[3] == (5, [], 7)
    row = pickle.loads(pickle.dumps(table[1]))
    assert row == table[1]
    again.append(row)


def test_max_rows_is_kept_where_it_was_asked_for() -> None:
    assert pickle.loads(pickle.dumps(stoa.Table(Point, max_rows=7))).max_rows == 7


def test_columns_go_out_of_band() -> None:
    table: Any = stoa.Table({"x": "int32", "y": "float64"}, 1000)
    buffers: list[Any] = []
    data = pickle.dumps(table, 5, buffer_callback=buffers.append)
    assert len(buffers) == 2
    assert len(data) < 1000
    again = pickle.loads(data, buffers=buffers)
    assert again == table
    again.x = 5
    assert set(table.x) == {0}
    copies = [buffer.raw().tobytes() for buffer in buffers]
    assert pickle.loads(data, buffers=copies) == table


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 64, 1000])
def test_nullable_columns_and_vectors_go_out_of_band_too(rows: int) -> None:
    fields = {"n": "int16 | None", "w": "float64 | None", "p": ("int8", (2,)), "d": "date | None"}
    table: Any = stoa.Table(fields, rows)
    for i in range(0, rows, 3):
        table[i] = (i, None if i % 2 else i / 2, (1, 2), None)
    buffers: list[Any] = []
    data = pickle.dumps(table, 5, buffer_callback=buffers.append)
    alone = rows < 8 and IS_PYPY  # bytes that stay in the pickle there: of validity, of an int8
    assert len(buffers) == (0 if not rows else 8 if not alone else 3 if rows == 1 else 5)
    assert len(data) < 1000
    for given in (buffers, [bytes(each) for each in buffers], [bytearray(e) for e in buffers]):
        again = pickle.loads(data, buffers=given)
        assert again == table
        assert again.n.tolist() == table.n.tolist()
        again.append(1, 2.5, (3, 4), None)
        assert again[-1].w == 2.5
    assert pickle.loads(pickle.dumps(table, 5)) == table == pickle.loads(pickle.dumps(table, 4))


def test_a_damaged_buffer_is_refused() -> None:
    table: Any = stoa.Table({"x": "int32", "n": "int32 | None"}, 100)
    buffers: list[Any] = []
    data = pickle.dumps(table, 5, buffer_callback=buffers.append)
    whole = [bytes(each) for each in buffers]
    for i, short in ((0, whole[0][:-4]), (0, whole[0][:-1]), (1, whole[1][:5]), (2, whole[2][4:])):
        damaged = [short if k == i else each for k, each in enumerate(whole)]
        with pytest.raises((ValueError, TypeError)):
            pickle.loads(data, buffers=damaged)


def test_a_pickle_without_its_strings_is_refused() -> None:
    table: Any = stoa.Table({"s": "str"})
    with pytest.raises(stoa.ArgumentError, match="damaged"):
        table.__setstate__((sys.byteorder, [bytes(16)]))
    assert len(table) == 0


def test_members_of_enumerations_are_known_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    members = [(Tint.RED, None), (Tint.GREEN, Tint.RED)]
    data = pickle.dumps(stoa.Table(Painted, [*members, (Tint.RED, Tint.GREEN)]))
    reds = pickle.dumps(stoa.Table(Painted, [(Tint.RED,)]))
    part = pickle.dumps(stoa.Table(Painted, members).partial("sum(x)", by="tint"))

    def load(tints: Any, pickled: bytes) -> Any:
        namespace = {"__module__": __name__, "__qualname__": "Painted", "other": None, "x": 0}
        kinds = {"tint": tints, "other": Optional[tints], "x": int32}
        made = type(stoa.Record)("Painted", (stoa.Record,), {**namespace, "__annotations__": kinds})
        monkeypatch.setattr(sys.modules[__name__], "Tint", tints)
        monkeypatch.setattr(sys.modules[__name__], "Painted", made)
        return pickle.loads(pickled)

    def new(names: str) -> Any:
        return enum.Enum("Tint", names, module=__name__)

    for names in (
        "GREEN RED",
        "BLUE GREEN RED",
        " ".join(f"T{i}" for i in range(300)) + " GREEN RED",
    ):
        again = load(new(names), data)
        assert [each.tint.name for each in again] == ["RED", "GREEN", "RED"]
        assert [each.other and each.other.name for each in again] == [None, "RED", "GREEN"]
        with pytest.raises(stoa.WrongTypeError, match="made: RED, GREEN"):
            load(new(names), part).result()
    few = new("RED BLUE")
    assert [each.tint for each in load(few, reds)] == [few.RED]
    with pytest.raises(stoa.WrongTypeError, match="'GREEN' in tint, which is no member of Tint"):
        load(few, data)


def test_the_other_byte_order_is_turned_around() -> None:
    other = "big" if sys.byteorder == "little" else "little"
    assert values_of_bytes((258).to_bytes(4, other), "i", other).tolist() == [258]
    assert values_of_bytes(b"\1\2", "B", other).tolist() == [1, 2]


def test_a_deep_copy_shares_nothing() -> None:
    table: Any = three()
    both = copy.deepcopy({"a": table, "b": table})
    assert both["a"] is both["b"]
    both["a"][0].tags.append("more")
    assert table[0].tags == [0]
    assert both["a"][1:] == table[1:]


# The pickle that version 0.1.0 wrote, before its modules became packages.
OF_BEFORE = """
gASVxAEAAAAAAABdlCiMDXN0b2EucGlja2xpbmeUjA1yZXN0b3JlX3RhYmxllJOUKIwKc3RvYS50YWJsZZSMBVRh
YmxllJOUTiiMAXiUjAVpbnQzMpRLBIwLc3RvYS5maWVsZHOUjAdNSVNTSU5HlJOUdJQojAN0YWeUjAZvYmplY3SU
aAtoC3SUKIwBd5SMB2Zsb2F0NjSUaAtoC3SUh5RLAHSUUpSMBmxpdHRsZZRdlChDCAEAAAACAAAAlF2UKF2UjAFh
lGFOZUMQAAAAAAAA4D8AAAAAAAD4P5RlhpRijAtzdG9hLnJlY29yZJSMB3Jlc3RvcmWUk5ROKGgHjAVpbnQzMpRL
BGgLdJQoaA2MBm9iamVjdJRoC2gLdJQoaBCMB2Zsb2F0NjSUaAtoC3SUh5ROTk6HlIeUUpRoHowKc2V0X3ZhbHVl
c5STlGgqSwFoGkc/4AAAAAAAAIeUhlIwaCBOKGgbjARpbnQ4lGgLaAt0lIWUSwCFlIeUUpSMCnN0b2EudHlwZXOU
jAp0eXBlX25hbWVklJOUjAVpbnQzMpSFlFKUjAtzdG9hLmVycm9yc5SMClJhbmdlRXJyb3KUk5SMAm5vlIWUUpRl
Lg==
"""


# A table with strings, before a pickle had each different one once.
STRINGS_OF_BEFORE = """
gASVxAAAAAAAAACMDXN0b2EucGlja2xpbmeUjA1yZXN0b3JlX3RhYmxllJOUKIwKc3RvYS50YWJsZZSMBVRhYmxllJOU
TiiMB2NhcnJpZXKUjAZzdHJpbmeUjAtzdG9hLmZpZWxkc5SMB01JU1NJTkeUk5RoCnSUKIwBeJSMBWludDMylGgKaAp0
lIaUSwB0lFKUjAZsaXR0bGWUXZQoXZQojAJVQZSMAJSMB3N0cmHDn2WUaBVlQxABAAAAAgAAAAMAAAAEAAAAlGWGlGIu
"""


def pickled() -> bytes:
    described = {"x": ("int32", 4), "tag": "object", "w": "float64"}
    table = stoa.Table(described, [(1, ["a"], 0.5), (2, None, 1.5)])
    records = [stoa.copy(table[0]), stoa.copy(stoa.Table({"a": "int8"}, 1)[0])]
    return pickle.dumps([table, *records, stoa.int32, stoa.RangeError("no")], 4)


def test_a_pickle_of_before_is_read() -> None:
    table, record, zero, field_type, error = pickle.loads(base64.b64decode(OF_BEFORE))
    assert table.to_dicts() == [{"x": 1, "tag": ["a"], "w": 0.5}, {"x": 2, "tag": None, "w": 1.5}]
    assert (table.record(tag=3, w=4.0), record, zero) == ((4, 3, 4.0), (1, ["a"], 0.5), (0,))
    assert field_type is stoa.int32
    assert type(error) is stoa.RangeError


def test_a_pickle_with_lists_of_strings_is_read() -> None:
    table = pickle.loads(base64.b64decode(STRINGS_OF_BEFORE))
    assert table.carrier.tolist() == ["UA", "", "straße", "UA"]
    assert table.x.tolist() == [1, 2, 3, 4]


class Flight(stoa.Record):
    carrier: str
    plane: Optional[str]  # noqa: UP045
    x: int32 = 0


WORDS = [("UA", None), ("", ""), ("straße", "UA"), ("a\0b", "😀"), ("UA", None)]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_strings_are_the_same_after_a_pickle(protocol: int) -> None:
    for table in (stoa.Table(Flight, WORDS), stoa.Table(Flight), stoa.Table(Flight, 3)):
        again = pickle.loads(pickle.dumps(table, protocol))
        assert again == table
        assert again.fields == table.fields
        again.append("new", "new")
        assert table[:] == again[:-1]


def test_a_pickle_has_each_different_string_once() -> None:
    table = stoa.Table(Flight, WORDS * 1000)
    table.carrier[0] = "gone later"
    table.carrier[0] = "UA"
    written = pickle.dumps(table)
    assert len(written) < len(table) * 13 + 1000
    assert written.count("straße".encode()) == 1
    assert b"gone" not in written
    buffers: list[Any] = []
    small = pickle.dumps(table, 5, buffer_callback=buffers.append)
    assert len(small) < 25_000  # with the validity
    assert pickle.loads(small, buffers=buffers) == table


def test_a_pickle_from_a_shared_pool_has_the_strings_of_its_table() -> None:
    pool = stoa.StringPool()
    table, other = stoa.Table(Flight, WORDS, strings=pool), stoa.Table(Flight, strings=pool)
    other.append("of another", None)
    assert b"another" not in pickle.dumps(table)
    assert pickle.loads(pickle.dumps(table)) == table


def test_damaged_strings_are_refused() -> None:
    table = stoa.Table(Flight, WORDS)
    made, arguments, (order, columns, texts) = table.__reduce_ex__(4)
    wrong = [
        (texts[:-1], columns, "handle|strings"),
        ([*texts[:-1], texts[0]], columns, "damaged"),
        ([*texts[:-1], 5], columns, "text"),
        ([*texts[:-1], "\ud800"], columns, "surrogate"),
        (texts, [columns[0][:-4], *columns[1:]], "values for"),
        (texts, [b"\xff" * 20, *columns[1:]], "handle|strings"),
    ]
    for texts_, columns_, message in wrong:
        again = made(*arguments)
        with pytest.raises(stoa.Error, match=message):
            again.__setstate__((order, columns_, texts_))
        assert len(again) == 0


def test_a_pickle_names_no_private_module() -> None:
    """Pickles name public modules only, so that private modules may move."""
    for written in (
        pickled(),
        pickle.dumps(three()),
        pickle.dumps(stoa.Table(Point, 1).describe()),
    ):
        texts = [text for _, text, _ in pickletools.genops(written) if isinstance(text, str)]
        assert [text for text in texts if text.startswith("stoa._")] == []
    assert all(name.encode() in pickled() for name in ("stoa.record", "stoa.types", "stoa.fields"))
