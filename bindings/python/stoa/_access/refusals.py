"""Errors that rows raise, in the extension and in Python."""

from __future__ import annotations

from typing import Any

from stoa._schema.generate import no_delete, no_field
from stoa._store.cells import stale
from stoa.errors import FieldNameError


def raise_unknown(row: Any, name: str) -> None:
    """Raises FieldNameError. Returns if the class has an attribute of this name, whose own error
    counts."""
    if not hasattr(type(row), name):
        raise no_field(name, type(row)._stoa_names)


def raise_stale(what: str) -> None:
    raise stale(what)


def raise_closed(reason: str) -> None:
    raise FieldNameError(reason)


def delete_field(name: str) -> None:
    raise no_delete(name)
