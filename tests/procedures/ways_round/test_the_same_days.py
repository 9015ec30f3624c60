"""A seed means the same days everywhere, whatever else the process has imported."""

import importlib.util
import sys

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests.procedures.ways_round import searching
from tests.procedures.ways_round.ground import evaluated


@pytest.fixture
def import_more(tmp_path, monkeypatch):
    """Import a module as if it were the product's, full of numbers."""

    def do():
        path = tmp_path / "of_the_product.py"
        path.write_text(f"NUMBERS = {list(range(100, 160))}")
        spec = importlib.util.spec_from_file_location("of_the_product", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.setitem(sys.modules, "of_the_product", module)

    return do


def drawn():
    """The numbers by which Hypothesis decides, run by run, how many rules take part."""
    numbers = []

    @seed(7)
    @settings(max_examples=200, database=None, phases=[Phase.generate])
    @given(st.integers(0, 254))
    def draw(number):
        numbers.append(number)

    with searching.without_constants():
        draw()
    return numbers


def test_a_seed_draws_the_same_whatever_is_imported_meanwhile(import_more):
    first = drawn()

    import_more()

    assert drawn() == first


@pytest.mark.django_db
def test_the_product_answers_the_same_to_the_same_days():
    start = evaluated()

    lived = {
        searching.search(start, runs=4, number=7).lived.hexdigest() for _ in range(2)
    }

    assert len(lived) == 1


@pytest.mark.django_db
def test_another_seed_means_other_days():
    start = evaluated()

    lived = {
        searching.search(start, runs=2, steps=3, number=number).lived.hexdigest()
        for number in (1, 2)
    }

    assert len(lived) == 2
