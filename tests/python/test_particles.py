"""The particles of examples/particles.py, kept in every way, come to the same numbers."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "examples")]

import particles_kinds as kinds  # noqa: E402

INSTALLED = [kind for kind in kinds.KINDS if kind != "mesa" or importlib.util.find_spec("mesa")]


def test_all_kinds_come_to_the_same_numbers():
    worlds = [kinds.KINDS[kind](2000) for kind in INSTALLED]
    for _ in range(4):
        for world in worlds:
            world.step()
        assert len({tuple(map(int, world.facts())) for world in worlds}) == 1
    assert worlds[0].facts()[0] > 2000
    assert worlds[0].facts()[2] > 0
