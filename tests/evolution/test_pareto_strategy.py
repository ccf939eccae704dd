"""The front that Pareto evolution keeps from step to step is that of the whole population."""

import json
import random

import pytest

from search.evolution.evaluation import instant_fitness
from search.evolution.experiments.config import experiment_config
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.preserving_edits import preserving_edits
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.statistics.objectives import losses
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.pareto import Density, ParetoConfig, ParetoEvolution, lonely, place
from search.learning.rehearsal import Rehearsal


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
    names = ("fitness", *config.cost_names)
    first_of_equals: dict[tuple[float, ...], int] = {}
    for member in sorted(population.front(names), key=lambda member: member.id):
        first_of_equals.setdefault(losses(member.objectives, names), member.id)
    assert sorted(row.completion for row in strategy.front) == sorted(first_of_equals.values())
    assert 1 < len(first_of_equals) <= len(population.front(names))


def test_a_network_that_is_found_again_takes_no_second_place_on_the_front() -> None:
    space = experiment_config({}).space
    population, strategy = ListPopulation(), ParetoEvolution(ParetoConfig(), space, lambda _: True)
    for step in range(5):
        population.add(trivial_genotype(space), 0.5, step=step, parameters=10)
        strategy.observe(*population.rows[-1])
    assert [row.completion for row in strategy.front] == [0]


def test_all_children_may_be_made_by_edits_that_keep_the_function() -> None:
    told = {"kind": "pareto", "initial_population": 4, "initial_mutations": 50, "morphisms": 1.0}
    config = experiment_config({"strategy": told})
    run = Rehearsal(config, lambda genotype: instant_fitness(build_phenotype(genotype))).run(24)
    by_step = {member.step: genotype for member, genotype in run.population.rows}
    for row in run.proposals[4:]:
        assert row.parent is not None
        edits = preserving_edits(by_step[row.parent.step])
        assert row.mutation in [edit.mutation for edit in edits]


def test_a_parent_where_networks_are_rare_is_chosen_the_oftener() -> None:
    """Two near each other, one far away: each of the crowd is drawn half as often as the lonely one."""
    points = [place({"parameters": value}) for value in (1000, 1010, 90_000)]
    density, rng = Density(points), random.Random(4)
    drawn = [lonely(points, [density(point) for point in points], rng) for _ in range(3000)]
    counts = [drawn.count(point) for point in points]
    assert counts[2] == pytest.approx(2 * counts[0], rel=0.15)
    assert counts[0] == pytest.approx(counts[1], rel=0.15)
