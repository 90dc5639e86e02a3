#!/usr/bin/env python3
"""citations.py: whether what comments and docs name exists.

    tools/citations.py          checks the tree
    tools/citations.py --try    plants wrong names in a copy; each must be found

Looked at: comments of C, Meson and shell, comments and docstrings of Python, all of Markdown. Each
file that is named must be one of the tree (by its name, or by the end of its path). Each stoa_ or
STOA_ name and each name() must occur in code, each stoa.name in Markdown in the package, and each
method called there on points, or on what the examples make of it, must be one of the package's.
"""

from __future__ import annotations

import ast
import builtins
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

FILE = re.compile(
    r"(?<![\w./*…<-])((?:[\w-]+/)*[\w-]+\.(?:c|h|py|pyi|cpp|md|sh|txt|toml|pyx))\b(?![\w/(*])"
)
C_NAME = re.compile(r"\b(?:stoa|STOA)_[a-zA-Z0-9_]*[a-zA-Z0-9]\b(?!…|\*|\.|_\*)")
CALL = re.compile(r"(?<![\w.])([a-z_]\w+)\(\)")
METHOD = re.compile(r"\b(?:points|near|far|half|rows|table|record|p)\.([a-z]\w*)\(")
PACKAGE_NAME = re.compile(r"\bstoa\.([A-Za-z]\w*)")
C_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
THIS = "tools/citations.py"
CODE = {".c", ".h", ".cpp", ".py", ".pyi", ".pyx"}

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

# Names that macros paste together.
PASTED = {
    "point_set_x",
    "stoa__add_checked",
    "stoa__add_int32_vv",
    "stoa__add_int32_vv_avx2",
    "stoa__lt_int32",
}

# Methods and fields of the records in the examples.
ROW_METHODS = {"norm"}

# Files of others, and files that a reader would have.
ELSEWHERE = {
    "ltable.c",
    "sort_template.h",
    "conftest.py",
    "points.h",
    "setup.py",
}


def tracked(root: Path) -> list[str]:
    told = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    )
    return [name for name in told.stdout.split("\n") if name and (root / name).is_file()]


def prose_of_python(text: str) -> str:
    """Comments and docstrings."""
    found = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    ]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED):
            found.append(ast.get_docstring(node) or "")
    return "\n".join(found)


def prose_of(name: str, text: str) -> str:
    """What people read in a file."""
    path = Path(name)
    if path.suffix in {".c", ".h", ".cpp"}:
        return "\n".join(C_COMMENT.findall(text))
    if path.suffix == ".py":
        return prose_of_python(text)
    if path.suffix == ".md":
        return text
    if path.suffix == ".sh" or path.name == "meson.build" or text.startswith("#!/bin/sh"):
        return "\n".join(re.findall(r"(?<!\S)#.*", text))
    return ""


def code_of_python(text: str) -> str:
    """All but comments and docstrings."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            first, end = node.body[0].lineno, node.body[0].end_lineno
            lines[first - 1 : end] = [""] * (end - first + 1)
    return "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in lines)


def code_of(name: str, text: str) -> str:
    """What compilers read in a file."""
    suffix = Path(name).suffix
    if suffix in {".c", ".h", ".cpp"}:
        return C_COMMENT.sub(" ", text)
    if suffix == ".py":
        return code_of_python(text)
    return text if suffix in CODE or name == "tests/exports.txt" else ""


class Tree:
    def __init__(self, root: Path, planted: dict[str, str]) -> None:
        names = tracked(root)
        self.texts = {
            name: (root / name).read_text(encoding="utf-8") + planted.get(name, "")
            for name in names
            if Path(name).suffix in CODE | {".md", ".sh"}
            or Path(name).name in {"meson.build", "check", "demo", "docs", "exports.txt"}
        }
        self.paths = {f"/{name}" for name in names}
        code = "\n".join(code_of(name, text) for name, text in self.texts.items() if name != THIS)
        pages = "\n".join(text for name, text in self.texts.items() if name.endswith(".md"))
        examples = re.findall(r"^(?:>>> )? *def (\w+)", pages, re.MULTILINE)
        self.words = set(re.findall(r"\w+", code)) | PASTED | set(examples)
        self.methods = set(re.findall(r"\bdef (\w+)", code)) | ROW_METHODS
        self.package = set(re.findall(r"\w+", self.texts["bindings/python/stoa/__init__.py"])) | {
            Path(name).stem for name in names if name.startswith("bindings/python/stoa/")
        }

    def has_file(self, cited: str) -> bool:
        return cited in ELSEWHERE or any(path.endswith(f"/{cited}") for path in self.paths)


def wrong_names(tree: Tree, name: str, prose: str) -> list[str]:
    found = [f"file {cited}" for cited in FILE.findall(prose) if not tree.has_file(cited)]
    if name == "CHANGELOG.md":  # names of before, too
        return found
    for cited in C_NAME.findall(prose):
        if cited not in tree.words and "_NAME" not in cited:  # stoa_NAME_column: by type
            found.append(cited)
    for cited in CALL.findall(prose):
        if cited not in tree.words and not hasattr(builtins, cited):
            found.append(f"{cited}()")
    if name.endswith(".md"):
        for cited in PACKAGE_NAME.findall(prose):
            if cited not in tree.package | {"h", "c", "pc"}:
                found.append(f"stoa.{cited}")
        found += [f"method {cited}" for cited in METHOD.findall(prose) if cited not in tree.methods]
    return found


def faults(root: Path, planted: dict[str, str]) -> list[str]:
    """A line for each name of something that is not there."""
    tree = Tree(root, planted)
    return [
        f"{name}: there is no {cited}"
        for name, text in tree.texts.items()
        for cited in sorted(set(wrong_names(tree, name, prose_of(name, text))))
    ]


# What is planted by --try, and what must be found of it.
PLANTED = {
    "lib/base/error.c": ("/* see base/nowhere.c */", "file base/nowhere.c"),
    "include/stoa/table.h": ("/* as stoa_table_juggle does */", "stoa_table_juggle"),
    "lib/store/table.c": ("// by juggle_rows()", "juggle_rows()"),
    "bindings/python/stoa/table.py": ("# see juggling.py", "file juggling.py"),
    "docs/surprises.md": ("`stoa.juggle`", "stoa.juggle"),
    "docs/expressions.md": ("`points.juggle()`", "method juggle"),
    "meson.build": ("# tests/juggle.sh", "file tests/juggle.sh"),
}


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    if sys.argv[1:] != ["--try"]:
        found = faults(root, {})
        print("\n".join(found) if found else "what comments and docs name is there")
        return len(found) != 0
    found = faults(root, {name: f"\n{text}\n" for name, (text, _) in PLANTED.items()})
    missed = [
        f"{name}: not found: {cited}"
        for name, (_, cited) in PLANTED.items()
        if f"{name}: there is no {cited}" not in found
    ]
    print("\n".join(missed) if missed else f"{len(PLANTED)} planted names were found")
    return len(missed) != 0


if __name__ == "__main__":
    sys.exit(main())
