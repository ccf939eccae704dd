"""Laws of REINFORCE: its step is the gradient of the log-probability, and networks deepen as its settings say."""

import math
import random

import numpy as np
import pytest

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace, search_space
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies.reinforce import ReinforceConfig
from search.learning.base import Observation
from search.learning.edge_decisions import Decision, decisions_of, decode
from search.learning.edge_policy import EdgePolicy
from search.learning.reinforce import Reinforce

SPACE = search_space({"levels": [{"motifs": 2, "nodes": 4}, {"motifs": 1, "nodes": 5}]})
SMALL = search_space({"levels": [{"motifs": 1, "nodes": 4}], "primitives": ["conv1x1", "identity"]})


def learner(space: SearchSpace = SPACE, **told: float) -> Reinforce:
    model = Reinforce(ReinforceConfig(**told), space, lambda _: True)
    model.load(None)
    return model


def after(model: Reinforce, networks: int, *, fitness: float = 0.5) -> Reinforce:
    """One more version, which saw so many of the networks that the last one drew."""
    rng = random.Random(networks)
    drawn = model.propose(networks, rng, lambda: None) if networks else []
    version = len(model.opened) or 1
    rows = [Observation(step, idea.genotype, fitness, 1, version) for step, idea in enumerate(drawn)]
    model.update(rows, rng, lambda: None)
    return model


def touched(genotype: Genotype) -> int:
    """The highest inner node, less one, that an edge of a used motif begins or ends at."""
    found = 0
    for decision, chosen in decisions_of(genotype):
        nodes = genotype.space.level(decision.level).nodes
        for node in (decision.successor, decision.predecessor):
            if chosen != NONE and 1 < node < nodes:
                found = max(found, node - 1)
    return found


def test_every_motif_gets_one_inner_node_more_after_so_many_networks() -> None:
    model, opened = after(learner(deepen_after=20), 0), []
    for _ in range(6):
        drafts = [idea.genotype for idea in model.propose(30, random.Random(7), lambda: None)]
        opened.append(max(map(touched, drafts)))
        assert all(build_phenotype(genotype).output for genotype in drafts)
        after(model, 10)
    assert opened == [1, 1, 2, 2, 3, 3]
    assert ("Open inner nodes", "3 of 3 a motif") in model.report().facts


def test_what_a_version_could_not_choose_is_not_learned_from() -> None:
    model = after(learner(deepen_after=1000), 0)
    after(model, 20, fitness=0.9)
    closed = [Decision(3, 1, 4, 1, 3, True), Decision(3, 1, 5, 4, 3, True), Decision(2, 1, 3, 2, 7, True)]
    assert all(np.ptp(model.policy.chances(decision)) == 0 for decision in closed)


def test_a_controller_whose_networks_deepen_goes_on_where_it_was() -> None:
    model = after(after(after(learner(deepen_after=5), 0), 5), 5)
    again = learner(deepen_after=5)
    again.load(model.state())
    assert again.opened == model.opened == [1, 2, 3]
    assert again.propose(5, random.Random(3), lambda: None) == model.propose(
        5, random.Random(3), lambda: None
    )


@pytest.mark.parametrize("inner", [0, 1, 2])
def test_with_closed_nodes_the_probabilities_of_all_networks_still_add_up_to_one(inner: int) -> None:
    policy, rng = EdgePolicy(SMALL), np.random.default_rng(1)
    for place, logits in policy.logits.items():
        policy.logits[place] = rng.normal(size=logits.shape)
    drawn, source = dict[str, Genotype](), random.Random(2)
    for _ in range(20_000):
        genotype = decode(SMALL, lambda decision: source.randrange(not decision.none_allowed, 3), inner)
        drawn[genotype.text] = genotype
    total = sum(math.exp(policy.log_probability(genotype, inner)) for genotype in drawn.values())
    assert total == pytest.approx(1)


@pytest.mark.parametrize("deepen_after", [0, 3])
def test_its_step_is_the_gradient_of_the_log_probability_times_the_advantage(deepen_after: int) -> None:
    told = {"entropy_bonus": 0.0, "baseline_decay": 0.5, "deepen_after": deepen_after}
    model = after(learner(SMALL, learning_rate=1.0, **told), 0)
    after(model, 4, fitness=0.5)  # the baseline is 0.5 now
    before = {place: logits.copy() for place, logits in model.policy.logits.items()}
    genotype = model.propose(1, random.Random(5), lambda: None)[0].genotype
    inner, version = model.inner, len(model.opened) or 2

    def likely(place: tuple[int, int], at: tuple[int, ...], move: float) -> float:
        policy = EdgePolicy(SMALL)
        policy.logits = {key: logits.copy() for key, logits in before.items()}
        policy.logits[place][at] += move
        return policy.log_probability(genotype, inner)

    model.update([Observation(9, genotype, 0.8, 1, version)], random.Random(0), lambda: None)
    for place, logits in before.items():
        for at in np.ndindex(logits.shape):
            slope = (likely(place, at, 1e-5) - likely(place, at, -1e-5)) / 2e-5
            moved = model.policy.logits[place][at] - logits[at]
            assert moved == pytest.approx(0.3 * slope, abs=1e-7)
