"""Tabular Q-learning over edge decisions (Baker et al. 2017, "MetaQNN"; Zhong et al. 2018, "Block-QNN-A"). Pure Python.

The state is the edge that is to be decided, the operation chosen before it in the same motif, and whether `none` is
allowed; an action is an operation. Kept from MetaQNN: gamma 1, updates backwards along the trajectory, replay of
earlier networks, epsilon-greedy choices with ties broken at random, repeats are not proposed, and its epsilon schedule:
1.0 for 1,500 networks, 0.9 to 0.7 for 100 each, 0.6 to 0.1 for 150 each. Departs from it: the schedule's 2,700 networks
are stretched over the search's budget, in which repeats and random initial networks count; the reward is the accuracy
after training, not the best one on the way. Of Block-QNN-A that each choice earns an equal part of the reward: where
the last one earns all, as MetaQNN has it, nothing tells the cell's choices apart, for the first state of a motif is the
same whatever came before it. And its corrected reward:

    accuracy - mu ln(multiply-adds) - rho ln(density),    density = edges / nodes of the network

in units of the space's trivial network in the small host, so that the values stay near accuracies.
"""

import json
import math
import random
import zlib
from collections.abc import Sequence

from search.evolution.genotypes.genotype import Genotype, parse_genotype, trivial_genotype
from search.evolution.genotypes.primitives import NONE
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.strategies.q_learning import QLearningConfig
from search.learning.base import Idea, Learner, Observation, Report, Tick
from search.learning.edge_decisions import Decision, decisions_of, decode
from search.learning.known_networks import KnownNetworks
from search.learning.q_values import QValues, Step, trajectory

SCHEDULE = (
    (1.0, 1500),
    (0.9, 100),
    (0.8, 100),
    (0.7, 100),
    *((tenths / 10, 150) for tenths in range(6, 0, -1)),
)
"""(epsilon, networks) as published."""
LAST_EPSILON = 0.1
MOST_REPLAYED = 5_000
"""Networks that are remembered for replay, the latest ones."""

MOST_REPLAYS = 5_000
"""For one version: a second of them."""


def epsilon_at(number: int, planned: int) -> float:
    """Of network `number` (from 0) of a search of so many: the share of choices that are drawn at random."""
    left = number * sum(count for _, count in SCHEDULE) / max(1, planned)
    for epsilon, count in SCHEDULE:
        if left < count:
            return epsilon
        left -= count
    return LAST_EPSILON


class QLearning(Learner[QLearningConfig]):
    """The values, the networks to replay, and how many there were."""

    def load(self, content: bytes | None) -> None:
        stored = json.loads(zlib.decompress(content)) if content is not None else {}
        self.values = QValues(self.space, self.config.initial_value, stored.get("values"))
        self.replay: list[tuple[str, float]] = [(text, reward) for text, reward in stored.get("replay", [])]
        self.known = KnownNetworks(stored.get("known", []))
        self.seen, self.proposed = int(stored.get("seen", 0)), int(stored.get("proposed", 0))
        self._steps: dict[str, list[Step]] = {}

    def state(self) -> bytes:
        document = {
            "values": self.values.to_json(),
            "replay": self.replay,
            "known": self.known.keys(),
            "seen": self.seen,
            "proposed": self.proposed,
        }
        return zlib.compress(json.dumps(document).encode())

    def update(self, observations: Sequence[Observation], rng: random.Random, tick: Tick) -> None:
        """Each new network once, and after it as many earlier ones as are to be replayed."""
        replays = min(self.config.replays, MOST_REPLAYS // max(1, len(observations)))
        for row in observations:
            tick()
            self.seen += 1
            self.known.add(row.genotype)
            text, reward = row.genotype.text, self.reward(row.genotype, row.fitness)
            self.replay.append((text, reward))
            self._learn(text, reward)
            for _ in range(replays):
                self._learn(*self.replay[rng.randrange(len(self.replay))])
        del self.replay[:-MOST_REPLAYED]

    def _learn(self, text: str, reward: float) -> None:
        if text not in self._steps:
            taken = decisions_of(parse_genotype(text))
            self._steps[text] = trajectory(taken, shared=self.config.share_values)
        self.values.learn(
            self._steps[text], reward, self.config.q_learning_rate, spread=self.config.spread_reward
        )

    def reward(self, genotype: Genotype, fitness: float) -> float:
        """Block-QNN-A's, which is the fitness where both weights are 0."""
        mu, rho = self.config.flops_weight, self.config.density_weight
        if not mu and not rho:
            return fitness
        network, least = build_phenotype(genotype), build_phenotype(trivial_genotype(self.space))
        flops = network_cost(network, Host()).multiply_adds / network_cost(least, Host()).multiply_adds
        return fitness - mu * math.log(flops) - rho * math.log(density(network) / density(least))

    def propose(self, count: int, rng: random.Random, tick: Tick) -> list[Idea]:
        ideas: list[Idea] = []
        for _ in range(count):
            epsilon = epsilon_at(max(self.seen, self.proposed), self.planned)
            genotype = self.known.fresh(lambda epsilon=epsilon: self._drawn(epsilon, rng), self.accept, tick)  # type: ignore[misc]
            if genotype is None:
                break
            self.proposed = max(self.seen, self.proposed) + 1
            ideas.append(Idea(genotype, self._why(genotype, epsilon)))
        return ideas

    def _drawn(self, epsilon: float, rng: random.Random) -> Genotype:
        before: tuple[int, int, int | None] = (0, 0, None)

        def choose(decision: Decision) -> int:
            nonlocal before
            previous = before[2] if before[:2] == (decision.level, decision.motif) else None
            first = NONE if decision.none_allowed else NONE + 1
            if rng.random() < epsilon:
                chosen = rng.randrange(first, decision.choices)
            else:
                step = Step.of(decision, previous, shared=self.config.share_values)
                chosen = self.values.best(step, rng)
            before = (decision.level, decision.motif, chosen)
            return chosen

        return decode(self.space, choose)

    def _why(self, genotype: Genotype, epsilon: float) -> str:
        steps = trajectory(decisions_of(genotype), shared=self.config.share_values)
        greedy = sum(self.values.is_best(step) for step in steps)
        first = self.values.of(steps[0])[steps[0].action]
        return f"{greedy} of {len(steps)} choices are the best known, epsilon {epsilon:.1f}, Q {first:.3f}"

    def report(self) -> Report:
        epsilon = epsilon_at(max(self.seen, self.proposed), self.planned)
        return Report(
            facts=(
                ("Epsilon", f"{epsilon:.1f} of the choices are drawn at random"),
                ("Schedule", f"{self.seen} of {self.planned} networks"),
                ("States", f"{len(self.values)} tried"),
            ),
            tables=(self.values.table(),),
            numbers={"epsilon": epsilon, "best_first_value": self.values.best_first()},
        )


def density(network: Phenotype) -> float:
    """Edges per node of the network as a graph of operations, its output counted as a node."""
    reads = [operation.inputs for operation in network.operations] + [network.output]
    return sum(map(len, reads)) / len(reads)
