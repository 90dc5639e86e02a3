"""The documentation: its examples run, and it names what there is."""

import pytest
from pages import failures, name_of, pages


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_the_examples_of_a_page_give_what_it_shows(page):
    told = failures(page)
    if told:
        pytest.fail(told, pytrace=False)
