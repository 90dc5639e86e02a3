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
    """The base of all exceptions of stoa."""


class StaleError(Error, RuntimeError):
    """Rows were removed, inserted in the middle or reordered since the object was made.

    The object is a row, a window, an iterator, an expression or a selection. Expressions and
    selections also raise it once a column that they read was written to.
    """


class BusyError(Error, RuntimeError):
    """Another thread, or a callback, changed the table in the middle of a call.

    Or the table cannot be changed now, since another thread computes with it.
    """


class DeclarationError(Error, TypeError, ValueError):
    """A record class, a field or a typed table cannot be declared like this."""


class FieldNameError(Error, AttributeError, KeyError):
    """No field has that name; the message lists the names of the fields."""

    def __str__(self) -> str:  # KeyError would show the repr
        return Exception.__str__(self)


class BadNameError(Error, ValueError):
    """A field name is empty, too long, reserved or taken."""


class WrongTypeError(Error, TypeError):
    """A value has a type that the field does not take, or arguments do not fit together."""


class DeletionError(WrongTypeError, AttributeError):
    """A field of a record cannot be deleted: a record keeps all its fields."""


class UnknownArgumentError(FieldNameError, WrongTypeError):
    """A call was given a field that does not exist; also a TypeError, as for any call."""


class RangeError(Error, OverflowError):
    """A number does not fit its field, or the 64 bits of an expression."""


class DivisionByZeroError(Error, ZeroDivisionError):
    """An integer was divided by zero; the message tells the row."""


class ExpressionError(Error, ValueError):
    """A text is not an expression; the message shows the line and points at the place."""


class ParameterError(Error, TypeError):
    """A parameter of a text has no value, or the text has no parameter of that name."""


class RowIndexError(Error, IndexError):
    """A row is beyond the end."""


class RowValueError(Error, ValueError):
    """The record or value is not in the table, window or column."""


class LengthError(Error, ValueError):
    """Values, a mask or a buffer do not have the length of the rows; the message tells both."""


class ColumnBufferError(Error, BufferError, TypeError):
    """No column takes a buffer of that format or shape, or a column has no buffer."""


class FixedLengthError(Error, TypeError):
    """A window cannot grow or shrink; its table can."""


class OutOfMemoryError(Error, MemoryError):
    """The system refused memory."""


class FullError(OutOfMemoryError):
    """The table is full: max_rows tells how many rows it has address space for."""


class InUseError(Error, BufferError):
    """A field that a typed table declares cannot be dropped or renamed."""


class RefusedError(Error, RuntimeError):
    """A callback of the table's pool refused an object."""


class ArgumentError(Error, ValueError):
    """An argument is invalid."""
