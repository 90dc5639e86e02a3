"""The random trials of support/arrow_trials.py: some of them, and whether they notice faults."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

import stoa
from stoa._schema import extension
from stoa._store.arrow import Export

for name in ("duckdb", "nanoarrow", "polars", "pyarrow"):
    pytest.importorskip(name)

arrow_trials: Any = import_module("arrow_trials")
TRIALS = 300 if extension.rows is None else 2000


def test_tables_make_random_round_trips_while_they_are_written_to() -> None:
    assert arrow_trials.run(TRIALS, 1) == TRIALS


@pytest.mark.parametrize("fault", ["a row too few", "the rows of later"])
def test_the_trials_notice(fault: str, monkeypatch: Any) -> None:
    options = Export.options

    def wrong(self: Export, requested: Any, is_stream: bool) -> Any:
        made = options(self, requested, is_stream)
        if fault == "a row too few" and made.step and made.count:
            made.count -= 1
        elif fault == "the rows of later" and made.step > 0 and made.first > 0:
            made.first -= 1
        return made

    monkeypatch.setattr(Export, "options", wrong)
    with pytest.raises(AssertionError):
        arrow_trials.run(500, 1)


def test_a_write_beside_a_loan_is_noticed(monkeypatch: Any) -> None:
    monkeypatch.setattr(stoa.Table, "lend", lambda self, dictionary: self)
    monkeypatch.setattr(stoa, "Loan", stoa.Table)
    with pytest.raises(AssertionError):
        arrow_trials.run(500, 1)
