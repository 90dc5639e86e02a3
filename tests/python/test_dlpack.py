"""Columns as tensors of DLPack."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import weakref
from typing import Any

import pytest

import stoa

IS_PYPY = sys.implementation.name == "pypy"
KINDS = {
    "bool": (6, 8),
    **{f"int{bits}": (0, bits) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (1, bits) for bits in (8, 16, 32, 64)},
    **{f"float{bits}": (2, bits) for bits in (32, 64)},
}


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device", ctypes.c_int32 * 2),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class Plain(ctypes.Structure):
    _fields_ = [("tensor", Tensor), ("owner", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("owner", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    ]


STRUCTS: dict[bytes, Any] = {b"dltensor": Plain, b"dltensor_versioned": Versioned}

if not IS_PYPY:
    pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    rename = ctypes.pythonapi.PyCapsule_SetName
    rename.argtypes = [ctypes.py_object, ctypes.c_char_p]

of_cpython = pytest.mark.skipif(IS_PYPY, reason="reads CPython's capsules")


def struct_in(capsule: Any, name: bytes) -> Any:
    return STRUCTS[name].from_address(pointer_of(capsule, name))


def described(tensor: Any) -> tuple[Any, ...]:
    n = tensor.ndim
    return tensor.shape[:n], tensor.strides[:n], (tensor.code, tensor.bits, tensor.lanes)


def ten() -> Any:
    return stoa.Table({"x": "int32", "w": "float64"}, [(i, i / 2) for i in range(10)])


@of_cpython
@pytest.mark.parametrize("kind", KINDS)
def test_a_tensor_tells_the_type_and_the_place_of_the_cells(kind: str) -> None:
    table: Any = stoa.Table({"a": kind}, 7)
    assert table.a.__dlpack_device__() == (1, 0)
    for told, name in (({}, b"dltensor"), ({"max_version": (1, 1)}, b"dltensor_versioned")):
        capsule = table.a.__dlpack__(**told)
        found = struct_in(capsule, name)
        tensor = found.tensor
        assert described(tensor) == ([7], [1], (*KINDS[kind], 1))
        assert list(tensor.device) == [1, 0]
        assert (tensor.byte_offset, bool(tensor.data)) == (0, True)
        if name == b"dltensor_versioned":
            assert (found.major, found.flags) == (1, 0)


@of_cpython
def test_parts_and_vectors_have_strides() -> None:
    table = ten()
    whole = table.x.__dlpack__()
    first = struct_in(whole, b"dltensor").tensor.data
    part = table.x[8:1:-3].__dlpack__()
    tensor = struct_in(part, b"dltensor").tensor
    assert described(tensor)[:2] == ([3], [-3])
    assert tensor.data == first + 8 * 4
    vectors: Any = stoa.Table({"p": ("float32", (3,))}, 5)
    lent = vectors.p[1:4].__dlpack__()
    shape, strides, _ = described(struct_in(lent, b"dltensor").tensor)
    assert (shape, strides[0]) == ([3, 3], 1)
    assert strides[1] > 5
    empty = table[:0].x.__dlpack__()
    assert not struct_in(empty, b"dltensor").tensor.data


@of_cpython
def test_a_tensor_of_a_lent_table_is_read_only() -> None:
    table = ten()
    with table.lend():
        capsule = table.x.__dlpack__(max_version=(1, 0))
        assert struct_in(capsule, b"dltensor_versioned").flags == 1
        assert table.x.__dlpack__(copy=True) is not None
        with pytest.raises(stoa.ColumnBufferError, match="lent, and DLPack before 1.0"):
            table.x.__dlpack__()
    with table.lend():  # what is read-only is not in the way
        numpy = pytest.importorskip("numpy", "2.1")
        view = numpy.from_dlpack(table.w)
        assert not view.flags.writeable
        assert view.tolist() == table.w.tolist()


@of_cpython
def test_a_copy_says_that_it_is_one() -> None:
    table = ten()
    capsule = table.x[::3].__dlpack__(copy=True, max_version=(1, 0))
    found = struct_in(capsule, b"dltensor_versioned")
    assert (found.flags, described(found.tensor)[:2]) == (2, ([4], [1]))
    values = (ctypes.c_int32 * 4).from_address(found.tensor.data)
    table.x = 0
    assert list(values) == [0, 3, 6, 9]
    shared = table.x.__dlpack__(copy=False, max_version=(2, 0))
    assert struct_in(shared, b"dltensor_versioned").flags == 0


@of_cpython
@pytest.mark.parametrize("told", [{}, {"max_version": (1, 0)}, {"copy": True}])
@pytest.mark.parametrize("is_taken", [False, True])
def test_the_memory_lives_as_long_as_the_tensor(told: Any, is_taken: bool) -> None:
    table = ten()
    store = weakref.ref(table._store)
    capsule = table.x.__dlpack__(**told)
    name = b"dltensor_versioned" if "max_version" in told else b"dltensor"
    found = struct_in(capsule, name)
    table.resize(2)
    table.shrink()
    del table
    gc.collect()
    values = (ctypes.c_int32 * 10).from_address(found.tensor.data)
    assert list(values)[:2] == [0, 1]
    if is_taken:  # by a consumer, which deletes it in a thread of its own
        rename(capsule, b"used_" + name)
        del capsule
        gc.collect()
        assert list(values)[:2] == [0, 1]
        delete = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(found.deleter)
        thread = threading.Thread(target=delete, args=(ctypes.addressof(found),))
        thread.start()
        thread.join()
    else:
        del capsule
    gc.collect()
    assert store() is None


WRONG = ["object", "str", "date", "timestamp[us]", "duration[s]"]


@pytest.mark.parametrize("kind", WRONG)
def test_what_dlpack_has_no_type_for_is_refused(kind: str) -> None:
    table: Any = stoa.Table({"a": kind}, 2)
    with pytest.raises(BufferError, match="a is .*no type of DLPack"):
        table.a.__dlpack__()


def test_nulls_streams_and_other_devices_are_refused() -> None:
    table: Any = stoa.Table({"n": "int32 | None", "p": ("int8", (2,))}, 2)
    with pytest.raises(BufferError, match="fill_null"):
        table.n.__dlpack__()
    for column in (table.p, table.p.component(0)):
        for told in ({"stream": 1}, {"dl_device": (2, 0)}, {"dl_device": (1, 1)}):
            with pytest.raises(BufferError, match="in memory"):
                column.__dlpack__(**told)
        column.__dlpack__(dl_device=(1, 0), stream=None)
    table.n = 5
    table.n.__dlpack__()
    column = table.n
    table.drop_field("n")
    with pytest.raises(stoa.FieldNameError):
        column.__dlpack__()


def test_numpy_takes_tensors() -> None:
    numpy = pytest.importorskip("numpy", "1.23")
    table: Any = stoa.Table({"x": "int64", "p": ("float32", (3,)), "b": "bool"}, 6)
    table.x, table.p = range(6), [(i, i + 1, i + 2) for i in range(6)]
    for column in (table.x, table.p, table.b, table.x[::-2], table.p[1:3], table[2:2].p):
        array = numpy.from_dlpack(column)
        expected = numpy.asarray(column)
        assert array.dtype == expected.dtype
        assert array.tolist() == expected.tolist()
        assert not len(array) or numpy.shares_memory(array, expected)
    array = numpy.from_dlpack(table.x)
    table.x[2] = 70
    assert array[2] == 70
    del table
    gc.collect()
    assert array[2] == 70
