"""Every exception that stoa raises: a subclass of Error and of the builtin that one expects.

A call that raised has changed nothing.
"""

from __future__ import annotations

from reprlib import Repr
from typing import Any


class ShortRepr(Repr):
    """Texts of values for people: short ones."""

    def repr_int(self, value: Any, level: int) -> str:
        """Python turns no integer of thousands of digits into text."""
        bits = value.bit_length()
        return f"<integer of {bits} bits>" if bits > 1000 else super().repr_int(value, level)


short = ShortRepr()
short.maxother = 80
short.maxstring = 200


def shown(value: object, short: Repr = short) -> str:
    """What a message shows of a value, whatever its own repr() does."""
    try:
        return short.repr(value)
    except Exception:
        return f"<{type(value).__name__}>"


class Error(Exception):
    """What all exceptions of stoa derive from."""


class StaleError(Error, RuntimeError):
    """A row, window or iterator outlived a removal, an insertion in the middle or a reordering.

    Or an expression or selection did, or a write to what it reads.
    """


class BusyError(Error, RuntimeError):
    """The table was changed by another thread, or by a callback, in the middle of a call.

    Or it can't be changed now, since another thread computes with it.
    """


class DeclarationError(Error, TypeError, ValueError):
    """A record class, a field or a typed table that cannot be declared like this."""


class FieldNameError(Error, AttributeError, KeyError):
    """There is no field of that name; the message lists the names that there are."""

    def __str__(self) -> str:  # KeyError would show the repr
        return Exception.__str__(self)


class BadNameError(Error, ValueError):
    """A field name that is empty, too long, reserved or taken."""


class WrongTypeError(Error, TypeError):
    """A value of another type than the field takes, or arguments that do not fit together."""


class DeletionError(WrongTypeError, AttributeError):
    """A record keeps all its fields: none can be deleted."""


class UnknownArgumentError(FieldNameError, WrongTypeError):
    """A field was given by name that there is none of: a TypeError too, as for any call."""


class RangeError(Error, OverflowError):
    """A number that does not fit its field, or the 64 bits of an expression."""


class DivisionByZeroError(Error, ZeroDivisionError):
    """An integer was divided by zero; the message tells the row."""


class ExpressionError(Error, ValueError):
    """A text that is no expression; the message shows the line and points at the place."""


class ParameterError(Error, TypeError):
    """A parameter of a text that has no value, or a value for one that the text has not."""


class RowIndexError(Error, IndexError):
    """A row beyond the end."""


class RowValueError(Error, ValueError):
    """A record that is not in the table."""


class LengthError(Error, ValueError):
    """Values, a mask or a buffer of another length than the rows; the message tells both."""


class ColumnBufferError(Error, BufferError, TypeError):
    """A buffer of a format or shape that no column has, or a column that has no buffer."""


class FixedLengthError(Error, TypeError):
    """A window cannot grow or shrink: its table can."""


class OutOfMemoryError(Error, MemoryError):
    """Memory was refused."""


class FullError(OutOfMemoryError):
    """The table has as many rows as it has address space for: max_rows tells how many."""


class InUseError(Error, BufferError):
    """A typed table's own field cannot be dropped or renamed."""


class RefusedError(Error, RuntimeError):
    """A callback of the table's pool refused."""


class ArgumentError(Error, ValueError):
    """An argument that cannot be."""
