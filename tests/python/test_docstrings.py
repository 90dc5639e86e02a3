"""What help() shows: the docstrings in Python, also for methods that the C extension implements."""

from __future__ import annotations

import inspect
import json
import os
import pydoc
import subprocess
import sys

import pytest

import stoa
from stoa._schema.extension import rows as extension

DOCUMENTED = """
import inspect, json, stoa

class Point(stoa.Record):
    x: stoa.int32

def docstrings(kind):
    found = {name: inspect.getdoc(getattr(kind, name, None)) for name in dir(kind)}
    return {name: found[name] for name in found if name != "__class__"}

kinds = {name: getattr(stoa, name) for name in stoa.__all__}
kinds["a row"] = type(stoa.Table(Point, 1)[0])
print(json.dumps({name: docstrings(kind) for name, kind in kinds.items() if type(kind) is not str}))
"""


def docstrings(pure: str) -> dict[str, dict[str, str | None]]:
    environment = {**os.environ, "STOA_PURE": pure}
    code = [sys.executable, "-c", DOCUMENTED]
    output = subprocess.run(code, check=True, env=environment, stdout=subprocess.PIPE).stdout
    found: dict[str, dict[str, str | None]] = json.loads(output)
    return found


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="there is no C beside the Python")
def test_methods_in_c_have_the_docstrings_of_the_python_that_they_stand_for() -> None:
    in_c, in_python = docstrings("0"), docstrings("1")
    assert set(in_c) == set(in_python)
    differ = [
        f"{kind}.{name}"
        for kind, found in in_python.items()
        for name, text in found.items()
        if text is not None and in_c[kind].get(name) != text
    ]
    assert differ == []


def test_help_shows_them_whole() -> None:
    shown = pydoc.render_doc(stoa.Table, renderer=pydoc.plaintext)
    for method in (stoa.Table.__getitem__, stoa.Table.append, stoa.Table.where):
        text = inspect.getdoc(method)
        assert text is not None
        assert "\n\n" in text
        assert all(line.strip() in shown for line in text.split("\n"))


@pytest.mark.skipif(extension is None, reason="rows are in Python")
def test_methods_in_c_have_a_signature() -> None:
    assert str(inspect.signature(stoa.Table.append)) == "(self, /, *values, **named)"
    assert str(inspect.signature(stoa.Table.__getitem__)) == "(self, key, /)"
    assert str(inspect.signature(stoa.Record.to_dict)) == "(self, /)"
