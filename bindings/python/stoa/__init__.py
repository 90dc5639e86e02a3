"""stoa: millions of small records as typed columns, and still `p.x`.

class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0

points = stoa.Table(Point)
points.append(1, 2)
points[0].x += 1
"""

from stoa._ffi import ffi as _ffi
from stoa._ffi import lib as _lib
from stoa.column import Column
from stoa.errors import (
    ArgumentError,
    BadNameError,
    BusyError,
    ColumnBufferError,
    DeclarationError,
    Error,
    FieldNameError,
    FixedLengthError,
    FullError,
    InUseError,
    LengthError,
    OutOfMemoryError,
    RangeError,
    RefusedError,
    RowIndexError,
    RowValueError,
    StaleError,
    UnknownArgumentError,
    WrongTypeError,
)
from stoa.fields import field
from stoa.record import Record, copy, replace, to_dict, to_tuple
from stoa.row import index_of, table_of
from stoa.table import Table
from stoa.types import (
    FieldType,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from stoa.window import Window

__version__: str = _ffi.string(_lib.stoa_version()).decode()

__all__ = [
    "ArgumentError",
    "BadNameError",
    "BusyError",
    "Column",
    "ColumnBufferError",
    "DeclarationError",
    "Error",
    "FieldNameError",
    "FieldType",
    "FixedLengthError",
    "FullError",
    "InUseError",
    "LengthError",
    "OutOfMemoryError",
    "RangeError",
    "Record",
    "RefusedError",
    "RowIndexError",
    "RowValueError",
    "StaleError",
    "Table",
    "UnknownArgumentError",
    "Window",
    "WrongTypeError",
    "__version__",
    "copy",
    "field",
    "float32",
    "float64",
    "index_of",
    "int8",
    "int16",
    "int32",
    "int64",
    "replace",
    "table_of",
    "to_dict",
    "to_tuple",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]
