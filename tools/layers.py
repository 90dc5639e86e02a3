#!/usr/bin/env python3
"""layers.py: whether every #include in lib/ and include/ points down the order of the folders.

    tools/layers.py          checks the tree
    tools/layers.py --try    plants includes that point upwards in a copy; each must be found

The order is that of ARCHITECTURE.md's first table. A file may include files of its own folder and
of those further down; a public header belongs to the folder that HEADERS says and may include
public headers alone.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from planting import planted

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
FOLDER = re.compile(r"^\| `(lib/[a-z/]+)/` \|", re.MULTILINE)

# By public header: the lowest folder that knows what it declares. stoa.h includes all others.
HEADERS = {
    "export.h": "lib/base",
    "error.h": "lib/base",
    "settings.h": "lib/base",
    "version.h": "lib/base",
    "type.h": "lib/store",
    "pool.h": "lib/store",
    "strings.h": "lib/store",
    "field.h": "lib/store",
    "table.h": "lib/store",
    "column.h": "lib/store",
    "row.h": "lib/store",
    "ids.h": "lib/store",
    "record_types.h": "lib/store",
    "record.h": "lib/store",
    "expression.h": "lib/expr/parser",
    "selection.h": "lib/expr/execution",
    "text.h": "lib/expr/execution",
    "program.h": "lib/expr/execution",
    "value_counts.h": "lib/expr/execution",
    "partial.h": "lib/expr/execution",
    "renamed.h": "lib/expr/execution",
    "arrow.h": "lib/io",
    "stoa.h": "lib/io",
}


def folder_of(path: Path, root: Path) -> str | None:
    """The folder of lib/ that a file counts to; None where nobody has said."""
    name = path.relative_to(root).as_posix()
    if name.startswith("include/stoa/"):
        return HEADERS.get(path.name)
    return name.rpartition("/")[0]


def target_of(path: Path, bracket: str, name: str, root: Path) -> Path | None:
    """The file of ours that an include means; None for one of the system's."""
    if bracket == "<":
        return root / "include" / name if name.startswith("stoa/") else None
    beside = (path.parent / name).resolve()
    return beside if beside.exists() else root / "lib" / name


def faults(root: Path) -> list[str]:
    """A line for each include that does not point down, and for each file without a place."""
    order = FOLDER.findall((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))[::-1]
    found = []
    for path in sorted([*root.glob("lib/**/*.[ch]"), *root.glob("include/stoa/*.h")]):
        name = path.relative_to(root)
        own = folder_of(path, root)
        if own not in order:
            found.append(f"{name}: its folder has no place in the order")
            continue
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            target = target_of(path, match[1], match[2], root)
            if target is None:
                continue
            line = text.count("\n", 0, match.start()) + 1
            where = f"{name}:{line}: {match[2]}"
            other = folder_of(target, root) if target.is_relative_to(root) else None
            if not target.exists():
                found.append(f"{where} is not there")
            elif other not in order:
                found.append(f"{where} has no place in the order")
            elif order.index(other) > order.index(own):
                found.append(f"{where} points up, from {own} to {other}")
            elif name.parts[0] == "include" and target.parent != path.parent:
                found.append(f"{where} is none of the public headers")
    return found


# Where an include is planted, the include, and what is said of it.
PLANTED = [
    ("lib/base/error.c", '"store/table.h"', "points up, from lib/base to lib/store"),
    ("lib/store/grow.c", '"kernel/kernel.h"', "points up, from lib/store to lib/kernel"),
    ("lib/kernel/bits.h", '"expr/parser/expression.h"', "from lib/kernel to lib/expr/parser"),
    ("lib/expr/parser/lex.h", '"expr/binder/code.h"', "from lib/expr/parser to lib/expr/binder"),
    ("lib/expr/binder/bind.c", '"expr/execution/plan.h"', "lib/expr/binder to lib/expr/execution"),
    ("lib/expr/binder/emit.c", '"../execution/run.h"', "lib/expr/binder to lib/expr/execution"),
    ("lib/expr/execution/run.c", "  <stoa/stoa.h>", "from lib/expr/execution to lib/io"),
    ("lib/base/memory.h", "<stoa/type.h>", "points up, from lib/base to lib/store"),
    ("include/stoa/table.h", "<stoa/program.h>", "from lib/store to lib/expr/execution"),
    ("include/stoa/program.h", '"base/error.h"', "is none of the public headers"),
    ("lib/query/rows.c", '"store/nowhere.h"', "is not there"),
    ("lib/other/new.c", '"base/error.h"', "its folder has no place in the order"),
]


def try_planted(root: Path) -> list[str]:
    """A line for each planted include that is not found, or not as it should be."""
    missed = []
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made).resolve()
        for folder in ("lib", "include"):
            shutil.copytree(root / folder, copy / folder)
        shutil.copy(root / "ARCHITECTURE.md", copy)
        for name, include, expected in PLANTED:
            with planted(copy / name, f"#include {include}"):
                found = faults(copy)
            if len(found) != 1 or not found[0].startswith(name) or expected not in found[0]:
                missed.append(f"{name}: {include} is planted, and what is said is {found}")
    return missed


def main(arguments: list[str]) -> int:
    """Prints the faults; 1 where there are any."""
    root = Path(__file__).resolve().parent.parent
    found = try_planted(root) if arguments == ["--try"] else faults(root)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
