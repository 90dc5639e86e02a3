"""planting.py: what layers.py and imports.py try themselves with: a line too many in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def planted(path: Path, line: str) -> Iterator[None]:
    """The file with a line more, or of that line alone where there is none, for a while."""
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    yield
    if before is None:
        path.unlink()
    else:
        path.write_text(before, encoding="utf-8")
