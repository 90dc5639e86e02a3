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


def mypy(program: str) -> list[str]:
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir"]
    environment = dict(os.environ)
    if "site-packages" not in PACKAGE.parts:
        environment["MYPYPATH"] = str(PACKAGE.parent)
    done = subprocess.run(
        [*command, os.devnull, "--config-file=", program],
        cwd=PROGRAMS,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout.splitlines()


def test_the_program_runs() -> None:
    runpy.run_path(str(PROGRAMS / "program.py"), run_name="__main__")


def test_the_program_passes_mypy_strictly() -> None:
    assert mypy("program.py") == []


def test_mypy_finds_each_mistake_and_no_other() -> None:
    lines = (PROGRAMS / "mistakes.py").read_text().splitlines()
    marks = ((i, re.search(r"# error: ([a-z-]+)$", line)) for i, line in enumerate(lines, 1))
    wanted = {f"{i}:{mark[1]}" for i, mark in marks if mark}
    found = [
        re.match(r"[^:]+:(\d+): error: .*\[([a-z-]+)\]$", line) for line in mypy("mistakes.py")
    ]
    assert {f"{each[1]}:{each[2]}" for each in found if each} == wanted
