"""Structured arrays of numpy: out of tables and into them."""

from __future__ import annotations

import datetime
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stoa
from stoa import float64, int32

numpy = pytest.importorskip("numpy")


class Point(stoa.Record):
    x: int32
    w: float64 = 1.5


def points(rows: int = 5) -> stoa.Table[Point]:
    return stoa.Table(Point, [(i, i / 2) for i in range(rows)])


def test_an_array_of_a_table_has_its_fields() -> None:
    table = points()
    for array in (numpy.asarray(table), table.to_numpy(), numpy.array(table, copy=True)):
        assert array.dtype == numpy.dtype([("x", "i4"), ("w", "f8")])
        assert array.tolist() == [tuple(row) for row in table]
        array["x"] = 9
        assert table[1].x == 1
    assert numpy.asarray(points(0)).shape == (0,)


def test_windows_and_selections_are_arrays_of_their_rows() -> None:
    table = points()
    assert numpy.asarray(table[1:4:2])["x"].tolist() == [1, 3]
    assert numpy.asarray(table[::-1])["x"].tolist() == [4, 3, 2, 1, 0]
    assert numpy.asarray(table.where("x > 2"))["w"].tolist() == [1.5, 2.0]
    assert table.where("x > 2").to_numpy([("w", "f8")]).tolist() == [(1.5,), (2.0,)]


class Color(Enum):
    RED = "red"
    BLUE = "blue"


def test_each_field_is_what_the_array_of_its_column_is() -> None:
    kinds = {
        **{name: name for name in ("bool", "int8", "uint64", "float32")},
        "date": "date",
        "when": "timestamp[ms]",
        "long": "duration[us]",
        "text": "str",
        "thing": "object",
        "vector": ("int16", (2,)),
        "color": Color,
        "whole": "int32 | None",
        "part": "float64 | None",
    }
    table: Any = stoa.Table(kinds, 3)
    table.thing, table.whole, table[1].part, table.text[2] = [[], {}, None], 7, 2.5, "text"
    array = numpy.asarray(table)
    for name in kinds:
        if name == "thing":
            assert array[name].tolist() == [[], {}, None]
            continue
        column = numpy.asarray(table[name])
        assert array.dtype[name].base == column.dtype
        assert numpy.array_equal(array[name], column, equal_nan=name == "part")
    table.whole[0] = None
    with pytest.raises(stoa.ColumnBufferError, match="whole has nulls"):
        numpy.asarray(table)


def test_a_dtype_says_which_fields_and_how_wide() -> None:
    table = points()
    wide = table.to_numpy([("w", ">f8"), ("x", "i8")])
    assert wide.tolist() == [(i / 2, i) for i in range(5)]
    assert wide.dtype.names == ("w", "x")
    aligned = numpy.dtype([("x", "i4"), ("w", "f8")], align=True)
    assert table.to_numpy(aligned).tobytes() == b"".join(
        numpy.int32(i).tobytes() + bytes(4) + numpy.float64(i / 2).tobytes() for i in range(5)
    )
    nested = numpy.dtype([("a", [("b", "f4"), ("c", [("d", "i2")])])])
    made: Any = stoa.Table({"a_b": "float32", "a_c_d": "int16"}, [(0.5, 3)])
    assert made.to_numpy(nested).tolist() == [((0.5, (3,)),)]
    assert numpy.asarray(table, dtype=object).tolist() == list(table)


WRONG: list[tuple[Any, type[Exception], str]] = [
    ([("x", "i2")], stoa.WrongTypeError, "x is int32, of which int16"),
    ([("w", "f4")], stoa.WrongTypeError, "w is float64"),
    ([("x", "u8")], stoa.WrongTypeError, "x is int32"),
    ([("x", "U3")], stoa.WrongTypeError, "x is int32"),
    ([("z", "i4")], stoa.FieldNameError, "no field 'z'; the fields are: x, w"),
    ([("x", "i4"), ("y", [("x", "i4")])], stoa.FieldNameError, "no field 'y_x'"),
    ("f8", stoa.WrongTypeError, "structured array"),
]


@pytest.mark.parametrize(("dtype", "error", "says"), WRONG)
def test_a_dtype_that_loses_something_is_refused(
    dtype: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        points().to_numpy(dtype)
    with pytest.raises(error, match=says):
        numpy.asarray(points(), dtype=dtype)


SHAPES: list[tuple[str, Any, tuple[int, ...], tuple[int, ...]]] = [
    ("x", "i4", (2,), ()),
    ("x", "i4", (1,), ()),
    ("x", "i4", (3, 3), ()),
    ("v", "f4", (3, 3), (3,)),
    ("v", "f4", (1,), (3,)),
    ("v", "f4", (3, 1), (3,)),
    ("v", "f4", (), (3,)),
    ("x", [("x", "i4")], (2,), ()),
]


@pytest.mark.parametrize(("name", "kind", "shape", "own"), SHAPES)
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_field_of_another_shape_is_refused(
    name: str, kind: Any, shape: Any, own: Any, rows: int
) -> None:
    table: Any = stoa.Table({"x": "int32", "v": "float32[3]"}, [(1, (1, 2, 3))] * rows)
    dtype = [(name, kind, shape)]
    says = f"{name} has the shape {own} in each row: the dtype gives it {shape}"
    for part in (table, table[:], table.where("x > 0")):
        with pytest.raises(stoa.WrongTypeError) as caught:
            part.to_numpy(dtype)
        assert says in str(caught.value)
    assert table.to_numpy([("v", "f8", (3,))])["v"].tolist() == [[1, 2, 3]] * rows


def test_numbers_and_bools_are_no_texts_bytes_or_times() -> None:
    table: Any = stoa.Table({"x": "int32", "b": "bool", "w": "float64", "s": "str"}, 2)
    kinds = ["U", "U40", "S", "S40", "V", "V40", "m8[s]", "m8", "M8[s]"]
    for name in ("x", "b", "w"):
        for kind in kinds:
            with pytest.raises(stoa.WrongTypeError, match=f"{name} is .*, of which"):
                table.to_numpy([(name, kind)])
    for kind in ("S", "S40", "V", "i4", "?"):
        with pytest.raises(stoa.WrongTypeError, match="s is object, of which"):
            table.to_numpy([("s", kind)])


def test_integers_go_into_floats_that_hold_them_exactly() -> None:
    def table(of: str, *values: int) -> Any:
        return stoa.Table({"x": of}, [(each,) for each in values])

    exact = 2**53, -(2**53), 2**62 + 2**10, -(2**63), 0, -1, 3 << 50
    for dtype in ("f8", ">f8", "c16"):
        assert table("int64", *exact).to_numpy([("x", dtype)])["x"].tolist() == list(exact)
        assert table("uint64", 2**64 - 2**11).to_numpy([("x", dtype)])["x"] == 2**64 - 2**11
        for of, value in (
            ("int64", 2**53 + 1),
            ("int64", -(2**53) - 1),
            ("int64", 2**63 - 1),
            ("uint64", 2**64 - 1),
        ):
            with pytest.raises(stoa.RangeError, match=f"x is {value} in row 1, which"):
                table(of, 0, value).to_numpy([("x", dtype)])
    with pytest.raises(stoa.RangeError, match="x is 9007199254740993 in row 0"):
        table("int64", 1, 2**53 + 1).where("x > 1").to_numpy([("x", "f8")])
    vectors: Any = stoa.Table({"v": "int64[2]"}, [((1, 2),), ((3, 2**60 + 1),)])
    with pytest.raises(stoa.RangeError, match="in row 1"):
        vectors.to_numpy([("v", "f8", (2,))])


def test_times_go_into_finer_units_that_reach_them() -> None:
    when = datetime.datetime(2000, 1, 1), datetime.datetime(5000, 1, 1)
    table: Any = stoa.Table({"t": stoa.timestamp("s"), "d": "date", "n": "timedelta | None"}, 2)
    table.t, table.d, table.n = when, [each.date() for each in when], [None, None]
    assert table.to_numpy([("t", "M8[ms]"), ("d", "M8[s]")])["t"].tolist() == list(when)
    assert numpy.isnat(table.to_numpy([("n", "m8[ns]")])["n"]).all()
    for name in "td":
        assert len(table[:1].to_numpy([(name, "M8[ns]")])) == 1
        with pytest.raises(stoa.RangeError, match=f"{name} is 5000-01-01.* in row 1, which"):
            table.to_numpy([(name, "M8[ns]")])


def test_fields_that_share_bytes_are_refused() -> None:
    table: Any = stoa.Table({"a": "int32", "b": "int16", "c_d": "int8"}, 2)

    def dtype(*offsets: int) -> Any:
        formats = ["i4", "i2", [("d", "i1")]]
        return numpy.dtype({"names": ["a", "b", "c"], "formats": formats, "offsets": offsets})

    for offsets, says in (
        ((0, 0, 4), "b and a share"),
        ((0, 3, 5), "a and b share"),
        ((0, 4, 2), "a and c_d share"),
        ((2, 0, 1), "b and c_d share"),
    ):
        with pytest.raises(stoa.WrongTypeError, match=says):
            table.to_numpy(dtype(*offsets))
    assert table.to_numpy(dtype(3, 1, 0)).tolist() == [(0, 0, (0,))] * 2
    with pytest.raises(stoa.BadNameError, match="two fields of the dtype would be called 'c_d'"):
        table.to_numpy([("c_d", "i1"), ("c", [("d", "i1")])])


def test_a_text_that_numpy_would_shorten_is_refused() -> None:
    table: Any = stoa.Table({"s": "str"}, [("abc",), ("d",)])
    with pytest.raises(stoa.WrongTypeError, match="s is <U3, of which <U0"):
        table.to_numpy([("s", "U")])
    assert table[:0].to_numpy([("s", "U")]).shape == (0,)
    table[1].s = "\0d\0"
    with pytest.raises(stoa.WrongTypeError, match="in row 1: <U5 does not keep a NUL at the end"):
        table.to_numpy([("s", "U5")])
    table[1].s = "\0d"
    assert table.to_numpy([("s", ">U5")])["s"].tolist() == ["abc", "\0d"]


def test_texts_go_into_texts_that_are_long_enough() -> None:
    table: Any = stoa.Table({"s": "str"}, [("a",), ("äöü\U0001f600",)])
    assert table.to_numpy([("s", "U4")])["s"].tolist() == ["a", "äöü\U0001f600"]
    with pytest.raises(stoa.WrongTypeError):
        table.to_numpy([("s", "U3")])
    nullable: Any = stoa.Table({"s": "str | None"}, [("a",), (None,)])
    assert nullable.to_numpy()["s"].tolist() == ["a", None]
    with pytest.raises(stoa.WrongTypeError):
        nullable.to_numpy([("s", "U4")])


def test_an_array_without_a_copy_is_refused() -> None:
    with pytest.raises(ValueError, match="copy"):
        points().__array__(copy=False)  # type: ignore[attr-defined]


# ---- into tables ----


def test_a_record_class_takes_an_array_with_its_fields() -> None:
    array = numpy.zeros(3, [("w", ">f4"), ("x", "u1")])
    array["x"], array["w"] = [1, 2, 3], 0.5
    table = stoa.Table.from_numpy(array, Point)
    assert [tuple(row) for row in table] == [(1, 0.5), (2, 0.5), (3, 0.5)]
    assert stoa.Table.from_numpy(array[["x"]], Point).w.tolist() == [1.5] * 3
    assert stoa.Table.from_numpy(array[::-2], Point).x.tolist() == [3, 1]
    assert len(stoa.Table.from_numpy(array[:0], Point)) == 0

    class Points(stoa.Table[Point]):
        pass

    made = Points.from_numpy(array)
    assert (type(made), made.x.tolist()) == (Points, [1, 2, 3])
    frozen = array.copy()
    frozen.setflags(write=False)
    assert stoa.Table.from_numpy(frozen).x.tolist() == [1, 2, 3]
    assert stoa.Table.from_numpy(numpy.rec.array(array)).x.tolist() == [1, 2, 3]


BAD: list[tuple[Any, Any, type[Exception]]] = [
    (numpy.zeros(3), None, stoa.WrongTypeError),
    ([(1, 2)], None, stoa.WrongTypeError),
    (numpy.zeros((2, 2), [("x", "i4")]), None, BufferError),
    (numpy.zeros((), [("x", "i4")]), None, BufferError),
    (numpy.zeros(3, [("x", "c8")]), None, stoa.DeclarationError),
    (numpy.zeros(3, [("x", "f2")]), None, stoa.DeclarationError),
    (numpy.zeros(3, [("x", "S4")]), None, stoa.DeclarationError),
    (numpy.zeros(3, [("x", [("y", "V3")])]), None, stoa.DeclarationError),
    (numpy.zeros(3, [("x", "i4", (2, 2))]), None, stoa.DeclarationError),
    (numpy.zeros(3, [("x", "i4", (2,))]), Point, BufferError),
    (numpy.zeros(3, [("x", "f8")]), Point, stoa.WrongTypeError),
    (numpy.zeros(3, [("x", "i4"), ("y", "i4")]), Point, stoa.FieldNameError),
    (numpy.zeros(3, [("w", "f8")]), Point, stoa.WrongTypeError),
    (numpy.array([(2**40,)], [("x", "i8")]), Point, stoa.RangeError),
    (numpy.zeros(3, [("a", [("b", "i4")]), ("a_b", "i4")]), None, stoa.BadNameError),
    (numpy.zeros(3, [("a", [("b", "i4")]), ("a_b", "i4")]), {"a_b": "int32"}, stoa.BadNameError),
]


@pytest.mark.parametrize(("array", "record", "error"), BAD)
def test_what_no_table_holds_is_refused(array: Any, record: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        stoa.Table.from_numpy(array, record)


def test_masked_values_go_into_nullable_fields_alone() -> None:
    array = numpy.ma.array([(1,), (2,)], [("x", "i4")], mask=[(True,), (False,)])
    made: Any = stoa.Table.from_numpy(array, {"x": "int32 | None"})
    assert made.x.tolist() == [None, 2]
    with pytest.raises(stoa.WrongTypeError):
        stoa.Table.from_numpy(array, Point)


# ---- random dtypes, there and back ----

PLAIN = ["?", "i1", "u1", "<i2", ">i2", "<u4", ">i4", "<i8", ">u8", "<f4", ">f4", "<f8", ">f8"]
TIMES = ["<M8[us]", "<m8[ms]", "<M8[D]"]


@st.composite
def dtypes(draw: Any, depth: int = 2) -> Any:
    """A structured dtype: any of aligned, padded by hand, nested, with vectors."""
    parts = []
    for i in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([*PLAIN, *TIMES, "vector", "record"]))
        if kind == "record":
            kind = draw(dtypes(depth - 1)) if depth > 0 else "i4"
        elif kind == "vector":
            kind = (draw(st.sampled_from(PLAIN)), (draw(st.integers(2, 4)),))
        parts.append((f"f{i}", kind))
    made = numpy.dtype(parts, align=draw(st.booleans()))
    if draw(st.booleans()):
        names = list(made.names)
        formats = [made.fields[name][0] for name in names]
        gap = draw(st.integers(0, 5))
        offsets = [made.fields[name][1] + i * gap for i, name in enumerate(names)]
        size = made.itemsize + len(names) * gap + 3
        made = numpy.dtype(
            {"names": names, "formats": formats, "offsets": offsets, "itemsize": size}
        )
    return made


def fill(array: Any, dtype: Any, random: Any) -> None:
    for name in dtype.names:
        kind = dtype.fields[name][0]
        if kind.names is not None:
            fill(array[name], kind, random)
        elif kind.base.kind == "f":
            array[name] = random.normal(size=array[name].shape)
        elif kind.base.kind == "b":
            array[name] = random.integers(0, 2, array[name].shape)
        elif kind.base.kind in "mM":
            array[name] = random.integers(-(10**5), 10**5, array[name].shape).astype(kind)
        else:
            limits = numpy.iinfo(kind.base)
            array[name] = random.integers(
                limits.min, limits.max, array[name].shape, limits.dtype.newbyteorder("=")
            )


def same(one: Any, other: Any, dtype: Any) -> bool:
    return all(
        same(one[name], other[name], dtype.fields[name][0])
        if dtype.fields[name][0].names is not None
        else numpy.array_equal(one[name], other[name])
        for name in dtype.names
    )


@settings(max_examples=80)
@given(dtypes(), st.integers(0, 20), st.integers(0, 2**32), st.sampled_from([1, -1, 3]))
def test_arrays_come_back_as_they_were(dtype: Any, rows: int, seed: int, step: int) -> None:
    array = numpy.zeros(rows, dtype)
    fill(array, dtype, numpy.random.default_rng(seed))
    array = array[::step]
    table: Any = stoa.Table.from_numpy(array)
    back = table.to_numpy(dtype)
    assert back.dtype == dtype
    assert same(back, array, dtype)
    again = stoa.Table.from_numpy(table.to_numpy())
    assert again == table
    assert again.fields == table.fields


def test_vectors_and_narrow_fields_of_records_are_filled() -> None:
    fields = {"position": ("float32", (3,)), "mass": "int16"}
    array = numpy.zeros(2, [("mass", "i8"), ("position", "f4", (3,))])
    array["position"], array["mass"] = [[1, 2, 3], [4, 5, 6]], -5
    made: Any = stoa.Table.from_numpy(array, fields)
    assert made[1].position == (4, 5, 6)
    assert made.mass.tolist() == [-5, -5]
