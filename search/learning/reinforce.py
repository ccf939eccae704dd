"""REINFORCE over edge decisions (Zoph & Le 2016, "NAS-RL"; methods B1). Needs numpy.

The controller is `search.learning.edge_policy`, not the paper's LSTM. Kept from the paper: the policy gradient with a
moving baseline, here corrected for its start at zero; networks that may become deeper as the search goes on, where the
settings say so: every motif begins with one open inner node and gets one more after so many networks, where the paper
adds two layers after each 1,600. Departs from it: choices that would lead nowhere are masked
inside the log-probability instead of being drawn again, which would bias the gradient; failed networks are left out of
a batch; only what this strategy proposed itself is learned from.
"""

import io
import random
from collections.abc import Sequence

import numpy as np

from search.evolution.strategies.reinforce import ReinforceConfig
from search.learning.base import Idea, Learner, Observation, Report, Tick
from search.learning.edge_decisions import decisions_of, edge_index
from search.learning.edge_policy import EdgePolicy, Logits, Place, array_name, entropy_slope


class Reinforce(Learner[ReinforceConfig]):
    """A table of logits, one row an edge, and the moving average of the reward."""

    def load(self, content: bytes | None) -> None:
        self.policy = EdgePolicy(self.space)
        self.mean, self.seen = 0.0, 0
        self.opened: list[int] = []
        """Inner nodes that were open when each version drew, from the first on; 0 where all are."""
        if content is not None:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                for place in self.policy.logits:
                    self.policy.logits[place] = stored[array_name(place)]
                self.mean, self.seen = float(stored["mean"]), int(stored["seen"])
                self.opened = stored["opened"].tolist() if "opened" in stored else []

    def state(self) -> bytes:
        file = io.BytesIO()
        arrays = {array_name(place): logits for place, logits in self.policy.logits.items()}
        opened = {"opened": np.array(self.opened, dtype=np.int64)} if self.opened else {}
        np.savez(file, mean=self.mean, seen=self.seen, **opened, **arrays)  # type: ignore[arg-type]
        return file.getvalue()

    @property
    def baseline(self) -> float:
        """The moving average of the reward, corrected for its start at zero."""
        return self.mean / (1 - self.config.baseline_decay**self.seen) if self.seen else 0.0

    def update(self, observations: Sequence[Observation], rng: random.Random, tick: Tick) -> None:
        """One step up the gradient for the whole batch."""
        batch = [row for row in observations if row.version is not None]
        gradient = self.policy.zeros()
        for row in batch:
            tick()
            advantage = row.fitness - self.baseline if self.seen else 0.0
            for place, index, slope in self._slopes(row, advantage):
                gradient[place][index] += slope
            self.mean += (1 - self.config.baseline_decay) * (row.fitness - self.mean)
            self.seen += 1
        for place, slope in gradient.items():
            self.policy.logits[place] += self.config.learning_rate * slope
        if self.config.deepen_after:
            self.opened.append(1 + self.seen // self.config.deepen_after)

    @property
    def inner(self) -> int | None:
        """Inner nodes of a motif that are open now; None: all."""
        return self.opened[-1] if self.opened else None

    def _inner_of(self, version: int | None) -> int | None:
        """Those that were open when a version drew: what it could not choose is not what it is rewarded for."""
        if not self.opened or version is None:
            return None
        return self.opened[min(version, len(self.opened)) - 1]

    def _slopes(self, row: Observation, advantage: float) -> list[tuple[Place, int, Logits]]:
        """For each decision the gradient of its log-probability times the advantage, and of its entropy."""
        found = []
        for decision, chosen in decisions_of(row.genotype, self._inner_of(row.version)):
            chances = self.policy.chances(decision)
            slope = -chances * advantage
            slope[chosen] += advantage
            slope += self.config.entropy_bonus * entropy_slope(chances)
            found.append(((decision.level, decision.motif), edge_index(decision), slope))
        return found

    def propose(self, count: int, rng: random.Random, tick: Tick) -> list[Idea]:
        return self.policy.ideas(count, self.accept, rng, tick, self.inner)

    def report(self) -> Report:
        entropy = self.policy.entropy()
        most = max(self.space.level(level).nodes for level in range(2, self.space.top + 1)) - 2
        inner = min(self.inner, most) if self.inner else most
        depth = (("Open inner nodes", f"{inner} of {most} a motif"),) if self.inner else ()
        return Report(
            facts=(
                ("Own networks", f"{self.seen} learned from"),
                ("Baseline", f"{100 * self.baseline:.2f} %"),
                ("Entropy", f"{entropy:.3f} nats a choice"),
                *depth,
            ),
            tables=self.policy.tables(),
            numbers={"entropy": entropy, "baseline": self.baseline}
            | ({"inner_nodes": float(inner)} if depth else {}),
        )
