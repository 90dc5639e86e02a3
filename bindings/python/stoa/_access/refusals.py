"""Errors that rows raise, in the extension and in Python."""

from __future__ import annotations

from stoa._schema.generate import no_delete
from stoa._store.cells import stale
from stoa.errors import FieldNameError


def raise_stale(what: str) -> None:
    raise stale(what)


def raise_closed(reason: str) -> None:
    raise FieldNameError(reason)


def delete_field(name: str) -> None:
    raise no_delete(name)
