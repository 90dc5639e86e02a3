"""What numpy.sum(column, …) and the like ask for: numpy calls the method of its argument, and
passes its own arguments on.

Over all rows the answer is the method's, also in `out` and with `keepdims`. For other axes, a
dtype, `where` and `initial` numpy computes, on the array that it would have made.
"""

from __future__ import annotations

from typing import Any

from stoa.errors import LengthError

ALL_ROWS: tuple[Any, ...] = (None, 0, -1, (0,), (-1,))
FIRST_AXIS: tuple[Any, ...] = (0, (0,))  # of an array of vectors
# The arguments that mean nothing where they have this value.
NOTHING: dict[str, Any] = {"dtype": None, "where": True}
RESULT = ("axis", "out", "keepdims")


def is_over_rows(options: dict[str, Any], is_vector: bool) -> bool:
    """Whether the method's own answer is what is asked for, but for where it goes."""
    for option, value in options.items():
        if option not in RESULT and (option not in NOTHING or value is not NOTHING[option]):
            return False
    axes = FIRST_AXIS if is_vector else ALL_ROWS
    axis = options.get("axis", 0)
    return any(type(axis) is type(known) and axis == known for known in axes)


def by_numpy(name: str, values: Any, options: dict[str, Any]) -> Any:
    import numpy

    told = dict(options)
    if hasattr(type(told.get("where")), "_expression"):
        told["where"] = numpy.asarray(told["where"])
    return getattr(numpy, name)(numpy.asarray(values), **told)


def is_to_be_put(options: dict[str, Any]) -> bool:
    return options.get("out") is not None or bool(options.get("keepdims"))


def put(found: Any, options: dict[str, Any]) -> Any:
    """The answer where numpy is to have it."""
    out, keepdims = options.get("out"), options.get("keepdims")
    if not is_to_be_put(options):
        return found
    import numpy

    made = numpy.asarray(found)
    if keepdims:
        made = made.reshape((1, *made.shape))
    if out is None:
        return made
    if getattr(out, "shape", None) != made.shape:
        raise LengthError(f"out has the shape {getattr(out, 'shape', None)}, not {made.shape}")
    numpy.copyto(out, made, casting="same_kind")
    return out
