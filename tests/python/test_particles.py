"""The particles of examples/particles.py, kept in every way, come to the numbers of particles.c."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "examples")]

import particles_kinds as kinds  # noqa: E402

STEPS = (ROOT / "tests" / "particles.txt").read_text(encoding="ascii").splitlines()
INSTALLED = [
    name for name, kind in kinds.KINDS.items() if all(map(importlib.util.find_spec, kind.needs))
]


@pytest.mark.parametrize("name", INSTALLED)
def test_each_kind_comes_to_the_same_numbers(name):
    world = kinds.KINDS[name].world(2000)
    for number, expected in enumerate(STEPS, 1):
        world.step()
        people, energy, parents, theirs = map(int, world.facts())
        told = f"step {number}: {people} particles of energy {energy}, "
        assert told + f"{parents} with a living parent, of energy {theirs}" == expected


def test_the_program_tells_each_step_and_the_youngest():
    command = [sys.executable, str(ROOT / "examples" / "particles.py"), "2000", "6"]
    *steps, youngest = subprocess.run(
        command, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert [line.rpartition(":")[0] for line in steps] == STEPS
    assert "its parent, at" in youngest


def test_a_worker_measures_one_kind():
    found = kinds.measure("stoa, by columns", 2000, 6)
    assert found["facts"] == (2291, 29347, 556, 7903)
    assert found["step"] > 0
    assert found["lines"] > 20
