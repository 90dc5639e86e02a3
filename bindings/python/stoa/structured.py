"""Tables as structured arrays of numpy, and back.

A record of such an array may hold records itself: the fields of these have names like `pos_x`, of
the outer name and the inner one. Arrays are always copies, since a table has its columns apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stoa._schema.fields import flat_names
from stoa._schema.generate import no_field
from stoa._schema.types import OBJECT
from stoa.column import Column
from stoa.errors import ArgumentError, ColumnBufferError, RangeError, WrongTypeError, shown

# The kinds of dtypes that may hold every value of one, by numpy's letters.
KINDS = {
    "b": "biufcO",
    "i": "ifcO",
    "u": "iufcO",
    "f": "fcO",
    "m": "mO",
    "M": "MO",
    "O": "OU",
}


def columns_of(array: Any) -> dict[str, Any]:
    """The columns of a structured array, by the names of fields."""
    dtype = getattr(array, "dtype", None)
    if getattr(dtype, "names", None) is None:
        raise WrongTypeError(
            f"a structured array of numpy is needed, not {shown(array)}: columns are given by "
            "Table.from_columns(x=xs, y=ys)"
        )
    if array.ndim != 1:
        raise ColumnBufferError(f"an array of 1 dimension is needed, not of {array.ndim}")
    return {name: part_of(array, path) for name, path, _ in flat_names(dtype)}


def part_of(array: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        array = array[name]
    return array


def array_of(rows: Any, dtype: Any = None, copy: bool | None = None) -> Any:
    """A structured array of a table or window; of dtype object, an array of its rows."""
    import numpy

    if copy is False:
        raise ArgumentError("a table has its columns apart: a structured array of it is a copy")
    wanted = None if dtype is None else numpy.dtype(dtype)
    if wanted == numpy.dtype(object):
        return array_of_objects(list(rows))
    if wanted is not None and wanted.names is None:
        raise WrongTypeError(
            f"a table becomes a structured array, not one of {wanted}: take numpy.asarray() of its "
            "columns, or numpy.lib.recfunctions.structured_to_unstructured() of the array"
        )
    count, fields = len(rows), rows._store.fields
    names = list(fields) if wanted is None else names_apart(wanted)
    columns = {name: values_of(rows, name)[:count] for name in names}
    if wanted is None:
        wanted = numpy.dtype([(n, each.dtype, each.shape[1:]) for n, each in columns.items()])
    made: Any = numpy.zeros(count, wanted)  # zero between the fields, too
    for name, path, _ in flat_names(wanted):
        put(part_of(made, path), columns[name], name)
    return made


def names_apart(dtype: Any) -> list[str]:
    """The fields for a dtype. Raises WrongTypeError if two of them share bytes."""
    end, before = 0, ""
    for start, stop, name in sorted(spans(dtype)):
        if start == stop:
            continue
        if start < end:
            raise WrongTypeError(f"{before} and {name} share bytes in the dtype: one would be lost")
        end, before = max(end, stop), name
    return [name for name, _, _ in flat_names(dtype)]


def spans(dtype: Any, at: int = 0, outer: str = "") -> Iterator[tuple[int, int, str]]:
    """Where the fields of a record begin and end, and their names."""
    for name in dtype.names:
        kind, start = dtype.fields[name][0], at + dtype.fields[name][1]
        if kind.names is None:
            yield start, start + kind.itemsize, outer + name
        else:
            yield from spans(kind, start, f"{outer}{name}_")


def array_of_objects(values: list[Any]) -> Any:
    import numpy

    made: Any = numpy.empty(len(values), dtype=object)
    made[:] = values
    return made


def values_of(rows: Any, name: str) -> Any:
    import numpy

    fields = rows._store.fields
    if name not in fields:
        raise no_field(name, fields)
    column: Column[Any] = rows._column(name)
    return array_of_objects(column.tolist()) if column._type is OBJECT else numpy.asarray(column)


def put(cells: Any, values: Any, name: str) -> None:
    """Stores values into a field of an array that can hold each of them.

    Raises WrongTypeError for another type or shape, RangeError where it depends on the value."""
    import numpy

    to = cells.dtype
    if cells.shape != values.shape:
        raise WrongTypeError(
            f"{name} has the shape {values.shape[1:]} in each row: the dtype gives it "
            f"{cells.shape[1:]}"
        )
    if to.kind not in KINDS.get(values.dtype.kind, ""):
        raise lossy(values, to, name)
    if to.kind == "U":
        values = texts_of(values, to, name)
    try:
        numpy.copyto(cells, values, casting="safe")
    except TypeError:
        raise lossy(values, to, name) from None
    except OverflowError:  # of times, from numpy 2.5 on
        raise beyond_times(values, to, name) from None
    check_exact(cells, values, name)


def lossy(values: Any, to: Any, name: str) -> WrongTypeError:
    return WrongTypeError(f"{name} is {values.dtype}, of which {to} does not hold every value")


def inexact(values: Any, at: Any, to: Any, name: str) -> RangeError:
    return RangeError(
        f"{name} is {values[at]} in row {at[0]}, which {to} does not hold, or not exactly"
    )


def beyond_times(values: Any, to: Any, name: str) -> RangeError:
    """The error for the first time that a finer unit does not reach."""
    for row in range(len(values)):
        try:
            values[row : row + 1].astype(to)
        except OverflowError:
            return inexact(values, (row,), to, name)
    return inexact(values, (0,), to, name)


def texts_of(values: Any, to: Any, name: str) -> Any:
    """An array of texts of the longest length, which must fit."""
    texts = values.tolist()
    if not all(isinstance(each, str) for each in texts):
        raise lossy(values, to, name)
    for row, text in enumerate(texts):
        if text.endswith("\0"):
            raise WrongTypeError(
                f"{name} is {shown(text)} in row {row}: {to} does not keep a NUL at the end"
            )
    made = values.astype(str)
    if max(map(len, texts), default=0) * 4 > to.itemsize:  # numpy takes length 0 for any
        raise lossy(made, to, name)
    return made


def check_exact(cells: Any, values: Any, name: str) -> None:
    """Raises RangeError where what numpy calls safe has changed a value: integers of 64 bits as
    floats, and times of a finer unit."""
    import numpy

    of, to = values.dtype, cells.dtype
    if of.kind in "iu" and to.kind in "fc":
        is_wrong = ~fits(values, numpy.finfo(to).nmant + 1)
    elif of.kind in "mM" and to.kind in "mM" and of != to:
        is_wrong = (cells.astype(of) != values) & ~numpy.isnat(values)
    else:
        return
    if is_wrong.any():
        raise inexact(values, tuple(numpy.argwhere(is_wrong)[0].tolist()), to, name)


def fits(integers: Any, bits: int) -> Any:
    """Which integers are exact in floats of so many bits: without the zeros at their end."""
    import numpy

    if integers.dtype.itemsize * 8 <= bits:
        return numpy.ones(integers.shape, bool)
    sizes = numpy.abs(integers).astype("u8")  # of the least int64 too
    last = sizes & (~sizes + numpy.uint64(1))
    return sizes // numpy.maximum(last, numpy.uint64(1)) < numpy.uint64(2**bits)
