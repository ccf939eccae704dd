"""Proximal policy optimisation over edge decisions (Zoph et al. 2017, "NASNet"; Schulman et al. 2017; methods B2).
Needs numpy.

Kept from the papers: the clipped objective, summed over the choices of a network,

    min(r A, clip(r, 1 - c, 1 + c) A) + bonus x entropy,    r = p(choice) / p_drawn(choice)

with the probabilities p_drawn of the version that drew it, several passes of Adam over each batch, a moving baseline.
gamma is 1: the reward comes once, at the end, and a discount would leave an early choice of 46 with a tenth of it.
Departs from them: a table of logits (`search.learning.edge_policy`) instead of the LSTM, so no value network either,
and each pass takes the whole batch; impossible choices are masked inside the probabilities; the baseline is corrected
for its start at zero; the batch's advantages are divided by their spread, as most implementations do, so that the clip
is met; failed networks are left out of a batch; only what this strategy proposed itself is learned from.
"""

import io
import random
from collections.abc import Sequence

import numpy as np

from search.evolution.strategies.ppo import PpoConfig
from search.evolution.strategies.report import per_cent
from search.learning.base import Idea, Learner, Observation, Report, Tick
from search.learning.edge_decisions import Decision, decisions_of, edge_index
from search.learning.edge_policy import EdgePolicy, Logits, Place, array_name, entropy, entropy_slope

DECAYS = (0.9, 0.999)
"""Of Adam's first and second moments."""
TINY = 1e-8
REMEMBERED = 4
"""Versions whose probabilities are kept; what was drawn before them counts as drawn by the oldest of these."""

Sample = tuple[list[tuple[Decision, int, float]], float]
"""The decisions of one network with what was chosen and how likely that was when it was drawn; its advantage."""


class Ppo(Learner[PpoConfig]):
    """A table of logits with Adam's moments, the policies of the last versions, and the moving average."""

    def load(self, content: bytes | None) -> None:
        self.policy = EdgePolicy(self.space)
        self.first, self.second = self.policy.zeros(), self.policy.zeros()
        self.drawn_by: dict[int, EdgePolicy] = {}
        self.mean, self.seen, self.steps, self.version, self.clipped = 0.0, 0, 0, 0, 0.0
        if content is None:
            return
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            self.mean, self.seen, self.steps, self.version = (
                float(stored["mean"]), int(stored["seen"]), int(stored["steps"]), int(stored["version"])
            )  # fmt: skip
            for version in map(int, stored["versions"]):
                self.drawn_by[version] = EdgePolicy(self.space)
            for place in self.policy.logits:
                name = array_name(place)
                self.policy.logits[place] = stored[name]
                self.first[place], self.second[place] = stored[f"{name}_first"], stored[f"{name}_second"]
                for version, policy in self.drawn_by.items():
                    policy.logits[place] = stored[f"{name}_version{version}"]

    def state(self) -> bytes:
        arrays: dict[str, Logits] = {}
        for place, logits in self.policy.logits.items():
            name = array_name(place)
            arrays |= {name: logits, f"{name}_first": self.first[place], f"{name}_second": self.second[place]}
            arrays |= {f"{name}_version{v}": policy.logits[place] for v, policy in self.drawn_by.items()}
        file = io.BytesIO()
        numbers = {"mean": self.mean, "seen": self.seen, "steps": self.steps, "version": self.version}
        np.savez(file, versions=list(self.drawn_by), **numbers, **arrays)  # type: ignore[arg-type]
        return file.getvalue()

    @property
    def baseline(self) -> float:
        """The moving average of the reward, corrected for its start at zero."""
        return self.mean / (1 - self.config.baseline_decay**self.seen) if self.seen else 0.0

    def update(self, observations: Sequence[Observation], rng: random.Random, tick: Tick) -> None:
        """Several steps up the clipped objective of the whole batch."""
        self.version += 1
        batch = [row for row in observations if row.version is not None]
        samples = self.samples(batch)
        for _ in range(self.config.passes if samples else 0):
            tick()
            self._climb(self.gradient(samples))
        self.drawn_by[self.version] = EdgePolicy(self.space)
        self.drawn_by[self.version].logits = {place: row.copy() for place, row in self.policy.logits.items()}
        self.drawn_by = {v: policy for v, policy in self.drawn_by.items() if v > self.version - REMEMBERED}

    def samples(self, batch: Sequence[Observation]) -> list[Sample]:
        """The batch as the objective sees it; moves the baseline on."""
        samples, rewards = [], [row.fitness for row in batch]
        spread = float(np.std(rewards)) if len(batch) > 1 else 0.0
        centre = self.baseline if self.seen else float(np.mean(rewards)) if rewards else 0.0
        for row in batch:
            nearest = max(row.version or 0, min(self.drawn_by, default=0))
            policy = self.drawn_by.get(nearest, self.policy)
            taken = [
                (decision, chosen, float(policy.chances(decision)[chosen]))
                for decision, chosen in decisions_of(row.genotype)
            ]
            samples.append((taken, (row.fitness - centre) / max(spread, 1e-4)))
            self.mean += (1 - self.config.baseline_decay) * (row.fitness - self.mean)
            self.seen += 1
        return samples

    def objective(self, samples: Sequence[Sample]) -> float:
        """What `gradient` climbs: the mean over networks."""
        total = 0.0
        for taken, advantage in samples:
            for decision, chosen, drawn in taken:
                chances = self.policy.chances(decision)
                ratio = float(chances[chosen]) / drawn
                clipped = min(max(ratio, 1 - self.config.clip), 1 + self.config.clip)
                total += min(ratio * advantage, clipped * advantage)
                total += self.config.entropy_bonus * entropy(chances)
        return total / len(samples)

    def gradient(self, samples: Sequence[Sample]) -> dict[Place, Logits]:
        """Of `objective` with respect to the logits. Where the clip holds it is that of the entropy alone."""
        slopes, clipped, choices = self.policy.zeros(), 0, 0
        for taken, advantage in samples:
            for decision, chosen, drawn in taken:
                chances = self.policy.chances(decision)
                ratio = float(chances[chosen]) / drawn
                slope = self.config.entropy_bonus * entropy_slope(chances)
                choices += 1
                if (ratio - 1) * np.sign(advantage) > self.config.clip:
                    clipped += 1
                else:
                    slope -= ratio * advantage * chances
                    slope[chosen] += ratio * advantage
                slopes[decision.level, decision.motif][edge_index(decision)] += slope / len(samples)
        self.clipped = clipped / max(1, choices)
        return slopes

    def _climb(self, gradient: dict[Place, Logits]) -> None:
        """One step of Adam, upwards."""
        self.steps += 1
        one, two = DECAYS
        for place, slope in gradient.items():
            self.first[place] = one * self.first[place] + (1 - one) * slope
            self.second[place] = two * self.second[place] + (1 - two) * slope**2
            direction = self.first[place] / (1 - one**self.steps)
            size = np.sqrt(self.second[place] / (1 - two**self.steps)) + TINY
            self.policy.logits[place] += self.config.learning_rate * direction / size

    def propose(self, count: int, rng: random.Random, tick: Tick) -> list[Idea]:
        return self.policy.ideas(count, self.accept, rng, tick)

    def report(self) -> Report:
        entropy = self.policy.entropy()
        return Report(
            facts=(
                ("Own networks", f"{self.seen} learned from, in {self.steps} steps"),
                ("Baseline", per_cent(self.baseline) if self.seen else "none yet"),
                ("Entropy", f"{entropy:.3f} nats a choice"),
                ("Clipped", f"{100 * self.clipped:.1f} % of the choices in the last step"),
            ),
            tables=self.policy.tables(),
            numbers={"entropy": entropy, "baseline": self.baseline, "clipped": self.clipped},
        )
