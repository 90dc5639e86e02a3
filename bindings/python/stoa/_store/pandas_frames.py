"""Frames of pandas, before they come in by Arrow: what Arrow makes of their index and their dates.

pandas gives Arrow by pyarrow, which is there whenever this is of use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from stoa._schema.record import RecordType
from stoa._schema.times import DATE, beyond


def prepared(data: Any, record: RecordType | None) -> Any:
    """A frame without an index that only numbers the rows, and with dates for the fields of dates,
    which it has as timestamps. Other data are left as they are."""
    frame = getattr(sys.modules.get("pandas"), "DataFrame", ())
    if not isinstance(data, frame):
        return data
    index = data.index
    if index.nlevels == 1 and index.name is None and index.dtype.kind in "iu":
        data = data.reset_index(drop=True)
    fields = () if record is None else record._stoa_fields
    dates = [each.name for each in fields if each.type.base is DATE]
    found = {name: dates_of(data[name], name) for name in dates if is_moments(data, name)}
    data = data.copy(deep=False) if found else data
    for name, column in found.items():
        data[name] = column
    return data


def is_moments(frame: Any, name: str) -> bool:
    """Whether a column of that name has timestamps without a zone."""
    if list(frame.columns).count(name) != 1:
        return False
    dtype = frame[name].dtype
    return dtype.kind == "M" and getattr(dtype, "tz", None) is None


def dates_of(column: Any, name: str) -> Any:
    """Timestamps as dates. Raises RangeError for one that is not at midnight."""
    pandas, pyarrow, compute = map(import_module, ("pandas", "pyarrow", "pyarrow.compute"))
    given = pyarrow.array(column, from_pandas=True)
    made = given.cast(pyarrow.date32(), safe=False)
    is_wrong = compute.not_equal(made.cast(given.type, safe=False), given)
    if compute.any(is_wrong).as_py():
        raise beyond(name, "date", column.iloc[compute.index(is_wrong, True).as_py()])
    return pandas.Series(pandas.arrays.ArrowExtensionArray(made), index=column.index)
