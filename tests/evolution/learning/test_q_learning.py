"""Laws of Q-learning: the table against value iteration, the schedule against the published counts."""

import itertools
import random

import pytest

from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.space import search_space
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies.q_learning import QLearningConfig
from search.learning.base import Observation
from search.learning.edge_decisions import decisions_of
from search.learning.q_learning import SCHEDULE, QLearning, density, epsilon_at
from search.learning.q_values import Step, trajectory

SPACE = search_space({"levels": [{"motifs": 1, "nodes": 3}], "primitives": ["conv1x1", "identity"]})


def learner(**told: float) -> QLearning:
    model = QLearning(QLearningConfig(**told), SPACE, lambda _: True, 100)
    model.load(None)
    return model


def every_genotype() -> list[Genotype]:
    """All that lead from 1 to 3."""
    return [
        Genotype(SPACE, ((((one,), (direct, last)),),))
        for one, direct, last in itertools.product(range(3), repeat=3)
        if direct or (one and last)
    ]


def reward(genotype: Genotype) -> float:
    """Of the last two choices alone, so that the table's states tell all that matters."""
    [(_, (direct, last))] = genotype.levels[0]
    return 0.1 + 0.2 * direct + 0.05 * last * (3 - direct)


def test_the_table_becomes_that_of_value_iteration() -> None:
    model = learner(replays=0, q_learning_rate=0.5, spread_reward=False)
    rows = [Observation(0, genotype, reward(genotype), 1, None) for genotype in every_genotype()]
    for _ in range(60):
        model.update(rows, random.Random(1), lambda: None)
    steps = [trajectory(decisions_of(genotype), shared=False) for genotype in every_genotype()]
    best = value_iteration(steps, [reward(genotype) for genotype in every_genotype()])
    assert len(best) > 15
    for (state, action), value in best.items():
        row = model.values.of(next(step for taken in steps for step in taken if step.state == state))
        assert row[action] == pytest.approx(value, abs=1e-6)


def value_iteration(steps: list[list[Step]], rewards: list[float]) -> dict[tuple[object, int], float]:
    """Q(s, a) = the reward at the end, else the best of what can follow; swept until nothing changes."""
    ends = {(taken[-1].state, taken[-1].action): paid for taken, paid in zip(steps, rewards, strict=True)}
    follows: dict[tuple[object, int], object] = {
        (one.state, one.action): other.state for taken in steps for one, other in itertools.pairwise(taken)
    }
    values = dict.fromkeys([*ends, *follows], 0.0)
    for _ in range(4):
        for key in values:
            if key in ends:
                values[key] = ends[key]
            else:
                values[key] = max(value for (state, _), value in values.items() if state == follows[key])
    return values


def test_one_result_reaches_the_first_choice_at_once() -> None:
    model, genotype = (
        learner(replays=0, q_learning_rate=0.5, initial_value=0.2, spread_reward=False),
        trivial_genotype(SPACE),
    )
    model.update([Observation(0, genotype, 1.0, 1, None)], random.Random(1), lambda: None)
    steps = trajectory(decisions_of(genotype), shared=False)
    values = [model.values.of(step)[step.action] for step in steps]
    assert values == pytest.approx([0.2 + 0.8 * 0.5**place for place in range(len(steps), 0, -1)])


def test_a_reward_that_is_spread_gives_each_choice_its_part_and_adds_up_to_the_whole() -> None:
    model, genotype = learner(replays=0, q_learning_rate=1.0), trivial_genotype(SPACE)
    model.update([Observation(0, genotype, 0.9, 1, None)], random.Random(1), lambda: None)
    steps = trajectory(decisions_of(genotype), shared=False)
    values = [model.values.of(step)[step.action] for step in steps]
    assert values == pytest.approx([0.9, 0.6, 0.3])


def test_the_schedule_is_the_published_one_stretched_over_the_budget() -> None:
    published = [epsilon for epsilon, count in SCHEDULE for _ in range(count)]
    assert [epsilon_at(number, 2700) for number in range(2700)] == published
    assert sum(epsilon_at(number, 270) == 1.0 for number in range(270)) == 150
    assert (epsilon_at(269, 270), epsilon_at(5000, 270)) == (0.1, 0.1)


def test_without_chance_it_proposes_the_best_that_the_table_knows() -> None:
    model = learner(replays=20, q_learning_rate=0.3, initial_value=0.0)
    rows = [Observation(0, genotype, reward(genotype), 1, None) for genotype in every_genotype()] * 10
    model.update(rows, random.Random(1), lambda: None)
    assert model.seen > 100  # the schedule is over: a tenth is drawn at random
    ideas = [model.propose(1, random.Random(seed), lambda: None)[0] for seed in range(40)]
    best = max(every_genotype(), key=reward)
    tails = [idea.genotype.levels[0][0][1] for idea in ideas]
    assert tails.count(best.levels[0][0][1]) > 25
    assert any("3 of 3 choices are the best known, epsilon 0.1" in idea.why for idea in ideas)


def test_the_corrected_reward_takes_off_logarithms_of_work_and_density() -> None:
    model = learner(flops_weight=0.1, density_weight=0.2)
    assert model.reward(trivial_genotype(SPACE), 0.8) == pytest.approx(0.8)
    dense = Genotype(SPACE, ((((1,), (1, 1)),),))
    network = build_phenotype(dense)
    # Two inputs of three operations and two of the output: 1→2, 1→3 read the input, 2→3 reads the first.
    assert density(network) == pytest.approx((1 + 1 + 1 + 2) / 4)
    assert network_cost(network, Host()).multiply_adds > 0
    assert model.reward(dense, 0.8) < 0.8 - 0.2 * 0.2
    assert learner().reward(dense, 0.8) == 0.8


def test_a_table_goes_on_where_it_was() -> None:
    model = learner()
    rows = [Observation(0, genotype, reward(genotype), 1, None) for genotype in every_genotype()]
    model.update(rows, random.Random(1), lambda: None)
    again = learner()
    again.load(model.state())
    assert again.state() == model.state()
    assert again.propose(5, random.Random(2), lambda: None) == model.propose(
        5, random.Random(2), lambda: None
    )
