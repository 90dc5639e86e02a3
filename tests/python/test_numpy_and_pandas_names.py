"""Names that users of numpy, pandas and lists type by habit: they work, or the error names what to
use."""

from __future__ import annotations

import random

import pytest

import stoa
from stoa import float64, int32


class Point(stoa.Record):
    x: int32
    w: float64

    def norm(self) -> float:
        return float(self.x)


def points(rows: int = 10) -> stoa.Table[Point]:
    return stoa.Table(Point, [(i - 3, i * 0.5) for i in range(rows)])


numpy = pytest.importorskip("numpy")

REDUCTIONS = ["sum", "mean", "std", "var", "min", "max", "argmin", "argmax"]


@pytest.mark.parametrize("name", REDUCTIONS)
def test_numpys_reductions_of_columns_give_what_the_methods_give(name: str) -> None:
    table = points()
    for column in (table.x, table.w, table.x * 2, table[2:8].w, table.where(table.x > 0).w):
        assert getattr(numpy, name)(column) == getattr(column, name)()
        assert getattr(numpy, name)(column, axis=0) == getattr(column, name)()


def test_numpys_any_and_all_take_conditions() -> None:
    table = points()
    assert numpy.any(table.x > 3)
    assert not numpy.all(table.x > 3)


@pytest.mark.parametrize("values", [[0, 0], [0, 1], [2, 3], []])
@pytest.mark.parametrize("of", ["int8", "uint64", "float32", "float64 | None", "bool"])
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"keepdims": True}, {"out": True}])
def test_numpys_any_and_all_take_numbers_as_numpy_does(
    values: list, of: str, options: dict
) -> None:
    values = [value % 2 for value in values] if of == "bool" else values
    table = stoa.Table({"x": of}, [(value,) for value in values])
    for name in ("any", "all"):
        function = getattr(numpy, name)
        for column in (table.x, table[:].x, table[::-1].x, table.where("row() >= 0").x):
            given = dict(options, out=numpy.array(False)) if "out" in options else options
            found = function(column, **given)
            expected = function(numpy.array(values), **given)
            assert numpy.array_equal(found, expected)
            assert numpy.shape(found) == numpy.shape(expected)
        if of != "bool":
            assert function(table.x * 2) == function(numpy.array(values))
            with pytest.raises(stoa.WrongTypeError, match="takes a condition"):
                getattr(table.x, name)()


def test_nan_is_true_and_vectors_are_taken_by_component() -> None:
    table = stoa.Table({"w": "float64", "v": "int32[2]"}, [(float("nan"), (0, 1)), (0, (0, 2))])
    assert numpy.any(table.w)
    assert not numpy.all(table.w)
    for axis in (None, 0, 1):
        for function in (numpy.any, numpy.all):
            expected = function(numpy.asarray(table.v), axis=axis)
            assert numpy.array_equal(function(table.v, axis=axis), expected)


def test_numpys_ddof_is_handed_on() -> None:
    table = points()
    assert numpy.std(table.w, ddof=1) == table.w.std(1)
    assert numpy.var(table.w, ddof=1) == table.w.var(ddof=1)


OPTIONS = [
    {"dtype": "float32"},
    {"keepdims": True},
    {"axis": 0, "keepdims": True},
    {"axis": (0,), "keepdims": False},
    {"axis": -1},
    {"where": [True, False] * 5},
    {"where": numpy.arange(10) > 3, "keepdims": True},
    {"out": numpy.array(7.0)},
    {"out": numpy.zeros(1), "keepdims": True},
    {"dtype": "float64", "out": numpy.zeros(())},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_numpys_arguments_mean_what_they_mean_for_arrays(name: str, options: dict) -> None:
    table = points()
    for column in (table.x, table.w, table.x * 2, table.where(table.x > -9).w):
        given = {
            key: value.copy() if isinstance(value, numpy.ndarray) else value
            for key, value in options.items()
        }
        function, told = getattr(numpy, name), dict(given)
        if name in ("min", "max", "argmin", "argmax"):
            told.pop("dtype", None)
        if name in ("min", "max") and "where" in told:
            told["initial"] = 3
        if name in ("argmin", "argmax"):
            told.pop("where", None)
            if told.get("axis") == (0,):
                told["axis"] = 0
            if "out" in told:
                told["out"] = numpy.zeros(told["out"].shape, numpy.intp)
        found = function(column, **told)
        if "out" in told:
            assert found is told["out"]
            told["out"] = numpy.empty_like(found)
        expected = function(numpy.asarray(column), **told)
        assert numpy.shape(found) == numpy.shape(expected)
        assert numpy.allclose(found, expected)


def test_a_condition_of_the_table_says_where() -> None:
    table = points()
    assert numpy.sum(table.x, where=table.x > 2) == sum(x for x in table.x if x > 2)


def test_an_axis_that_is_not_there_and_an_out_that_does_not_fit_are_refused() -> None:
    table, out = points(), numpy.array(7)
    for axis in (1, (0, 1), -2):
        with pytest.raises(ValueError, match="axis"):
            numpy.sum(table.x, axis=axis)
    with pytest.raises(stoa.LengthError, match="out has the shape"):
        numpy.sum(table.x, out=numpy.zeros(2))
    with pytest.raises(TypeError):
        numpy.mean(table.x, out=out)
    assert out == 7
    with pytest.raises(TypeError, match="colour"):
        table.x.sum(colour=1)


def test_sums_into_an_array_do_not_wrap() -> None:
    table = stoa.Table({"x": "int64"}, [(2**62,)] * 4)
    for options in ({"keepdims": True}, {"out": numpy.zeros((), "int64")}):
        with pytest.raises(OverflowError):
            numpy.sum(table.x, **options)
    assert numpy.sum(table.x, dtype="float64") == 2.0**64


def test_axes_of_vectors_are_rows_and_components() -> None:
    table = stoa.Table({"p": "float64[3]"}, [((i, 2 * i, 3 * i),) for i in range(5)])
    array = numpy.asarray(table.p)
    for axis in (None, 0, 1, -1, (0, 1)):
        for keepdims in (False, True):
            for column, values in ((table.p, array), (table.p * 2, array * 2)):
                found = numpy.sum(column, axis=axis, keepdims=keepdims)
                assert numpy.array_equal(found, numpy.sum(values, axis=axis, keepdims=keepdims))
    assert table.p.sum() == (10.0, 20.0, 30.0)


def test_without_rows_there_is_no_value_but_an_array_has_nan() -> None:
    empty = stoa.Table({"w": "float64"})
    assert numpy.mean(empty.w) is None
    with pytest.warns(RuntimeWarning):
        assert numpy.isnan(numpy.mean(empty.w, keepdims=True)).tolist() == [True]


@pytest.mark.parametrize("value", [numpy.True_, numpy.False_])
def test_numpys_booleans_are_stored_as_pythons_are(value: object) -> None:
    table = points(1)
    table[0].x = value
    assert table[0].x == int(bool(value))
    table[0].w = value
    table.append(value, value)
    assert table[1] == (int(bool(value)), float(bool(value)))
    table.insert(0, (value, 1))
    table[1] = (value, value)
    table.extend([(value, 1)])
    table.x[3:] = [value]
    assert list(table.x) == [int(bool(value))] * 4
    with_objects = stoa.Table({"x": "int32", "o": object})
    with_objects.append(value, value)
    with_objects.insert(0, (value, value))
    assert list(with_objects.values()) == [(int(bool(value)), value)] * 2
    record = Point(value, 0)
    assert record.x == int(bool(value))


@pytest.mark.parametrize("name", ["shape", "columns", "dtypes", "info", "iloc", "apply"])
def test_names_from_elsewhere_are_told_what_does_it_here(name: str) -> None:
    with pytest.raises(AttributeError, match=f"another library's {name} is meant: .*points|len"):
        getattr(points(), name)


def test_fields_win_over_hints() -> None:
    table = stoa.Table({"shape": "int32"}, [(4,)])
    assert list(table.shape) == [4]


@pytest.mark.parametrize("rows", [3, 40_000])
def test_columns_find_and_count_values_as_lists_do(rows: int) -> None:
    table = stoa.Table({"x": "int32", "o": object}, [(i % 1000, str(i % 7)) for i in range(rows)])
    for column in (table.x, table.o, table[1:].x, table[::-1].x):
        values = list(column)
        for value in (values[0], values[-1], 999, "3", None):
            assert column.count(value) == values.count(value)
            if value in values:
                assert column.index(value) == values.index(value)
                assert column.index(value, -len(values)) == values.index(value)
            else:
                with pytest.raises(ValueError, match="is not in the column"):
                    column.index(value)
        with pytest.raises(ValueError, match="is not in the column"):
            column.index(values[0], 1, 2)
    assert table.x.count() == rows


def test_a_sample_has_different_rows_and_the_same_for_the_same_seed() -> None:
    table = points(1000)
    sample = table.sample(100, seed=4)
    assert len(sample) == 100
    assert len(set(sample.x)) == 100
    assert sample == table.sample(100, seed=4)
    assert sample != table.sample(100, seed=5)
    assert set(sample.x) <= set(table.x)
    assert len(table[10:20].sample(10)) == 10
    assert len(table.sample(0)) == 0
    for count in (1001, -1):
        with pytest.raises(ValueError, match="of 1000 rows"):
            table.sample(count)


def test_dir_lists_fields_and_the_users_methods_and_nothing_of_stoas_own() -> None:
    table = points()
    for found in (dir(table[0]), dir(Point(1, 2))):
        assert {"x", "w", "norm", "to_dict"} <= set(found)
        assert not [name for name in found if name.startswith("_stoa_")]
    assert {"x", "w", "append"} <= set(dir(table))


def test_a_star_import_hides_no_module_of_pythons() -> None:
    names: dict[str, object] = {}
    exec("import copy\nfrom stoa import *", names)
    assert names["copy"] is __import__("copy")
    assert stoa.copy(points()[0]) == (-3, 0.0)


def test_random_shuffle_is_refused_and_told_what_does_it() -> None:
    table = points()
    before = table.copy()
    with pytest.raises(TypeError, match=r"shuffle\(\)"):
        random.shuffle(table)
    assert table == before
