"""Tables of what comes from Arrow."""

from __future__ import annotations

from typing import Any

from stoa._access.rows import layout
from stoa._schema.record import RecordType, described, record_class_of
from stoa._store.arrivals import Arrivals
from stoa._store.store import new_store
from stoa._store.targets import Targets, checked_targets
from stoa.errors import ArgumentError, RowIdError
from stoa.table import Table


def from_arrow(data: Any, record: Any = None) -> Table[Any]:
    """A table of all that has Arrow's PyCapsule interface: tables, batches, arrays and streams of
    pyarrow, Polars, DuckDB, pandas and others. Values are copied, some batches at a time.

    Without `record` (a record class, or another description of a table) the fields are those of the
    schema: a dictionary is taken for its values, a column of nulls for bools, and where the schema
    says that there may be nulls, the field takes None. An array by itself is a field that is called
    "values" if it has no name. A frame of pandas comes without an index of integers that has no
    name, which numbers its rows: another is a column, or a BadNameError if it has no name. With
    `record`, each column goes into the field of its name, by the rules of extend(). Raises
    WrongTypeError for what has no such interface and for a column of a type that no field can have,
    RefusedError if a stream fails, ArgumentError for arrays that are not what their schema says,
    and FieldNameError, WrongTypeError or RangeError for a column or a value that does not fit
    `record`. References of `record` need a table that is made with their targets, and its
    extend_arrow(): ArgumentError and RowIdError say so.
    """
    if record is None:
        arrivals = Arrivals(data)
        made = described(arrivals.fields())
    else:
        made = record_class_of(record)
        arrivals = Arrivals(data, made)
        arrivals.check_complete(made)
    store = new_store(made, 0, 0, layout, targets=targets_for(made))
    arrivals.fill(store)
    return Table._of(store)


def targets_for(record: RecordType) -> Targets:
    """None, unless a field is a reference: its target is missing, which is an error."""
    try:
        return checked_targets(record, None, False)
    except (ArgumentError, RowIdError) as error:
        raise type(error)(
            f"{error}; make the table with these, and take the rows by its extend_arrow()"
        ) from None


from_arrow.__module__ = "stoa"
