"""What type checkers report for programs that use stoa."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import stoa

PROGRAMS = Path(__file__).parent / "typing"
PACKAGE = Path(stoa.__file__).parent


# It reads the package's files, whichever rows run.
once = pytest.mark.skipif(
    os.environ.get("STOA_PURE") == "1", reason="the same as with the extension"
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mypy keeps what it has found out of the package and of numpy's."""
    return tmp_path_factory.mktemp("mypy")


def mypy(program: str, cache: Path) -> list[str]:
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir"]
    environment = dict(os.environ)
    if "site-packages" not in PACKAGE.parts:
        environment["MYPYPATH"] = str(PACKAGE.parent)
    done = subprocess.run(
        [*command, str(cache), "--config-file=", program],
        cwd=PROGRAMS,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout.splitlines()


def test_the_program_runs() -> None:
    runpy.run_path(str(PROGRAMS / "program.py"), run_name="__main__")


@once
def test_the_program_passes_mypy_strictly(cache: Path) -> None:
    assert mypy("program.py", cache) == []


@once
def test_mypy_finds_each_mistake_and_no_other(cache: Path) -> None:
    lines = (PROGRAMS / "mistakes.py").read_text().splitlines()
    marks = ((i, re.search(r"# error: ([a-z-]+)$", line)) for i, line in enumerate(lines, 1))
    wanted = {f"{i}:{mark[1]}" for i, mark in marks if mark}
    found = [
        re.match(r"[^:]+:(\d+): error: .*\[([a-z-]+)\]$", line)
        for line in mypy("mistakes.py", cache)
    ]
    assert {f"{each[1]}:{each[2]}" for each in found if each} == wanted
