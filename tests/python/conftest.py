"""Settings of all tests."""

import gc

import pytest
from hypothesis import settings

# An example takes as long as the machine is busy: that says nothing of it.
settings.register_profile("stoa", deadline=None)
settings.load_profile("stoa")


@pytest.fixture(scope="module", autouse=True)
def a_collection_goes_through_what_the_tests_of_a_file_made() -> None:
    """Many tests call gc.collect(). What was there before the first test of their file (pytest,
    numpy, pandas) is most of the heap and lives on: frozen, it costs collections no time."""
    gc.collect()
    if hasattr(gc, "freeze"):  # not on PyPy
        gc.freeze()
