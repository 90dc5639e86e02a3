"""Tables whose memory is lent: what is shared, and what is refused meanwhile."""

from __future__ import annotations

import gc
import sys
import threading
import time
from enum import Enum
from typing import Any

import numpy
import pytest

import stoa
from stoa import float64, int32
from stoa._lib.ffi import ffi
from stoa._store import arrow


class Color(Enum):
    RED = 1
    GREEN = 2


class Point(stoa.Record):
    x: int32
    y: float64 | None = None
    name: str = ""
    color: Color = Color.RED


def points_of(rows: int) -> Any:
    return stoa.Table(Point, [(i, None if i % 3 else i / 2, f"n{i % 5}") for i in range(rows)])


def array_of(value: Any) -> tuple[Any, Any]:
    """The struct of what leaves as one array, and what keeps it."""
    capsules = value.__arrow_c_array__()
    return arrow.pointer_in(capsules[1], "arrow_array"), capsules


def address_of(pointer: Any) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def collect() -> None:
    for _ in range(4):  # PyPy frees what memoryviews hold some collections later
        gc.collect()


def check_refused(points: Any) -> None:
    row, near = points[0], points.where(points.x > 1)
    before = points.to_dicts()
    for change in (
        lambda: setattr(row, "x", 5),
        lambda: setattr(row, "name", "z"),
        lambda: points.x.__setitem__(0, 5),
        lambda: setattr(points, "x", 5),
        lambda: setattr(points, "x", points.x + 1),
        lambda: setattr(near, "x", 0),
        lambda: points.update(x=0),
        lambda: points.assign("x", "x + 1"),
        lambda: points.pop(),
        lambda: points.__delitem__(0),
        lambda: points.swap(0, 1),
        lambda: points.clear(),
        lambda: points.resize(1),
        lambda: points.reverse(),
        lambda: near.delete(),
        lambda: points.insert(0, 1),
        lambda: points.__setitem__(0, (1,)),
        lambda: points.add_field("z", "int32"),
        lambda: points.drop_field("y"),
        lambda: points.compact(),
    ):
        with pytest.raises(stoa.LentError, match="lent"):
            change()
    assert points.to_dicts() == before


def test_memory_is_shared_and_writes_are_refused_until_all_of_it_is_gone() -> None:
    points = points_of(20)
    with points.lend() as lent:
        array, keep = array_of(lent)
        check_refused(points)
        assert repr(lent) == "<Loan of Point, open: 4 arrays hold it>"
        until = "it can't be written to until its memory is released by 1 loan and 4 arrays of"
        with pytest.raises(stoa.LentError, match=until):
            points.x[0] = 5
    cells = address_of(array.children[0].buffers[1])
    check_refused(points)
    points.append(100)
    points.extend(x=range(1000))
    assert array.length == 20
    del keep, lent
    collect()
    assert numpy.asarray(points.x).ctypes.data == cells
    points.x = 5
    points.pop()


KINDS = (
    *("bool", "uint64", "float32", "int32 | None", "str", "str | None", "object", Color),
    *("date", "timestamp[ns]", "timestamp[ms, UTC]", "duration[s]", ("float32", (2,))),
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_write_to_a_cell_says_what_holds_the_memory(kind: Any) -> None:
    points: Any = stoa.Table({"a": kind}, 3)
    until = "until its memory is released by 1 loan and 0 arrays of Arrow$"
    with points.lend() as lent:
        assert repr(lent).endswith("open: 0 arrays hold it>")
        for write in (
            lambda: setattr(points[1], "a", points[1].a),
            lambda: points.a.__setitem__(1, points.a[1]),
        ):
            with pytest.raises(stoa.LentError, match=until):
                write()
    points[1].a = points[1].a


def test_a_loan_outlives_finalizers_that_use_it() -> None:
    points = points_of(3)
    taken: list[Any] = []

    class Node:
        lent: Any
        me: Any

        def __del__(self) -> None:
            taken.append(self.lent.__arrow_c_array__())

    lent, node = points.lend(), Node()  # the loan first, so that the collector comes to it first
    node.lent, node.me = lent, node
    del lent, node
    collect()
    assert len(taken) == 1
    with pytest.raises(stoa.LentError):
        points.pop()
    taken.clear()
    collect()
    points.pop()


def test_a_loan_that_nobody_took_ends_with_its_object() -> None:
    points = points_of(3)
    lent = points.lend()
    with pytest.raises(stoa.LentError):
        points.pop()
    del lent
    collect()
    points.pop()
    with points.lend() as lent:
        pass
    points.pop()
    with pytest.raises(stoa.ArgumentError, match="closed"):
        lent.__arrow_c_stream__()


@pytest.mark.skipif(
    sys.implementation.name == "pypy", reason="PyPy keeps arrays of numpy for an unknown time"
)
def test_views_of_numpy_and_loans() -> None:
    points = points_of(5)
    view = numpy.asarray(points.x)
    with pytest.raises(stoa.LentError, match="writable views"):
        points.lend()
    points.x = 4  # nothing is locked
    del view
    collect()
    with points.lend():
        view = numpy.asarray(points.x)
        memory = points.x.buffer
        assert not view.flags.writeable
        assert memory.readonly
        points.lend().close()  # once more
        column = points.x
        assert not numpy.asarray(column).flags.writeable
    assert numpy.asarray(column).flags.writeable
    del column
    collect()
    points.lend().close()  # read-only views are no obstacle
    assert view.tolist() == memory.tolist() == [4] * 5


def test_a_run_of_another_thread_and_a_loan() -> None:
    points = stoa.Table({"x": "int64"}, 300_000)
    failed: list[BaseException] = []

    def run() -> None:
        for _ in range(10):
            try:
                points.x += 1
            except (stoa.LentError, stoa.BusyError, stoa.StaleError) as error:
                failed.append(error)

    other = threading.Thread(target=run)
    other.start()
    while other.is_alive():
        try:
            with points.lend() as lent:
                array, keep = array_of(lent)
                cells = ffi.cast("int64_t *", array.children[0].buffers[1])
                first = cells[0]
                assert cells[array.length - 1] == first
                del keep, array
        except stoa.BusyError:
            pass
    other.join()
    assert points.x.min() == points.x.max() == 10 - len(failed)


def test_pyarrow_shares_what_is_lent() -> None:
    pa = pytest.importorskip("pyarrow")
    points = points_of(200)
    expected = [{**stoa.to_dict(row), "color": row.color.name} for row in points]
    with points.lend() as lent:
        made = pa.table(lent)
    made.validate(full=True)
    with pytest.raises(stoa.LentError, match="1 loans? and [1-9]"):
        points.pop()
    addresses = [made.column(i).chunk(0).buffers()[1].address for i in range(2)]
    assert made.to_pylist() == expected
    assert pa.types.is_dictionary(made.schema.field("name").type)
    part = made.slice(3, 5)
    del made, lent
    with pytest.raises(stoa.LentError):
        points.x[0] = 3
    assert part.to_pylist() == expected[3:8]
    del part
    collect()
    points.x[0] = 3
    assert numpy.asarray(points.x).ctypes.data == addresses[0]
    del points
    with points_of(3).lend(dictionary=False) as lent:
        assert pa.table(lent).schema.field("name").type == pa.string()


def read_by_polars_and_duckdb(points: Any) -> None:
    """A function of its own: DuckDB looks for names in the variables of its callers, and CPython
    then keeps these for as long as the function runs."""
    pl, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    with points.lend() as lent:
        frame = pl.DataFrame(lent)
        assert frame["x"].to_list() == list(range(100))
        assert frame["name"].to_list() == points.name.tolist()
        found = duckdb.sql("select sum(x), count(y), max(name) from lent").fetchall()
        assert found == [(4950, 34, "n4")]
    found = duckdb.sql("select sum(x), count(y), max(name) from points").fetchall()
    assert found == [(4950, 34, "n4")]


def test_polars_and_duckdb_read_what_is_lent() -> None:
    points = points_of(100)
    read_by_polars_and_duckdb(points)
    for _ in range(200):  # a library may release from another thread, a little later
        collect()
        if not points._store.is_lent():
            break
        time.sleep(0.01)
    points.pop()
