"""All exceptions that stoa raises: each is a subclass of Error and of the builtin that one expects.

A call that raised has changed nothing.
"""

from __future__ import annotations

from reprlib import Repr
from typing import Any


class ShortRepr(Repr):
    """Formats values for messages, briefly."""

    def repr_int(self, value: Any, level: int) -> str:
        """Python refuses to print integers with thousands of digits."""
        bits = value.bit_length()
        return f"<integer of {bits} bits>" if bits > 1000 else super().repr_int(value, level)


short = ShortRepr()
short.maxother = 80
short.maxstring = 200


def shown(value: object, short: Repr = short) -> str:
    """A value as a message shows it, whatever its own repr() does."""
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

    Or the table cannot be changed now, because another thread computes with it.
    """


class DeclarationError(Error, TypeError, ValueError):
    """The declaration of a record class, a field or a typed table is not valid."""


class FieldNameError(Error, AttributeError, KeyError):
    """No field has that name; the message lists the names of the fields."""

    def __str__(self) -> str:  # KeyError would show the repr
        return Exception.__str__(self)


class BadNameError(Error, ValueError):
    """A field name is empty, too long, reserved or taken."""


class WrongTypeError(Error, TypeError):
    """A value has a type that the field does not accept, or arguments do not fit together."""


class DeletionError(WrongTypeError, AttributeError):
    """A field of a record cannot be deleted: a record keeps all its fields."""


class UnknownArgumentError(FieldNameError, WrongTypeError):
    """A call names a field that does not exist; also a TypeError, as for any unknown argument."""


class RangeError(Error, OverflowError):
    """A number does not fit its field, or the 64 bits of an expression."""


class DivisionByZeroError(Error, ZeroDivisionError):
    """An integer was divided by zero; the message says in which row."""


class ExpressionError(Error, ValueError):
    """A text is not an expression; the message shows the line and marks the place."""


class ParameterError(Error, TypeError):
    """A parameter of a text has no value, or the text has no parameter of that name."""


class RowIndexError(Error, IndexError):
    """A row index is out of range."""


class RowIdError(Error, KeyError):
    """No row of the table has that id: its row was removed, or was never in the table.

    Or the table was made without ids.
    """

    def __str__(self) -> str:  # KeyError would show the repr
        return Exception.__str__(self)


class ReferredError(Error, ValueError):
    """A row cannot be removed: another one refers to it, by the field that the message names."""


class RowValueError(Error, ValueError):
    """The record or value is not in the table, window or column."""


class LengthError(Error, ValueError):
    """Values, a mask or a buffer have a different length from the rows; the message gives both."""


class ColumnBufferError(Error, BufferError, TypeError):
    """A column cannot take a buffer of this format or shape, or has no buffer itself."""


class FixedLengthError(Error, TypeError):
    """A window cannot grow or shrink; its table can."""


class OutOfMemoryError(Error, MemoryError):
    """The system refused memory."""


class FullError(OutOfMemoryError):
    """The table is full: max_rows is the number of rows that it has address space for."""


class InUseError(Error, BufferError):
    """A field that a typed table declares cannot be dropped or renamed."""


class LentError(Error, BufferError):
    """The memory of the table is lent, and cannot be written to; the message says what holds it.

    Or it cannot be lent, because there are writable views of it.
    """


class RefusedError(Error, RuntimeError):
    """A callback of the table's pool refused an object, or a stream of Arrow failed."""


class LibraryError(Error, ImportError):
    """A library that a method is about is not installed, or too old; the message names both."""


class ArgumentError(Error, ValueError):
    """An argument is invalid."""
