#!/usr/bin/env python3
"""case_tables.py: writes lib/expr/strings/case_tables.h from what this Python's str says.

    tools/case_tables.py            prints the tables
    tools/case_tables.py --check    whether the file agrees, for characters that both know

A mapping to one character is a run: characters `stride` apart whose images are `delta` further on.
What becomes several characters is listed by itself. Which characters decide what a capital sigma
becomes at the end of a word is asked of str.lower(), too.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from typing import Callable

FILE = Path(__file__).parent.parent / "lib/expr/strings/case_tables.h"
SIGMA = "\u03a3"
FINAL = "\u03c2"

CODES = [code for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000]


def changes(mapping: Callable[[str], str]) -> dict[int, str]:
    """What characters become, of those that change."""
    return {code: mapping(chr(code)) for code in CODES if mapping(chr(code)) != chr(code)}


def runs(mapping: dict[int, str]) -> list[list[int]]:
    """First, last, stride and delta of those that become one character."""
    made: list[list[int]] = []
    for code, text in sorted(mapping.items()):
        if len(text) > 1:
            continue
        delta = ord(text) - code
        step = code - made[-1][1] if made else 0
        if made and made[-1][3] == delta and step <= 2 and made[-1][2] in (0, step):
            made[-1][1:3] = code, step
        else:
            made.append([code, code, 0, delta])
    return made


def ranges(codes: list[int]) -> list[list[int]]:
    """First and last of each row of numbers without a gap."""
    made: list[list[int]] = []
    for code in codes:
        if made and made[-1][1] == code - 1:
            made[-1][1] = code
        else:
            made.append([code, code])
    return made


def is_cased(code: int) -> bool:
    """Whether a sigma behind it, at the end, is a final one."""
    return (chr(code) + SIGMA).lower().endswith(FINAL)


def is_ignorable(code: int) -> bool:
    """Whether it is passed over where a sigma looks for letters."""
    return not is_cased(code) and ("A" + chr(code) + SIGMA).lower().endswith(FINAL)


def literal(text: str) -> str:
    return '"' + "".join(f"\\{byte:03o}" for byte in text.encode()) + '"'


def table(kind: str, name: str, rows: list[str]) -> str:
    lines = [f"static const {kind} {name}[] = {{"]
    line = "   "
    for row in rows:
        if len(line) + len(row) + 2 > 100:
            lines.append(line)
            line = "   "
        line += f" {row},"
    return "\n".join([*lines, line, "};"])


def tables() -> str:
    lower, upper = changes(str.lower), changes(str.upper)
    parts = [
        "/* case_tables.h: written by tools/case_tables.py; included by case.c.",
        " *",
        f" * Unicode {unicodedata.unidata_version}, beyond ASCII. Lists are in the order of their",
        " * characters. */",
        "/* clang-format off */",
    ]
    for name, mapping in ("lower", lower), ("upper", upper):
        rows = [f"{{{a:#x}, {b:#x}, {step or 1}, {d}}}" for a, b, step, d in runs(mapping)]
        parts.append(table("run", f"{name}_runs", rows))
        long = [
            f"{{{code:#x}, {literal(text)}}}" for code, text in mapping.items() if len(text) > 1
        ]
        parts.append(table("expansion", f"{name}_expansions", long))
    for name, predicate in ("cased", is_cased), ("ignorable", is_ignorable):
        rows = [f"{{{a:#x}, {b:#x}}}" for a, b in ranges([c for c in CODES if predicate(c)])]
        parts.append(table("range", name, rows))
    return "\n".join([*parts, "/* clang-format on */", ""])


def main() -> int:
    if sys.argv[1:] != ["--check"]:
        print(tables(), end="")
        return 0
    there = FILE.read_text()
    version = re.search(r"Unicode ([0-9.]+)", there)
    if version is None or version[1] != unicodedata.unidata_version:
        print(
            f"case_tables.py: this Python has Unicode {unicodedata.unidata_version}: not compared"
        )
        return 0
    if there == tables():
        return 0
    print("case_tables.h is not what tools/case_tables.py writes")
    return 1


if __name__ == "__main__":
    sys.exit(main())
