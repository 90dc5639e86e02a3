"""Other interpreters, and the end of an interpreter: child processes report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

IN_ANOTHER_INTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import gc, sys
import stoa

table = stoa.Table({"x": "int32", "thing": "object"}, 3)
row = table[0]
code = f'''
import sys
sys.path[:0] = {sys.path!r}
try:
    import stoa
    stoa.Table({{"thing": "object"}}, 3)
except Exception as problem:
    print("refused", flush=True)
'''
other = interpreters.create()
interpreters.run_string(other, code)
interpreters.destroy(other)
gc.collect()
row.x, row.thing = 7, "z"
table.append(1, "q")
table.clear()
print(len(table))
"""

AT_THE_END = {
    "finalizers that use the table": """
class Last:
    def __del__(self):
        assert table.x.sum() == 10 and row.x == 1

table = stoa.Table({"x": "int32", "thing": "object"}, [(1, "a")] * 10)
row = table[0]
table[3].thing = Last()
last = Last()
""",
    "threads that compute": """
table = stoa.Table({"x": "int32"}, 1_000_000)
def run():
    while True:
        table.compute("sum(x * x)")
for _ in range(3):
    threading.Thread(target=run, daemon=True).start()
time.sleep(0.1)
""",
    "threads that change": """
table = stoa.Table({"x": "int32", "thing": "object"}, 3)
def run():
    while True:
        table.append(1, object())
        table.pop(0)
for _ in range(3):
    threading.Thread(target=run, daemon=True).start()
time.sleep(0.1)
""",
    "cycles that nothing collects": """
table = stoa.Table({"x": "int32", "thing": "object"}, 3)
rows = iter(table)
next(rows)
sys.modules["kept"] = rows
table[0].thing, table[1].thing, table[2].thing = table, rows, table[2]
""",
}


def told(code: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="CPython's interpreters")
def test_another_interpreter_is_refused_and_does_no_harm() -> None:
    assert told(IN_ANOTHER_INTERPRETER).split() == ["refused", "0"]


@pytest.mark.parametrize("what", AT_THE_END)
def test_the_interpreter_ends_with_tables_alive(what: str) -> None:
    told(f"import sys, threading, time\nimport stoa\n{AT_THE_END[what]}")


@pytest.mark.skipif(sys.implementation.name == "pypy", reason="interpreters begin slowly")
def test_tables_go_to_other_processes_and_back() -> None:
    example = Path(__file__).parents[2] / "examples" / "processes.py"
    done = subprocess.run(
        [sys.executable, str(example), "1000"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("1,000 rows, mean distance 811.6") >= 2, done.stdout
