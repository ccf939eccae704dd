"""How far the initial population reaches on the axis of steps."""

from typing import Any

import pytest

from search.models import Individual
from search.selectors.progress import initial_steps
from tests.search.populations import Population

pytestmark = pytest.mark.django_db


def made(**decisions: Any) -> Population:
    """An initial population of four; the third step trained the best again."""
    strategy = {"kind": "evolution", "initial_population": 4}
    return Population(config={"strategy": strategy, "decisions": decisions})


def test_repeats_of_the_best_stand_between_the_initial_networks() -> None:
    population = made(first_repeats=1)
    config = population.experiment.configuration
    assert initial_steps(population.experiment, config) == 4  # none is proposed yet
    for step in range(6):
        population.add(0.5 + step / 100, network=f"n{step}")
    Individual.objects.filter(step=2).update(origin="confirmation")
    assert initial_steps(population.experiment, config) == 5


def test_without_them_it_is_as_long_as_planned() -> None:
    population = made()
    assert initial_steps(population.experiment, population.experiment.configuration) == 4
