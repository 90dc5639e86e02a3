"""The main job, small: every way of keeping points gives right answers, or says why it is not
available.

points_kinds.py checks each answer itself and exits with an error if one is wrong.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKER = EXAMPLES / "points_kinds.py"
NEEDS_NO_PACKAGE = ["dict", "class", "slots", "slots-uncached", "tuple", "namedtuple"]


def kind_names():
    spec = importlib.util.spec_from_file_location("points_kinds", WORKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [name for name, _, _ in module.KINDS]


def measured(kind, records):
    command = [sys.executable, str(WORKER), kind, str(records)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", kind_names())
def test_each_kind_answers_rightly_or_says_why_it_is_not_here(kind):
    answer = measured(kind, 1000)
    if kind.startswith("stoa") or kind in NEEDS_NO_PACKAGE:
        assert "note" not in answer
    if "note" not in answer:
        assert answer["records"] == 1000
        assert set(answer["ns"]) == {"make", "read", "sum", "append"}


def test_a_million_points_cost_their_fields():
    assert 11.9 < measured("stoa", 1_000_000)["bytes_per_record"] < 12.3
