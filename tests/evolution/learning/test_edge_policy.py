"""Laws of the controllers: probabilities, masks and gradients against enumeration and finite differences."""

import math
import random
from collections.abc import Iterator

import numpy as np
import pytest

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace, search_space
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies.ppo import PpoConfig
from search.learning.base import Observation
from search.learning.edge_decisions import Decision, decisions_of, decode
from search.learning.edge_policy import EdgePolicy
from search.learning.ppo import Ppo

SPACE = search_space(
    {"levels": [{"motifs": 2, "nodes": 2}, {"motifs": 1, "nodes": 3}], "primitives": ["conv1x1", "identity"]}
)


def every_sequence(space: SearchSpace) -> Iterator[list[tuple[Decision, int]]]:
    """All ways to decide, by walking through the allowed choices like an odometer."""
    prefix: list[int] = []
    while True:
        taken = walked(space, prefix)
        yield taken
        while taken and taken[-1][1] == taken[-1][0].choices - 1:
            taken.pop()
        if not taken:
            return
        prefix = [chosen for _, chosen in taken]
        prefix[-1] += 1


def walked(space: SearchSpace, prefix: list[int]) -> list[tuple[Decision, int]]:
    """The decisions that begin with these choices and go on with the first that is allowed."""
    taken: list[tuple[Decision, int]] = []

    def choose(decision: Decision) -> int:
        first = 0 if decision.none_allowed else 1
        taken.append((decision, prefix[len(taken)] if len(taken) < len(prefix) else first))
        return taken[-1][1]

    decode(space, choose)
    return taken


def replayed(space: SearchSpace, taken: list[tuple[Decision, int]]) -> Genotype:
    choices = iter(taken)
    return decode(space, lambda _: next(choices)[1])


def tilted(seed: int = 1) -> EdgePolicy:
    policy, rng = EdgePolicy(SPACE), np.random.default_rng(seed)
    for place, logits in policy.logits.items():
        policy.logits[place] = rng.normal(size=logits.shape)
    return policy


def test_the_probabilities_of_all_sequences_add_up_to_one_and_each_builds_a_network() -> None:
    policy, total, count = tilted(), 0.0, 0
    for taken in every_sequence(SPACE):
        genotype = replayed(SPACE, taken)
        assert build_phenotype(genotype).output
        assert decisions_of(genotype) == taken
        total += math.exp(policy.log_probability(genotype))
        count += 1
    assert total == pytest.approx(1)
    assert count == sum(2 ** len(used) for used in _used_of_every_cell())


def _used_of_every_cell() -> Iterator[set[int]]:
    """The motifs on the edges 1→2, 1→3, 2→3 of every cell that no mask forbids; each has one edge, which has two
    choices, for `none` would cut it."""
    for one in range(3):
        for direct in range(3):
            for last in range(3):
                leads_through = direct or (one and last)
                if leads_through:
                    yield {one, direct, last} - {0}


def test_draws_come_as_often_as_their_probability_says() -> None:
    policy, rng, drawn = tilted(), random.Random(5), dict[str, int]()
    genotypes = [replayed(SPACE, taken) for taken in every_sequence(SPACE)]
    for _ in range(4000):
        text = decode(SPACE, lambda decision: policy.draw(decision, rng)).text
        drawn[text] = drawn.get(text, 0) + 1
    for genotype in genotypes:
        expected = 4000 * math.exp(policy.log_probability(genotype))
        assert abs(drawn.get(genotype.text, 0) - expected) < 5 * math.sqrt(expected) + 5


def learner(**told: float) -> Ppo:
    model = Ppo(PpoConfig(**told), SPACE, lambda _: True)
    model.load(None)
    return model


def test_the_gradient_of_ppo_is_that_of_its_clipped_objective() -> None:
    model, drawn_by = learner(clip=0.3, entropy_bonus=0.05), tilted(2)
    model.policy = tilted(3)
    samples = []
    for number, taken in enumerate(every_sequence(SPACE)):
        rows = [(decision, chosen, float(drawn_by.chances(decision)[chosen])) for decision, chosen in taken]
        samples.append((rows, (-1) ** number * (0.2 + 0.1 * number)))
    gradient, clipped = model.gradient(samples), model.clipped
    assert 0.1 < clipped < 0.9  # both sides of the clip are in it
    for place, logits in model.policy.logits.items():
        for index in np.ndindex(logits.shape):
            before, values = logits[index], []
            for step in (1e-6, -1e-6):
                logits[index] = before + step
                values.append(model.objective(samples))
            logits[index] = before
            assert (values[0] - values[1]) / 2e-6 == pytest.approx(gradient[place][index], abs=1e-6)


def test_the_first_pass_over_a_fresh_batch_is_the_plain_policy_gradient() -> None:
    """Every ratio is 1 there, whatever the clip."""
    tight, wide = learner(clip=1e-9), learner(clip=0.9)
    for model in (tight, wide):
        model.policy = tilted(4)
    rows = [
        [(decision, chosen, float(tight.policy.chances(decision)[chosen])) for decision, chosen in taken]
        for taken in every_sequence(SPACE)
    ]
    samples = [(taken, 0.5) for taken in rows]
    one, other = tight.gradient(samples), wide.gradient(samples)
    assert all(np.array_equal(one[place], other[place]) for place in one)
    assert tight.clipped == 0


def test_what_an_older_version_drew_is_weighed_by_that_version_s_probabilities() -> None:
    model = learner(drafts=4)
    batches: list[list[Observation]] = []
    for version in (1, 2, 3):
        model.update(batches[-1] if batches else [], random.Random(version), lambda: None)
        ideas = model.propose(4, random.Random(version), lambda: None)
        batches.append(
            [Observation(0, idea.genotype, 0.1 * at, 10, version) for at, idea in enumerate(ideas)]
        )
        again = learner(drafts=4)
        again.load(model.state())
        assert again.state() == model.state()
        model = again
    taken, _ = model.samples(batches[0])[0]
    expected = model.drawn_by[1]
    assert [drawn for *_, drawn in taken] == [
        float(expected.chances(decision)[chosen]) for decision, chosen, _ in taken
    ]
    assert set(model.drawn_by) == {1, 2, 3}


def test_ppo_learns_the_better_operation_of_one_edge() -> None:
    space = search_space({"levels": [{"motifs": 1, "nodes": 2}], "primitives": ["conv1x1", "identity"]})
    model = Ppo(PpoConfig(learning_rate=0.1), space, lambda _: True)
    model.load(None)
    for version in range(1, 31):
        ideas = model.propose(20, random.Random(version), lambda: None)
        rows = [
            Observation(0, idea.genotype, 0.9 if idea.genotype.cell == ((2,),) else 0.8, 1, version)
            for idea in ideas
        ]
        model.update(rows, random.Random(version), lambda: None)
    assert model.policy.chances(Decision(2, 1, 2, 1, 3, False))[2] > 0.95
