"""Whether rows are in C: on CPython, unless the environment variable STOA_PURE is set to 1.

The extension does what the Python beside it does, and hands to it whatever is not plain; PyPy has
only the Python. `rows` is the extension's module, or None.
"""

from __future__ import annotations

import os
from typing import Any

from stoa._schema.types import IS_PYPY

rows: Any = None

if not IS_PYPY and os.environ.get("STOA_PURE", "0") in ("", "0"):
    rows = __import__("stoa._rows", fromlist=["_rows"])  # no import of the package stoa itself


def take_over(kind: type, base: type, *names: str) -> None:
    """Gives a class methods of its base in C in place of its own, with the docstrings of those."""
    for name in names:
        method = rows.document(base.__dict__[name], getattr(kind, name).__doc__)
        type.__setattr__(kind, name, method)
