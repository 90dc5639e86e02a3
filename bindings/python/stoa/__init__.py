"""stoa: millions of small records as typed columns, and still `p.x`.

class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0

points = stoa.Table(Point)
points.append(1, 2)
points[0].x += 1
"""

from stoa._access.rows import id_of, index_of
from stoa._lazy.expression import Expression

# Names that builtins have too are not exported by `from stoa import *`.
from stoa._lazy.functions import abs as abs
from stoa._lazy.functions import (
    acos,
    asin,
    atan,
    atan2,
    ceil,
    clip,
    coalesce,
    concat,
    cos,
    exp,
    floor,
    hypot,
    is_null,
    isfinite,
    isnan,
    length,
    log,
    log2,
    log10,
    lower,
    maximum,
    minimum,
    norm,
    sin,
    sqrt,
    tan,
    upper,
    where,
)
from stoa._lazy.functions import max as max
from stoa._lazy.functions import min as min
from stoa._lazy.functions import round as round
from stoa._lib import ffi as _library
from stoa._schema.fields import field
from stoa._schema.record import Record, replace, to_dict, to_tuple
from stoa._schema.record import copy as copy  # not in __all__: it would hide the module copy
from stoa._schema.times import duration, timestamp
from stoa._schema.types import (
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
from stoa._schema.vectors import Vector
from stoa._store.lending import Loan
from stoa._store.string_pool import StringPool
from stoa.arrow import from_arrow
from stoa.column import Column
from stoa.connection import connect as _connect
from stoa.errors import (
    ArgumentError,
    BadNameError,
    BusyError,
    ColumnBufferError,
    DeclarationError,
    DeletionError,
    DivisionByZeroError,
    Error,
    ExpressionError,
    FieldNameError,
    FixedLengthError,
    FullError,
    InUseError,
    LengthError,
    LentError,
    LibraryError,
    OutOfMemoryError,
    ParameterError,
    RangeError,
    ReferredError,
    RefusedError,
    RowIdError,
    RowIndexError,
    RowValueError,
    StaleError,
    UnknownArgumentError,
    WrongTypeError,
)
from stoa.ids import Ids
from stoa.partial import Partial, merge
from stoa.settings import set_threads, simd, threads, trim
from stoa.summary import Summary
from stoa.table import Selection, Table, Window, table_of

_connect()

__version__: str = _library.ffi.string(_library.lib.stoa_version()).decode()

__all__ = [
    "ArgumentError",
    "BadNameError",
    "BusyError",
    "Column",
    "ColumnBufferError",
    "DeclarationError",
    "DeletionError",
    "DivisionByZeroError",
    "Error",
    "Expression",
    "ExpressionError",
    "FieldNameError",
    "FieldType",
    "FixedLengthError",
    "FullError",
    "Ids",
    "InUseError",
    "LengthError",
    "LentError",
    "LibraryError",
    "Loan",
    "OutOfMemoryError",
    "ParameterError",
    "Partial",
    "RangeError",
    "Record",
    "ReferredError",
    "RefusedError",
    "RowIdError",
    "RowIndexError",
    "RowValueError",
    "Selection",
    "StaleError",
    "StringPool",
    "Summary",
    "Table",
    "UnknownArgumentError",
    "Vector",
    "Window",
    "WrongTypeError",
    "__version__",
    "acos",
    "asin",
    "atan",
    "atan2",
    "ceil",
    "clip",
    "coalesce",
    "concat",
    "cos",
    "duration",
    "exp",
    "field",
    "float32",
    "float64",
    "floor",
    "from_arrow",
    "hypot",
    "id_of",
    "index_of",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_null",
    "isfinite",
    "isnan",
    "length",
    "log",
    "log2",
    "log10",
    "lower",
    "maximum",
    "merge",
    "minimum",
    "norm",
    "replace",
    "set_threads",
    "simd",
    "sin",
    "sqrt",
    "table_of",
    "tan",
    "threads",
    "timestamp",
    "to_dict",
    "to_tuple",
    "trim",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "upper",
    "where",
]
