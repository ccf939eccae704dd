"""SMASH: random networks with emitted weights, then a search by their scores (Brock et al. 2017)."""

import random
from collections.abc import Sequence
from typing import Any

import torch

from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.cost import network_cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype, builds_network
from search.training.supernets.choices import Choices, MotifPlace, choices_of, edges_of, places_of
from search.training.supernets.gates import genotype_of
from search.training.supernets.methods import Batch, Method, Score, Setting, uniform_genotype
from search.training.supernets.rates import falling

BETAS, EPSILON = (0.5, 0.999), 1e-4
"""Of Adam, as published."""
GENE_CHANCE = 0.05
"""Of each gene to be drawn anew in a perturbation and in a step of the walk."""
LATER_SHARE = 5
"""As published: 500 random networks, then 100 perturbations of the best, then 100 steps of a walk."""
SIZES = 100
"""Random networks whose parameters tell what is small, where sizes grow."""
SMALLEST_SHARE = 0.1
"""Of all networks those that the first step is drawn from, where sizes grow; all from half of the steps on."""
DRAWS = 100
"""Until one within the budget is found; then the smallest of them is taken."""
LOOKS = 4
"""Random networks, and as many perturbations of the best so far, scored after each epoch."""


class Smash(Method):
    """Each step one random network, whose weights the hypernetwork emits."""

    emits = True

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        hypernetwork = self.supernet.hypernetwork
        assert hypernetwork is not None
        self.optimizer = torch.optim.Adam(
            hypernetwork.parameters(), lr=self.config.gate_learning_rate, betas=BETAS, eps=EPSILON
        )
        self.best: Genotype | None = None
        self._sizes = self._drawn_sizes() if self.config.growing_sizes else []

    def step(self, batch: Batch, other: Batch | None, done: float) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.gate_learning_rate * falling(done)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.train_weights(batch, self.choose(done))
        self.optimizer.step()
        return loss

    def choose(self, done: float) -> Choices:
        return choices_of(self.drawn(done))

    def drawn(self, done: float) -> Genotype:
        """A random network, within the budget of size where sizes grow."""
        budget = size_budget(self._sizes, done)
        drawn: list[tuple[int, Genotype]] = []
        while len(drawn) < DRAWS:
            genotype = uniform_genotype(self.config.space, self.setting.rng)
            if budget is None:
                return genotype
            drawn.append((self._parameters(genotype), genotype))
            if drawn[-1][0] <= budget:
                break
        return min(drawn, key=lambda row: row[0])[1]

    def _drawn_sizes(self) -> list[int]:
        """The same at every start, and without a draw of the training's own."""
        rng = random.Random(derive_seed("sizes", self.config.seed))
        return sorted(self._parameters(uniform_genotype(self.config.space, rng)) for _ in range(SIZES))

    def _parameters(self, genotype: Genotype) -> int:
        return network_cost(build_phenotype(genotype), self.supernet.host).parameters

    def look(self, score: Score) -> None:
        """The best so far is held against some random networks and some perturbations of it."""
        rng, space = self.setting.rng, self.config.space
        found = [uniform_genotype(space, rng) for _ in range(LOOKS)]
        if self.best is not None:
            found += [self.best, *(perturbed(self.best, rng) for _ in range(LOOKS))]
        self.best = max(found, key=score)

    def derived(self) -> Genotype | None:
        return self.best

    def proposals(self, count: int, score: Score) -> list[Genotype]:
        """Random networks are ranked, the best is perturbed, and a walk begins at the best of these."""
        rng, later = self.setting.rng, max(1, count // LATER_SHARE)
        found = super().proposals(count, score)
        self.best = max(found + ([self.best] if self.best else []), key=score)
        found += [perturbed(self.best, rng) for _ in range(later)]
        self.best = max([self.best, *found[-later:]], key=score)
        for _ in range(later):
            found.append(perturbed(self.best, rng))
            if score(found[-1]) > score(self.best):
                self.best = found[-1]
        return found

    def state(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer.state_dict(), "best": self.best.text if self.best else ""}

    def restore(self, state: dict[str, Any]) -> None:
        self.optimizer.load_state_dict(state["optimizer"])
        self.best = parse_genotype(state["best"]) if state["best"] else None


def size_budget(sizes: Sequence[int], done: float) -> int | None:
    """Most parameters of a network after that share of the steps; `sizes` of random networks, ascending. None: any.

    >>> [size_budget(range(1, 101), done) for done in (0.0, 0.25, 0.4, 0.5)], size_budget([], 0.0)
    ([10, 55, 82, None], None)
    """
    share = SMALLEST_SHARE + 2 * done * (1 - SMALLEST_SHARE)
    return sizes[round(share * len(sizes)) - 1] if sizes and share < 1 else None


def perturbed(genotype: Genotype, rng: random.Random) -> Genotype:
    """Each gene drawn anew with probability GENE_CHANCE, at least one of them changed; it builds a network."""
    space, before = genotype.space, _genes(genotype)
    while True:
        picked = {
            place: [
                rng.randrange(1 + len(space.operations(place[0]))) if rng.random() < GENE_CHANCE else gene
                for gene in genes
            ]
            for place, genes in before.items()
        }
        if picked == before:
            continue
        found = genotype_of(space, picked)
        if builds_network(found):
            return found


def _genes(genotype: Genotype) -> dict[MotifPlace, list[int]]:
    space: SearchSpace = genotype.space
    return {
        place: [genotype.edge(*place, *ends) for ends in edges_of(space, place[0])]
        for place in places_of(space)
    }
