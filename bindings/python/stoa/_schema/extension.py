"""Whether rows are in C: on CPython, unless the environment variable STOA_PURE is 1.

The extension does the same as the Python code, and leaves everything but the common cases to it;
PyPy has only the Python code. `rows` is the extension's module, or None.
"""

from __future__ import annotations

import os
from typing import Any

from stoa._schema.types import IS_PYPY

rows: Any = None

if not IS_PYPY and os.environ.get("STOA_PURE", "0") in ("", "0"):
    rows = __import__("stoa._rows", fromlist=["_rows"])  # does not import the package stoa itself


def take_over(kind: type, base: Any, *names: str) -> None:
    """Replaces methods of a class by those of its base in C, or of the extension itself, which get
    the docstrings."""
    for name in names:
        method = rows.document(base.__dict__[name], getattr(kind, name).__doc__)
        type.__setattr__(kind, name, method)
