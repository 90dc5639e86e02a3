#!/usr/bin/env python3
"""imports.py: plants imports in a copy of the Python package; import-linter must find each.

    tools/imports.py LINT_IMPORTS

LINT_IMPORTS is the command of that name. What it must find is said in pyproject.toml.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from planting import planted

PLAIN = "{}\n"
IN_A_FUNCTION = "def planted():\n    {}\n"
FOR_TYPE_CHECKING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}\n"

# Where an import is planted, how, the import, and what is said of it.
PLANTED = [
    ("_lib/owner.py", PLAIN, "import stoa.table", "stoa._lib.owner -> stoa.table"),
    (
        "_store/sources.py",
        IN_A_FUNCTION,
        "from stoa._lazy import tree",
        "stoa._store.sources -> stoa._lazy.tree",
    ),
    (
        "_lazy/selection.py",
        FOR_TYPE_CHECKING,
        "from stoa.table import Table",
        "stoa._lazy.selection -> stoa.table",
    ),
    (
        "_schema/fields.py",
        FOR_TYPE_CHECKING,
        "from stoa._schema.record import RecordType",
        "No cycles are allowed in stoa._schema",
    ),
    (
        "_lazy/tree.py",
        IN_A_FUNCTION,
        "from stoa._lazy.program import Program",
        "No cycles are allowed in stoa._lazy",
    ),
    ("typed.py", IN_A_FUNCTION, "from stoa.editing import Editing", "stoa.typed -> stoa.editing"),
    ("column.py", IN_A_FUNCTION, "from stoa import Table", "stoa.column -> stoa "),
    ("new.py", PLAIN, "import sys", "stoa.new"),
]


def said(command: str, folder: Path) -> tuple[int, str]:
    """The status and the output of import-linter in a folder with a package and its contracts."""
    found = subprocess.run(
        [command, "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "."},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return found.returncode, found.stdout


def missed(command: str, root: Path) -> list[str]:
    """A line for each planted import that is not found, or not as it should be."""
    found = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(root / "bindings/python/stoa", folder / "stoa")
        shutil.copy(root / "pyproject.toml", folder)
        status, output = said(command, folder)
        if status != 0:
            return [output]
        for name, form, line, expected in PLANTED:
            with planted(folder / "stoa" / name, form.format(line)):
                status, output = said(command, folder)
            if status == 0 or expected not in output:
                found.append(f"{name}: {line!r} is planted, and what is said is\n{output}")
    return found


if __name__ == "__main__":
    lines = missed(str(Path(sys.argv[1]).absolute()), Path(__file__).resolve().parent.parent)
    print("\n".join(lines), end="\n" if lines else "")
    sys.exit(1 if lines else 0)
