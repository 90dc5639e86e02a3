"""Columns: arrays that read and write the table."""

from __future__ import annotations

import gc
import struct
from array import array
from typing import Any

import pytest
from samples import Tagged
from samples import ten_tagged as ten

import stoa
from stoa import float32, float64, int8, uint64

numpy: Any
try:
    import numpy
except ImportError:
    numpy = None

needs_numpy = pytest.mark.skipif(numpy is None, reason="numpy is not installed")

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


def test_a_column_is_a_sequence_of_values() -> None:
    column = ten().x
    assert len(column) == 10
    assert column[3] == column[-7] == 3
    assert list(column) == column.tolist() == list(range(10))
    assert list(reversed(column)) == list(range(9, -1, -1))
    assert 3 in column
    assert 10 not in column
    assert (column.name, column.type, column.nbytes) == ("x", "int32", 40)
    for wrong in (10, -11):
        with pytest.raises(IndexError):
            column[wrong]
    with pytest.raises(TypeError):
        column[1.5]  # type: ignore[call-overload]


def test_an_object_column_gives_the_objects() -> None:
    points = ten()
    assert points.tag.tolist() == list(points["tag"]) == [str(i) for i in range(10)]
    assert points.tag[4] == "4"
    points.tag[4] = None
    assert points.tag[3:6].tolist() == ["3", None, "5"]
    points.tag = ["a"] * 10
    points.tag[2:4] = ["b", "c"]
    assert "".join(points["tag"]) == "aabcaaaaaa"
    points.tag = "same"
    assert set(points.tag) == {"same"}
    with pytest.raises(BufferError):
        points.tag.buffer  # noqa: B018


def test_a_slice_of_a_column_shares_the_memory() -> None:
    points = ten()
    part = points.x[2:8:2]
    assert part.tolist() == [2, 4, 6]
    part[1] = 40
    part[:1] = [20]
    assert points.x.tolist() == [0, 1, 20, 3, 40, 5, 6, 7, 8, 9]
    assert part[::-1].tolist() == [6, 40, 20]
    assert points[2:8:2].x.tolist() == part.tolist()


def test_a_column_of_a_table_follows_its_length() -> None:
    points = ten()
    column, part = points.x, points.x[:]
    points.append(10, 0)
    assert (len(column), len(part)) == (11, 10)
    del points[0]
    assert len(column) == 10
    with pytest.raises(stoa.StaleError):
        len(part)
    with pytest.raises(stoa.StaleError):
        part[0] = 1


def test_iteration_is_live() -> None:
    points = ten()
    seen = []
    for value in points.x:
        seen.append(value)
        if len(points) < 12:
            points.append(100, 0)
        points.x[5] = 50
    assert seen == [0, 1, 2, 3, 4, 50, 6, 7, 8, 9, 100, 100]
    values = iter(points.x)
    next(values)
    points.swap(0, 1)
    with pytest.raises(stoa.StaleError):
        next(values)


def test_a_column_that_was_dropped_is_an_error() -> None:
    points = ten()
    column, other = points.x, points.y
    values, others = iter(column), iter(other)
    view = column.buffer
    next(values)
    next(others)
    points.drop_field("x")
    for use in (
        lambda: column[0],
        lambda: len(column),
        lambda: column.tolist(),
        lambda: column.__setitem__(0, 1),
        lambda: column.buffer,
        lambda: next(values),
    ):
        with pytest.raises(KeyError, match="x"):
            use()
    assert next(others) == 1
    assert other[3] == 9
    assert len(view.tolist()) == 10


def test_a_column_keeps_to_its_field_when_that_is_renamed() -> None:
    points = ten()
    column = points.x
    points.rename_field("x", "z")
    assert column.name == "z"
    column[0] = 7
    assert points[0].z == 7  # type: ignore[attr-defined]


def test_a_column_is_no_condition_and_has_no_hash() -> None:
    column = ten().x
    for use in (lambda: bool(column), lambda: hash(column)):
        with pytest.raises(TypeError):
            use()


def test_a_column_shows_some_values() -> None:
    assert repr(ten().x) == "<Column x: int32, 10 rows: 0, 1, 2, 3, 4, 5, …>"
    assert repr(ten().tag[:1]) == "<Column tag: object, 1 rows: '0'>"


# ---- buffers that columns export ----


@pytest.mark.parametrize("name", CODES)
def test_the_buffer_of_a_column_is_its_memory(name: str) -> None:
    rows: Any = stoa.Table({"a": name, "o": "object"}, 5)
    view = rows.a.buffer
    assert (view.format, view.ndim, len(view), view.readonly) == (CODES[name], 1, 5, False)
    view[2] = 1
    assert rows.a.tolist() == [0, 0, 1, 0, 0]
    rows.a[3] = 1
    assert view.tolist() == [0, 0, 1, 1, 0]
    assert rows.a[1:4:2].buffer.tolist() == [0, 1]
    assert rows.a[::-1].buffer.tolist() == [0, 1, 1, 0, 0]
    assert len(rows.a[5:].buffer) == 0
    assert len(stoa.Table({"a": name}).a.buffer) == 0


def test_a_buffer_outlives_its_table_and_stays_while_it_grows() -> None:
    points = ten()
    view = points.x.buffer
    points.resize(100_000)
    view[0] = 77
    assert points[0].x == 77
    assert len(view) == 10
    del points
    gc.collect()
    assert view[0] == 77


def test_a_view_of_a_table_that_shrank_can_be_read() -> None:
    points = stoa.Table(Tagged, 1_000_000)
    view = points.x.buffer
    points.clear()
    points.shrink()
    assert len(view.tolist()) == 1_000_000


@needs_numpy
def test_numpy_shares_the_memory() -> None:
    points = ten()
    values = numpy.asarray(points.x)
    assert values.dtype == "int32"
    values[3] = 33
    points.x[4] = 44
    points.resize(100_000)
    assert points[3].x == 33
    assert values[4] == 44
    part = numpy.asarray(points.w[2:9:3])
    part += 1
    assert points.w[2:9:3].tolist() == [2.0, 3.5, 5.0]
    assert numpy.asarray(points.x[3::-1]).tolist() == [33, 2, 1, 0]
    assert numpy.asarray(points.tag[:3]).tolist() == ["0", "1", "2"]
    interface = points.x.__array_interface__
    assert interface["version"] == 3
    assert interface["data"][1] is False
    del points
    gc.collect()
    assert values[3] == 33
    for name in CODES:
        rows = stoa.Table({"a": name}, 3)
        assert numpy.asarray(rows.a).dtype == numpy.dtype(name)


# ---- values that columns accept ----


def test_a_column_is_stored_from_scalars_sequences_and_buffers() -> None:
    points: Any = ten()
    points.x = 5
    assert set(points.x) == {5}
    points["x"] = range(10)
    points.w = (value / 4 for value in range(10))
    points.y = array("h", range(10))
    assert points.w.tolist() == [value / 4 for value in range(10)]
    assert points.y.tolist() == points.x.tolist() == list(range(10))
    points.y = bytes(10)
    assert set(points.y) == {0}
    points.y = bytearray(range(10))
    points.w = points.y
    assert points.w.tolist() == list(range(10))
    points.x[2:5] = 0
    points.x[::-3] = [1, 2, 3, 4]
    assert points.x.tolist() == [4, 1, 0, 3, 0, 5, 2, 7, 8, 1]
    points[5:].x = 9
    points[::2]["y"] = [0] * 5
    assert points.x.tolist() == [4, 1, 0, 3, 0, 9, 9, 9, 9, 9]
    assert points.y.tolist() == [0, 1, 0, 3, 0, 5, 0, 7, 0, 9]


def test_a_column_is_stored_from_itself_as_it_was() -> None:
    points: Any = ten()
    points.x = points.x[::-1]
    assert points.x.tolist() == list(range(9, -1, -1))
    points.x[:9] = points.x[1:]
    points.x[1:] = points.x[:9]
    assert points.x.tolist() == [8, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    points.x[1:] = memoryview(points.x.buffer)[:9]
    assert points.x.tolist() == [8, 8, 8, 7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("count", [0, 1, 9, 11])
def test_values_of_another_number_are_refused_naming_both(count: int) -> None:
    points: Any = ten()
    for values in ([1] * count, array("i", [1] * count), (1 for _ in range(count))):
        with pytest.raises(ValueError, match=rf"\b{count}\b.*\b10\b") as raised:
            points.x = values
        assert isinstance(raised.value, stoa.Error)
    assert points == ten()


def test_a_value_that_does_not_fit_leaves_the_column_as_it_was() -> None:
    points: Any = ten()
    good = list(range(100, 109))
    for bad, error in [
        (2**31, OverflowError),
        (2**200, OverflowError),
        (1.5, TypeError),
        (float("nan"), TypeError),
        ("a", TypeError),
        (None, TypeError),
    ]:
        for values in ([*good, bad], (*good, bad), iter([*good, bad]), bad):
            with pytest.raises(error, match="x") as raised:
                points.x = values
            assert isinstance(raised.value, stoa.Error)
            assert points == ten()
    with pytest.raises(OverflowError):
        points.x = array("q", [*good, 2**31])
    with pytest.raises(TypeError):
        points.x = array("d", [*good, 1.0])
    with pytest.raises(TypeError):
        points.x = points.w
    for text in ("a" * 10, {1: 2}, 1j):
        with pytest.raises(TypeError):
            points.x = text
    assert points == ten()


def test_lists_of_mixed_numbers_are_checked_one_by_one() -> None:
    class Numbers(stoa.Record):
        a: int8
        b: uint64
        c: float32
        d: float64
        e: bool

    rows: Any = stoa.Table(Numbers, 3)
    rows.a = [True, -128, 127]
    rows.b = [2**64 - 1, False, 1]
    rows.c = [0.5, 2, True]
    rows.d = [2**60 + 1, 0.25, False]
    rows.e = [1, False, 0]
    assert rows.to_dicts()[0] == {"a": 1, "b": 2**64 - 1, "c": 0.5, "d": 2.0**60, "e": True}
    for name, values, error in [
        ("a", [1, 2, 128], OverflowError),
        ("b", [1, 2, -1], OverflowError),
        ("c", [1, 2, 1e39], OverflowError),
        ("d", [1, 2, 10**400], OverflowError),
        ("d", [1, 2, "3"], TypeError),
        ("e", [True, False, 2], OverflowError),
        ("e", [True, False, 1.0], TypeError),
    ]:
        with pytest.raises(error, match=name):
            rows[name] = values


def test_strided_and_foreign_buffers_are_converted_and_others_refused() -> None:
    points: Any = ten()
    points.x = memoryview(array("i", range(20)))[::2]
    assert points.x.tolist() == list(range(0, 20, 2))
    points.x = memoryview(array("i", range(10)))[::-1]
    assert points.x.tolist() == list(range(9, -1, -1))
    for wrong in (
        memoryview(bytes(20)).cast("c"),
        memoryview(bytes(40)).cast("i", (2, 5)),
        memoryview(struct.pack("10P", *range(10))).cast("P"),
    ):
        with pytest.raises((BufferError, TypeError)):
            points.x = wrong
    assert points.x.tolist() == list(range(9, -1, -1))


@needs_numpy
def test_numpy_arrays_are_taken_where_they_lie() -> None:
    points: Any = ten()
    grid = numpy.arange(100, dtype="i4").reshape(10, 10)
    points.x = grid[:, 3]
    assert points.x.tolist() == list(range(3, 100, 10))
    points.x = grid[::-1, 0]
    assert points.x.tolist() == list(range(90, -1, -10))
    points.x = numpy.broadcast_to(numpy.int32(7), 10)
    assert set(points.x) == {7}
    points.x = numpy.arange(10, dtype=">i4")
    points.w = numpy.arange(20, dtype=">f8")[::2]
    assert points.x.tolist() == list(range(10))
    assert points.w.tolist() == list(range(0, 20, 2))
    points.x = numpy.int8(-3)
    points.w = numpy.float32(0.5)
    points.y = numpy.array(4)
    points[0] = (numpy.int64(1), numpy.uint8(2), numpy.float16(0.25))
    points[1].x = numpy.uint64(5)
    points.append(numpy.int16(1), numpy.bool_(True) * 1, numpy.float64(2))
    assert points[0] == (1, 2, 0.25, None)
    points.x = numpy.array([1, 2, 3] * 4, dtype=object)[:11]
    for wrong in (
        numpy.zeros((11, 1), "i4"),
        numpy.zeros(11, "c8"),
        numpy.zeros(11, "M8[s]"),
        numpy.zeros(11, "U3"),
        numpy.zeros(11, "f2"),
        numpy.zeros(11, [("a", "i4")]),
        numpy.zeros(11, "f8"),
        numpy.ma.masked_array(numpy.zeros(11, "i4"), mask=[True] * 11),
        numpy.array([None] * 11),
    ):
        with pytest.raises(TypeError):
            points.x = wrong
    with pytest.raises(TypeError):
        points[0].x = numpy.float32(1)
    with pytest.raises(OverflowError):
        points.x = numpy.full(11, 2**31)
    flags: Any = stoa.Table({"f": bool}, 3)
    flags.f = numpy.array([True, False, True])
    flags[1].f = numpy.bool_(True)
    flags.f[2] = numpy.bool_(False)
    assert flags.f.tolist() == [True, True, False]


@needs_numpy
def test_numpy_masks_and_indices_choose_rows() -> None:
    points = ten()
    assert points[numpy.asarray(points.x) > 6].x.tolist() == [7, 8, 9]
    assert points[numpy.array([1, -1], "i2")].x.tolist() == [1, 9]
    assert points[numpy.int64(3)].x == 3
    with pytest.raises(ValueError, match=r"0.*10"):
        points[numpy.zeros(0, bool)]
    with pytest.raises(TypeError):
        points[numpy.zeros((2, 2), bool)]
    points.keep(numpy.asarray(points.x) % 2 == 0)
    assert points.x.tolist() == [0, 2, 4, 6, 8]


@needs_numpy
def test_a_structured_dtype_makes_a_table() -> None:
    kind = numpy.dtype([("x", "<i4"), ("y", ">f4"), ("b", "?"), ("o", "O")])
    assert stoa.Table(kind, 2).fields == {
        "x": "int32",
        "y": "float32",
        "b": "bool",
        "o": "object",
    }
    assert stoa.Table({"a": numpy.uint16, "b": numpy.dtype("f8")}).fields == {
        "a": "uint16",
        "b": "float64",
    }
    for wrong in (
        numpy.dtype("i4"),
        numpy.dtype([("a", "c8")]),
        numpy.dtype([("a", "i4", (2, 3))]),
    ):
        with pytest.raises(TypeError):
            stoa.Table(wrong)


def test_extend_takes_columns_of_every_kind() -> None:
    points = ten()
    points.extend(x=points.x, y=points.w[::-1].tolist() and range(10), tag=points.tag)
    assert points[10:].tag.tolist() == [str(i) for i in range(10)]
    assert points[15] == (5, 5, 1.0, "5")
    with pytest.raises(OverflowError):
        points.extend(x=array("q", [2**31]), y=[1])
    with pytest.raises(TypeError):
        points.extend(x=1, y=[1])
    with pytest.raises(TypeError):
        points.extend(x="a", y=[1])
    assert len(points) == 20


def test_an_integer_goes_into_float32_rounded_once() -> None:
    wide = 2**60 + 2**36 + 1  # through float64 this would become 2**60
    right = array("f", [2**60 + 2**37])[0]

    class Narrow(stoa.Record):
        f: float32

    for sign in (1, -1):
        table: Any = stoa.Table(Narrow, 3)
        table[0].f = sign * wide
        table.f[1:3] = [sign * wide, sign * wide]
        table.append(sign * wide)
        table.insert(0, sign * wide)
        table.extend(f=array("q", [sign * wide]))
        assert table.f.tolist() == [sign * right] * 6
        assert Narrow(sign * wide).f == sign * right
