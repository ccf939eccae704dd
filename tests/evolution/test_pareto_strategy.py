"""The front that Pareto evolution keeps from step to step is that of the whole population."""

import json
import random

import pytest

from search.evolution.experiments.config import experiment_config
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.pareto import ParetoConfig, ParetoEvolution


@pytest.mark.parametrize("costs", ["parameters", "all"])
def test_what_is_kept_is_the_front_of_all(costs: str) -> None:
    space = experiment_config({}).space
    population, rng, genotype = ListPopulation(), random.Random(1), trivial_genotype(space)
    config = ParetoConfig(costs=costs)
    strategy = ParetoEvolution(config, space, lambda _: True)
    for step in range(300):
        population.add(
            genotype,
            rng.randrange(20) / 20,
            step=step,
            parameters=rng.randrange(30),
            multiply_adds=rng.randrange(30),
            depth=rng.randrange(4),
        )
        strategy.observe(*population.rows[-1])
        strategy.restore(json.loads(json.dumps(strategy.save())))
    everybody = [member.id for member in population.front(("fitness", *config.cost_names))]
    assert sorted(row.completion for row in strategy.front) == sorted(everybody)
    assert len(everybody) > 2
