"""The tournament and the strategies' contract: every row of the strategy table passes the same suite."""

import json
import math
import random
from collections import Counter
from pathlib import Path

import pytest

from search.evolution.config import ExperimentConfig, StrategyConfig, derive_seed, experiment_config
from search.evolution.cost import network_cost
from search.evolution.evaluation import instant_fitness
from search.evolution.feasibility import is_acceptable
from search.evolution.genotype import Genotype
from search.evolution.list_population import ListPopulation
from search.evolution.phenotype import build_phenotype
from search.evolution.selection import Member, tournament, tournament_size, winning_place
from search.evolution.strategies import STRATEGIES, NoCandidate, make_strategy

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


@pytest.mark.parametrize("kind", STRATEGIES)
def test_every_strategy_proposes_networks_and_repeats_itself_from_one_seed(kind: str) -> None:
    document = config(kind=kind)
    first, second = evolve(document, 15), evolve(document, 15)
    assert first == second
    assert all(is_acceptable(genotype, document) for genotype, *_ in first)
    assert all(origin in ("initial", "mutation") for _, origin, *_ in first)


@pytest.mark.parametrize("kind", STRATEGIES)
def test_every_strategy_says_so_when_nothing_is_acceptable(kind: str) -> None:
    strategy = make_strategy(
        StrategyConfig.model_validate({"kind": kind}), config().search_space, lambda _: False
    )
    with pytest.raises(NoCandidate, match="none of 1000 random genotypes was acceptable"):
        strategy.propose(ListPopulation(), random.Random(0), 0)


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
