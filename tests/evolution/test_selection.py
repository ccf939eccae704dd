"""The tournament and the strategies' contract: every row of the strategy table passes the same suite."""

import itertools
import json
import math
import random
from collections import Counter
from pathlib import Path

import pytest

from search.evolution.decisions import decided_rank
from search.evolution.evaluation import instant_fitness
from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies import make_strategy
from search.evolution.strategies.feasibility import is_acceptable
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.population import (
    Member,
    chance_of_fittest,
    chance_of_rank,
    rank,
    tournament,
    tournament_size,
    winning_place,
)
from search.learning.rehearsal import Rehearsal

GOLDEN = Path(__file__).with_name("golden_evolution.json")


def config(**strategy: object) -> ExperimentConfig:
    return experiment_config({"space": "hierarchical", "strategy": {"initial_population": 5, **strategy}})


def evolve(document: ExperimentConfig, steps: int) -> list[tuple[Genotype, str, float, int | None, str]]:
    """A search with one evaluation at a time and a known fitness."""
    population, rows = ListPopulation(), []
    for step in range(steps):
        strategy = make_strategy(
            document.strategy, document.search_space, lambda genotype: is_acceptable(genotype, document)
        )
        rng = random.Random(derive_seed("step", document.seed, step))
        proposal = strategy.propose(population, rng, step)
        fitness = instant_fitness(build_phenotype(proposal.genotype))
        population.add(proposal.genotype, fitness, step=step, parameters=step)
        edit = proposal.mutation.describe(document.search_space) if proposal.mutation else ""
        parent = proposal.parent.step if proposal.parent else None
        rows.append((proposal.genotype, proposal.origin, fitness, parent, edit))
    return rows


@pytest.mark.parametrize("population,size", [(1, 1), (10, 1), (20, 1), (21, 2), (200, 10), (7000, 350)])
def test_five_per_cent_take_part(population: int, size: int) -> None:
    assert tournament_size(population, 0.05) == size


def test_the_fittest_wins_a_tournament_of_all_and_anybody_one_of_a_single_contestant() -> None:
    population = ListPopulation()
    genotype = evolve(config(), 1)[0][0]
    for step in range(40):
        population.add(genotype, fitness=step / 100, step=step, parameters=step)
    assert tournament(population, random.Random(0), 1.0).step == 39
    alone = [tournament(population, random.Random(seed), 0.02).step for seed in range(1000)]
    assert set(alone) == set(range(40))


@pytest.mark.parametrize("size,count", [(1, 1), (6, 1), (6, 3), (6, 6), (40, 10), (7000, 350)])
def test_a_place_wins_as_often_as_it_is_the_best_of_those_drawn(size: int, count: int) -> None:
    """Of all ways to draw `count` of `size`, those in which the place is the best: the others are below it."""
    rng, tournaments = random.Random(size + count), 20_000
    won = Counter(winning_place(rng, size, count) for _ in range(tournaments))
    for place in range(size - count + 1):
        chance = math.comb(size - place - 1, count - 1) / math.comb(size, count)
        deviation = math.sqrt(tournaments * chance * (1 - chance))
        assert abs(won.pop(place, 0) - tournaments * chance) <= 4.5 * deviation + (0.5 if deviation else 0)
    assert not won


def test_a_tournament_takes_as_many_draws_in_a_large_population_as_in_a_small_one() -> None:
    def draws(size: int) -> float:
        rng = random.Random(size)
        places = [winning_place(rng, size, tournament_size(size, 0.05)) for _ in range(2000)]
        return 1 + sum(places) / len(places)

    assert draws(200) == pytest.approx(20, rel=0.1)
    assert draws(100_000) == pytest.approx(20, rel=0.1)


def test_ties_go_to_fewer_parameters_then_to_the_earlier_step() -> None:
    population = ListPopulation()
    for id_, (step, parameters) in enumerate([(3, 500), (2, 400), (1, 400)]):
        population.rows.append((Member(id_, step, 0.5, parameters), None))  # type: ignore[arg-type]
    assert tournament(population, random.Random(0), 1.0).step == 1


def test_a_tournament_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one evaluated"):
        tournament(ListPopulation(), random.Random(0), 0.05)


def test_the_parameter_limit_of_a_space_is_kept() -> None:
    document = experiment_config({"space": "flat-constrained", "strategy": {"initial_population": 3}})
    host = document.protocol.shape_host
    sizes = [
        network_cost(build_phenotype(genotype), host).parameters for genotype, *_ in evolve(document, 12)
    ]
    assert max(sizes) <= 550_000


def test_an_evolution_with_a_known_fitness_matches_the_golden_file_step_by_step() -> None:
    names = ("genotype", "origin", "fitness", "parent", "edit")
    rows = [
        {
            "step": step,
            **dict(zip(names, row, strict=True)),
            "genotype": row[0].text,
            "fitness": round(row[2], 12),
        }
        for step, row in enumerate(evolve(config(tournament_fraction=0.2), 40))
    ]
    golden = json.loads(GOLDEN.read_text())
    for row, expected in zip(rows, golden, strict=True):
        assert row == expected


def test_evolution_climbs_above_its_initial_population_and_above_random_search() -> None:
    evolved = [row[2] for row in evolve(config(tournament_fraction=0.2), 120)]
    drawn = [row[2] for row in evolve(config(kind="random"), 120)]
    assert max(evolved) > max(evolved[:5])
    assert max(evolved) > max(drawn)


def test_with_aging_a_parent_is_never_older_than_the_living_and_the_fittest_of_those_drawn_wins() -> None:
    document = config(kind="aging", tournament_fraction=1.0)
    rows = evolve(document, 40)
    for step, (_, origin, _, parent, _) in enumerate(rows):
        if step < 5:
            assert origin == "initial"
            continue
        alive = range(step - 5, step)
        best = min(alive, key=lambda index: (-rows[index][2], index))
        assert (origin, parent) == ("mutation", best)


@pytest.mark.parametrize("probability", [1.0, 0.7, 0.2])
@pytest.mark.parametrize("size,count", [(1, 1), (6, 3), (7, 7), (40, 10)])
def test_with_probability_p_each_rank_wins_as_often_as_counting_all_draws_says(
    size: int, count: int, probability: float
) -> None:
    """Every set of contestants, every place in it: place i with p (1-p)^(i-1), the first where nobody has won."""
    chances = [chance_of_rank(rank, size, count, probability) for rank in range(size)]
    assert sum(chances) == pytest.approx(1)
    for most in range(size + 1):
        assert chance_of_fittest(most, size, count, probability) == pytest.approx(sum(chances[:most]))
    if size <= 7:
        counted = [0.0] * size
        draws = list(itertools.combinations(range(size), count))
        for draw in draws:
            for place, rank in enumerate(draw):
                counted[rank] += probability * (1 - probability) ** place / len(draws)
            counted[draw[0]] += (1 - probability) ** count / len(draws)
        assert chances == pytest.approx(counted)
    rng, tournaments = random.Random(size + count), 20_000
    won = Counter(winning_place(rng, size, count, probability) for _ in range(tournaments))
    for rank, chance in enumerate(chances):
        deviation = math.sqrt(tournaments * chance * (1 - chance))
        assert abs(won[rank] - tournaments * chance) <= 4.5 * deviation + 0.5


@pytest.mark.parametrize("probability", [1.0, 0.6, 0.3])
@pytest.mark.parametrize("size", [50, 400])
def test_nobody_behind_the_decided_rank_wins_more_often_than_was_promised(
    size: int, probability: float
) -> None:
    fraction, chance = 0.1, 0.01
    count = tournament_size(size, fraction)
    decided = decided_rank(fraction * probability, chance)
    assert all(chance_of_rank(rank, size, count, probability) <= chance for rank in range(decided, size))


def test_several_parents_of_one_tournament_have_a_child_each_before_the_next_is_held() -> None:
    document = config(tournament_fraction=1.0, parents=3)
    rehearsal = Rehearsal(document, lambda genotype: instant_fitness(build_phenotype(genotype)))
    rehearsal.run(11)
    members = [row[0] for row in rehearsal.population.rows]
    for first in (5, 8):
        ranked = sorted(members[:first], key=rank)
        parents = [rehearsal.proposals[step].parent for step in range(first, first + 3)]
        assert parents == ranked[:3]


def test_age_is_the_order_of_proposal_not_that_of_finishing() -> None:
    document = config(kind="aging", tournament_fraction=1.0)
    population = ListPopulation()
    genotypes = [row[0] for row in evolve(config(), 12)]
    finished = [*range(1, 12), 0]  # the first one trained longest, and is the fittest
    for step in finished:
        population.add(genotypes[step], 0.9 if step == 0 else step / 100, step=step, parameters=1)
    strategy = make_strategy(document.strategy, document.search_space, lambda _: True)
    parent = strategy.propose(population, random.Random(0), 12).parent
    assert parent is not None
    assert parent.step == 11
