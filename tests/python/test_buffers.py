"""Columns as buffers: anything that accepts a buffer accepts a column, without a copy."""

from __future__ import annotations

import gc
import hashlib
import io
import struct
import sys
import weakref
from array import array
from typing import Any

import pytest

import stoa
from stoa._schema.extension import rows as extension

IS_PYPY = sys.implementation.name == "pypy"

CODES = {"bool": "?", "int8": "b", "uint16": "H", "int32": "i", "uint64": "Q", "float32": "f"}

if extension is None and sys.version_info < (3, 12) and not IS_PYPY:

    def test_without_the_extension_python_s_classes_have_no_buffers_before_3_12() -> None:
        table: Any = stoa.Table({"x": "int32"}, 3)
        with pytest.raises(TypeError):
            memoryview(table.x)
        assert table.x.buffer.tolist() == [0, 0, 0]

    pytest.skip("columns are no buffers here", allow_module_level=True)


def ten() -> Any:
    rows = [(i, i * 0.5, str(i)) for i in range(10)]
    return stoa.Table({"x": "int32", "w": "float64", "tag": "object"}, rows)


@pytest.mark.parametrize("name", CODES)
def test_a_column_is_a_buffer_of_its_cells(name: str) -> None:
    table: Any = stoa.Table({"a": name}, 5)
    view = memoryview(table.a)
    assert (view.format, view.ndim, view.shape) == (CODES[name], 1, (5,))
    assert (view.readonly, view.itemsize) == (False, table.a.type.width)
    view[2] = 1
    assert table.a.tolist() == [0, 0, 1, 0, 0]
    table.a[3] = 1
    assert view.tolist() == [0, 0, 1, 1, 0]
    assert memoryview(stoa.Table({"a": name}).a).tolist() == []


def test_parts_of_columns_are_buffers_with_strides() -> None:
    table = ten()
    assert memoryview(table.x[1:8:3]).tolist() == [1, 4, 7]
    assert memoryview(table.x[::-1]).tolist() == list(range(9, -1, -1))
    assert memoryview(table[2:4].w).tolist() == [1.0, 1.5]
    assert memoryview(table.x[5:5]).tolist() == []
    assert bytes(table.x[:2]) == struct.pack("=ii", 0, 1)


def test_what_takes_bytes_takes_a_column() -> None:
    table = ten()
    cells = table.x.buffer.tobytes()
    file = io.BytesIO()
    file.write(table.x)
    assert file.getvalue() == cells == bytes(table.x) == bytes(bytearray(table.x))
    assert hashlib.sha256(table.x).digest() == hashlib.sha256(cells).digest()
    assert struct.unpack_from("=i", table.x, 12) == (3,)
    assert b"".join([table.x]) == cells


def test_arrays_of_pythons_array_module_go_in_and_out() -> None:
    table = ten()
    assert array("i", table.x) == array("i", range(10))
    assert array("d", table[2:4].w) == array("d", [1.0, 1.5])
    table.x = array("i", range(10, 20))
    table.w[:3] = array("f", [7, 8, 9])
    table.extend(x=array("b", [1, -2]), w=array("i", [3, 4]), tag=["a", "b"])
    assert table.x.tolist() == [*range(10, 20), 1, -2]
    assert table.w.tolist()[:3] + table.w.tolist()[-2:] == [7.0, 8.0, 9.0, 3.0, 4.0]
    with pytest.raises(stoa.WrongTypeError):
        table.x = array("d", range(12))
    with pytest.raises(stoa.RangeError):
        table.x = array("q", [2**40] * 12)


@pytest.mark.skipif(IS_PYPY, reason="PyPy's files read into no such buffer")
def test_files_are_read_into_columns() -> None:
    table = ten()
    assert io.BytesIO(struct.pack("=10i", *range(90, 100))).readinto(table.x) == 40
    assert table.x.tolist() == list(range(90, 100))
    struct.pack_into("=i", table.x, 4, -1)
    assert table[1].x == -1


def test_an_object_column_has_no_buffer() -> None:
    with pytest.raises(BufferError, match="tag is an object field"):
        memoryview(ten().tag)


def test_a_column_that_is_stale_or_gone_has_no_buffer() -> None:
    table = ten()
    part, column = table[2:5].x, table.w
    del table[0]
    with pytest.raises(stoa.StaleError):
        memoryview(part)
    table.drop_field("w")
    with pytest.raises(KeyError, match="w"):
        memoryview(column)


def test_the_memory_outlives_rows_field_and_table_and_ends_with_the_view() -> None:
    table = ten()
    view = memoryview(table.x)
    table.resize(100_000)
    view[0] = 77
    assert table[0].x == 77
    table.clear()
    table.drop_field("x")
    assert len(view.tolist()) == 10
    store = weakref.ref(table._store)
    part = memoryview(view)[2:4]
    del table
    view.release()
    gc.collect()
    assert store() is not None
    assert len(part.tolist()) == 2
    part.release()
    gc.collect()
    assert store() is None
    with pytest.raises(ValueError, match="released"):
        part[0]


@pytest.mark.skipif(IS_PYPY, reason="PyPy keeps what its buffers come from to itself")
def test_buffers_in_cycles_are_collected() -> None:
    for _ in range(50):
        table = ten()
        view = memoryview(memoryview(table.x))[1:]
        gc.collect(0)
        table[0].tag = [view]
        table[1].tag = view
        store = weakref.ref(table._store)
        del table, view
        gc.collect()
        assert store() is None


@pytest.mark.skipif(IS_PYPY, reason="PyPy takes other answers")
def test_a_class_of_the_users_may_answer_with_another_memoryview_and_nothing_else() -> None:
    class Mine(stoa.Column[int]):
        __slots__ = ("answer",)

        def __buffer__(self, flags: int) -> Any:
            return self.answer

    table = ten()
    column = Mine(table._store, table._store.field("x"))
    column.answer = memoryview(b"abc")
    with memoryview(column) as view:
        assert view.readonly
        assert bytes(view) == b"abc"
    with pytest.raises(TypeError, match="read-write"):
        io.BytesIO(b"xyz").readinto(column)
    column.answer = memoryview(bytearray(b"xyz"))
    view = memoryview(column)
    if sys.version_info < (3, 12):  # later versions refuse that
        column.answer.release()
    del column.answer
    gc.collect()
    assert bytes(view) == b"xyz"
    column.answer = b"abc"
    with pytest.raises(TypeError, match="__buffer__"):
        memoryview(column)


def test_numpy_and_a_memoryview_share_the_cells() -> None:
    numpy = pytest.importorskip("numpy")
    table = ten()
    array, view = numpy.asarray(table.x), memoryview(table.x)
    array[3] = 33
    view[4] = 44
    assert table.x[3:5].tolist() == view[3:5].tolist() == array[3:5].tolist() == [33, 44]
    assert numpy.asarray(table.tag).tolist() == table.tag.tolist()
    assert numpy.asarray(table.x[::-3]).tolist() == table.x[::-3].tolist()
