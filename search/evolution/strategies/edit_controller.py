"""A controller that chooses edits (Cai et al. 2018, "EAS"; methods B8): REINFORCE over the edits of a parent that keep
what its network computes. With the evaluator `inherit` a child begins where its parent ended.

Kept from the paper: networks grow from small ones by function-preserving edits that a learned policy chooses; the
reward is tan(accuracy x pi / 2), which makes the last per cents count, against a moving average. Departs from it: the
policy is a softmax over the edits with a weight for the kind of edit, for its operation and for its edge, instead of an
LSTM over the layers, so that it is a few numbers that a step keeps; one edit a child, and the best children are the
next parents, instead of nine edits before a training; the reward is the gain over the parent, in units of its spread.
Must import neither Django nor torch.
"""

import hashlib
import math
import random
from typing import Any, Literal

from pydantic import Field

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.preserving_edits import EDIT_KINDS, LATER_KINDS, Edit, preserving_edits
from search.evolution.genotypes.space import SearchSpace
from search.evolution.strategies.base import Kept, MutatingStrategy, Proposal
from search.evolution.strategies.population import Member, PopulationView
from search.evolution.strategies.progressive import thinned
from search.evolution.strategies.report import Report, Table
from search.evolution.strategies.settings import RARE, MutatingConfig

HIGHEST = 0.995
"""Accuracies above it count as it: at 1 the reward would be without bound."""
MOST_OPEN, MOST_KNOWN = 50, 500
"""Choices whose reward is waited for, and children that are not made again; the latest ones."""
MOST_TRIED = 50
"""Edits of one parent that are tried before another parent is."""
NOTHING_LEFT = "no edit is left that keeps what the network computes: one mutation"


class EditsConfig(MutatingConfig):
    """How networks grow, and how fast the controller learns."""

    kind: Literal["edits"] = "edits"
    initial_population: int = Field(
        default=20,
        ge=1,
        le=100_000,
        title="Initial networks",
        description="Random small ones at the start, which are then grown.",
    )
    first_edges: int = Field(
        default=8,
        ge=1,
        le=1000,
        title="Edges at first",
        description="Live edges of the initial networks, at most.",
    )
    parents: int = Field(
        default=5,
        ge=1,
        le=1000,
        title="Parents",
        description="So many of the fittest are parents, each as likely as the others.",
    )
    learning_rate: float = Field(
        default=0.1,
        gt=0,
        le=10,
        title="Controller's learning rate",
        description="How far one result moves the controller's choices.",
    )
    baseline_decay: float = Field(
        default=0.95,
        ge=0,
        lt=1,
        title="Baseline decay",
        description="The gain that counts as average forgets with this factor for each result.",
        json_schema_extra=RARE,
    )


class EditController(MutatingStrategy[EditsConfig]):
    """One edit of one of the fittest, drawn by the policy."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.names = feature_names(self.space)
        self.weights = dict.fromkeys(self.names, 0.0)
        self.mean, self.square, self.seen = 0.0, 0.0, 0
        """Moving averages of the gain and of its square, and how many results they hold."""
        self.open: dict[str, list[Any]] = {}
        """Child -> [its parent's reward, slope of the log-probability for each weight]."""
        self.known: list[str] = []

    def save(self) -> Kept:
        return {
            "weights": [round(self.weights[name], 6) for name in self.names],
            "gains": [self.mean, self.square, self.seen],
            "open": self.open,
            "known": self.known,
        }

    def restore(self, state: Kept) -> None:
        # A state of before the later kinds is shorter: their weights are 0.
        self.weights = dict.fromkeys(self.names, 0.0) | dict(zip(self.names, state["weights"], strict=False))
        self.mean, self.square, self.seen = state["gains"]
        self.open, self.known = dict(state["open"]), list(state["known"])

    def observe(self, member: Member, genotype: Genotype) -> None:
        """One step up the gradient, where the controller chose this child."""
        choice = self.open.pop(key_of(genotype), None)
        if choice is None:
            return
        before, slopes = choice
        gain = reward(member.fitness) - before
        advantage = self._advantage(gain)
        for name, slope in zip(self.names, slopes, strict=False):
            self.weights[name] += self.config.learning_rate * advantage * slope

    def _advantage(self, gain: float) -> float:
        """Above the average so far, in units of the spread; the averages take the gain in."""
        spread = math.sqrt(max(self.square - self.mean**2, 0.0))
        advantage = (gain - self.mean) / spread if self.seen > 1 and spread > 1e-6 else 0.0
        # While few results are in, all of them count alike.
        share = max(1 - self.config.baseline_decay, 1 / (self.seen + 1))
        self.mean += share * (gain - self.mean)
        self.square += share * (gain**2 - self.square)
        self.seen += 1
        return max(-3.0, min(3.0, advantage))

    def initial(self, rng: random.Random, why: str = "") -> Proposal:
        proposal = super().initial(rng, why)
        small = thinned(proposal.genotype, self.config.first_edges, rng, self.accept)
        return Proposal(small, proposal.origin, why=why)

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        if step < self.config.initial_population or len(population) == 0:
            return self.initial(rng)
        fittest = [member for _, member in population.fittest(0, self.config.parents)]
        order = rng.sample(fittest, len(fittest))
        for parent in order:
            proposal = self._edited(parent, population.genotype(parent), rng)
            if proposal is not None:
                return proposal
        return self.mutant(order[0], population.genotype(order[0]), rng, NOTHING_LEFT)

    def _edited(self, parent: Member, genotype: Genotype, rng: random.Random) -> Proposal | None:
        """A child that was not made before; None where none is found."""
        edits = preserving_edits(genotype)
        for _ in range(min(MOST_TRIED, len(edits))):
            chances = self._chances(edits)
            [place] = rng.choices(range(len(edits)), chances)
            edit = edits[place]
            child = edit.applied(genotype)
            key = key_of(child)
            if key not in self.known and self.accept(child):
                self._remember(key, parent, self._slopes(edits, chances, edit))
                why = f"the controller chose to {edit.kind}" if edit.kind.startswith("add") else edit.kind
                return Proposal(
                    child, "mutation", parent, edit.mutation, f"{why}, {100 * chances[place]:.1f} %"
                )
            del edits[place]
        return None

    def _remember(self, key: str, parent: Member, slopes: list[float]) -> None:
        self.known = [*self.known, key][-MOST_KNOWN:]
        self.open[key] = [round(reward(parent.fitness), 6), slopes]
        while len(self.open) > MOST_OPEN:
            del self.open[next(iter(self.open))]

    def _chances(self, edits: list[Edit]) -> list[float]:
        """Softmax of the sums of the weights of each edit's features."""
        sums = [sum(self.weights[name] for name in features(edit)) for edit in edits]
        powers = [math.exp(value - max(sums)) for value in sums]
        total = sum(powers)
        return [power / total for power in powers]

    def _slopes(self, edits: list[Edit], chances: list[float], chosen: Edit) -> list[float]:
        """Of the log-probability: what the chosen edit has of each feature, less what is expected."""
        slopes = dict.fromkeys(self.names, 0.0)
        for edit, chance in zip(edits, chances, strict=True):
            for name in features(edit):
                slopes[name] -= chance
        for name in features(chosen):
            slopes[name] += 1
        return [round(slopes[name], 4) for name in self.names]

    def report(self, population: PopulationView) -> Report:
        rows = sorted(
            ((name, round(weight, 3)) for name, weight in self.weights.items()), key=lambda row: -row[1]
        )
        facts = (
            ("Results learned from", str(self.seen)),
            ("Mean gain over the parent", f"{self.mean:+.3f} of tan(accuracy × π / 2)"),
        )
        return Report(
            facts, (Table("What the controller prefers", ("Feature of an edit", "Weight"), tuple(rows)),)
        )


def feature_names(space: SearchSpace) -> tuple[str, ...]:
    """All features that edits of a space can have: their kind, their new operation, their edge. The later kinds stand
    last, so that shorter kept states mean the same."""
    names = list(EDIT_KINDS)
    for level in range(2, space.top + 1):
        names += [_operation(level, number) for number in range(1, 1 + len(space.operations(level)))]
        nodes = space.level(level).nodes
        names += [
            _edge(level, successor, predecessor)
            for successor in range(2, nodes + 1)
            for predecessor in range(1, successor)
        ]
    return (*names, *LATER_KINDS)


def features(edit: Edit) -> tuple[str, str, str]:
    """Those that it has."""
    made = edit.mutation
    return (
        edit.kind,
        _operation(made.level, made.new),
        _edge(made.level, made.successor, made.predecessor),
    )


def _operation(level: int, number: int) -> str:
    return f"level {level}, operation {number}"


def _edge(level: int, successor: int, predecessor: int) -> str:
    return f"level {level}, edge {predecessor}→{successor}"


def reward(fitness: float) -> float:
    """Grows faster the nearer the accuracy is to 1."""
    return math.tan(min(fitness, HIGHEST) * math.pi / 2)


def key_of(genotype: Genotype) -> str:
    """Short name of a genotype."""
    return hashlib.sha256(genotype.text.encode()).hexdigest()[:10]
