"""Tables as structured arrays of numpy, and back.

A record of such an array may hold records itself: the fields of these have names like `pos_x`, of
the outer name and the inner one. Arrays are always copies, since a table has its columns apart.
"""

from __future__ import annotations

from typing import Any

from stoa._schema.fields import flat_names
from stoa._schema.generate import no_field
from stoa._schema.types import OBJECT
from stoa.column import Column
from stoa.errors import ArgumentError, ColumnBufferError, WrongTypeError, shown


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
    names = fields if wanted is None else [name for name, _, _ in flat_names(wanted)]
    columns = {name: values_of(rows, name)[:count] for name in names}
    if wanted is None:
        wanted = numpy.dtype([(n, each.dtype, each.shape[1:]) for n, each in columns.items()])
    made: Any = numpy.zeros(count, wanted)  # zero between the fields, too
    for (name, path, _), values in zip(flat_names(wanted), columns.values()):
        put(part_of(made, path), values, name)
    return made


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
    """Stores values into a field of an array that can hold each of them."""
    import numpy

    if cells.dtype.kind == "U" and all(isinstance(each, str) for each in values):
        values = values.astype(str)  # of the longest length, which must fit
    try:
        numpy.copyto(cells, values, casting="safe")
    except TypeError:
        raise WrongTypeError(
            f"{name} is {values.dtype}, of which {cells.dtype} does not hold every value"
        ) from None
