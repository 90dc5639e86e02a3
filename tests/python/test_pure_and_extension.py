"""Two implementations side by side: pure Python, the reference, and the C extension.

Both run the same programs (support/transcript.py), each in a child process, and must agree on every
line: values, errors by type and message, and the tables afterwards. If a child crashes, its
transcript ends there, so that hypothesis shrinks a crash like any difference. Programs are made of
lines with holes: by hand for known edge cases, for each type and value, and at random.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import transcript
from hypothesis import HealthCheck, given, settings
from programs import (
    CHANGES,
    MADE_ODDLY,
    MAKES,
    OF_ROWS,
    SCHEMAS,
    VALUES,
    fields_of,
    holes_of,
    programs,
    record_text,
    start,
)

from stoa._schema import extension

pytestmark = [
    pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy has one implementation"),
    pytest.mark.skipif(extension.rows is None, reason="this is the reference"),
]


class Side:
    """A child process that runs programs with one implementation."""

    def __init__(self, pure: bool) -> None:
        self.environment = {k: v for k, v in os.environ.items() if k != "STOA_PURE"}
        if pure:
            self.environment["STOA_PURE"] = "1"
        self.begin()

    def begin(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, transcript.__file__],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, program: list[str]) -> list[str]:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(json.dumps(program) + "\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline()
        if not answer:
            status = self.child.wait()
            self.end()
            self.begin()
            return [f"the process ended with status {status}"]
        found: list[str] = json.loads(answer)
        return found

    def end(self) -> None:
        self.child.communicate()


@pytest.fixture(scope="module")
def sides() -> Iterator[tuple[Side, Side]]:
    both = Side(pure=True), Side(pure=False)
    yield both
    for side in both:
        side.end()


def agree(sides: tuple[Side, Side], program: list[str]) -> list[str]:
    """Runs a program in both; returns the transcript, which must be the same."""
    reference, other = (side.run(program) for side in sides)
    assert other == reference
    assert not reference[0].startswith("the process ended")
    return reference


# ---- random programs ----


# The same programs in each run; STOA_TESTS_RANDOM=1 gives others.
@settings(
    max_examples=200,
    derandomize=not os.environ.get("STOA_TESTS_RANDOM"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(program=programs())
def test_any_program_tells_the_same_on_both_sides(
    sides: tuple[Side, Side], program: list[str]
) -> None:
    agree(sides, program)


# ---- every type and value ----

WAYS = [
    "r.{0} = {1}",
    "t.append(*[{1} if n == '{0}' else v for n, v in zip(t.fields, t[0])])",
    "t.append(**{{n: {1} if n == '{0}' else v for n, v in zip(t.fields, t[0])}})",
    "t.append({{n: {1} if n == '{0}' else v for n, v in zip(t.fields, t[0])}})",
    "t.extend([tuple({1} if n == '{0}' else v for n, v in zip(t.fields, t[0]))])",
    "t[0] = tuple({1} if n == '{0}' else v for n, v in zip(t.fields, t[0]))",
]


@pytest.mark.parametrize("name", fields_of("Every"))
def test_each_way_of_storing_takes_and_refuses_the_same_values(
    sides: tuple[Side, Side], name: str
) -> None:
    for value in VALUES:
        lines = [way.format(name, value) for way in WAYS]
        agree(sides, ["t = stoa.Table(Every, 2); r = t[1]", *lines, "r == t[0]"])


def lines_of(schema: str, templates: list[str]) -> list[str]:
    """Each template with the first text for each hole, and with each other text."""
    holes = holes_of(schema)
    record = record_text(schema, 1)
    holes.update(record=[record], bad=[f"(None, *{record}[1:])"])
    first = {hole: texts[0] for hole, texts in holes.items() if hole != "change"}
    return [
        template.format(**first, change=change.format(**first))
        for template in templates
        for change in (CHANGES if "{change" in template else CHANGES[:1])
    ]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_line_tells_the_same_of_each_record_class(
    sides: tuple[Side, Side], schema: str
) -> None:
    for line in lines_of(schema, OF_ROWS):
        agree(sides, [*start(schema), line, "r, q, w, s"])


@pytest.mark.parametrize("schema", [*SCHEMAS, *MADE_ODDLY])
def test_standalone_records_of_each_class_tell_the_same(
    sides: tuple[Side, Side], schema: str
) -> None:
    lines = lines_of(schema, MAKES)
    for i in range(0, len(lines), 4):
        agree(sides, [*start(schema), *lines[i : i + 4], "r, q, w, s, d"])
