"""CPython's own tests of lists and sequences, run on tables, windows and columns.

They are in the interpreter's package `test`, which some systems leave out. Intended differences
are listed here with their reasons, and explained in docs/surprises.md.
"""

from __future__ import annotations

import sys
import unittest
from typing import Any

import pytest
from listlike import ColumnValues, Values, WindowValues

if sys.implementation.name != "cpython":
    pytest.skip("CPython's tests are for CPython", allow_module_level=True)

seq_tests = pytest.importorskip("test.seq_tests")
list_tests = pytest.importorskip("test.list_tests")

OF_ALL = {
    "test_free_after_iterating": "what iterates keeps the table, and not this adapter",
    "test_cmp": "rows, windows and columns have no order",
}
OF_TABLES = {
    **OF_ALL,
    "test_index": "its last lines remove values in the middle of a search: StaleError",
    "test_sort": "a table has no sort()",
}
OF_PARTS = {
    **OF_ALL,
    "test_pickle": "a window or column shares memory, which a pickle cannot: copy() can",
}


def but(differences: dict[str, str], common: Any) -> Any:
    skipped = {
        name: unittest.skip(reason)(getattr(common, name))
        for name, reason in differences.items()
        if hasattr(common, name)
    }
    return type(common.__name__, (common,), skipped)


class TestTableAsList(but(OF_TABLES, list_tests.CommonTest)):  # type: ignore[misc]
    type2test = Values


class TestTableAsSequence(but(OF_ALL, seq_tests.CommonTest)):  # type: ignore[misc]
    type2test = Values


class TestWindowAsSequence(but(OF_PARTS, seq_tests.CommonTest)):  # type: ignore[misc]
    type2test = WindowValues


class TestColumnAsSequence(but(OF_PARTS, seq_tests.CommonTest)):  # type: ignore[misc]
    type2test = ColumnValues
