"""The controller of ENAS: a recurrent network that draws genotypes, trained by REINFORCE (Pham et al. 2018)."""

import torch
from torch import Tensor, nn

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.phenotype import builds_network
from search.training.supernets.choices import MotifPlace, edges_of, places_of
from search.training.supernets.gates import genotype_of

HIDDEN = 100
TANH = 1.1
"""Logits are bounded to it, so that no draw becomes certain early."""
ENTROPY_WEIGHT = 1e-4
BASELINE_DECAY = 0.999
FIRST_BASELINE_DECAY = 0.9
"""While the first rewards come in: at 0.999 the baseline of a short training would stay near nothing."""


class Controller(nn.Module):
    """Draws the top level's edges first, then the motifs of the levels below."""

    def __init__(self, space: SearchSpace, generator: torch.Generator) -> None:
        super().__init__()
        self.space = space
        self.order: list[MotifPlace] = sorted(places_of(space), key=lambda place: (-place[0], place[1]))
        most = max(1 + len(space.operations(place[0])) for place in self.order)
        self.cell = nn.LSTMCell(HIDDEN, HIDDEN)
        self.tokens = nn.Embedding(1 + most, HIDDEN)
        self.heads = nn.ModuleDict(
            {
                str(level): nn.Linear(HIDDEN, 1 + len(space.operations(level)))
                for level in range(2, space.top + 1)
            }
        )
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-0.1, 0.1, generator=generator)

    def draw(self, generator: torch.Generator) -> tuple[Genotype, Tensor, Tensor]:
        """(genotype, log probability, entropy), drawn again until it builds a network."""
        while True:
            picked, logarithm, entropy = self._draw(generator)
            genotype = genotype_of(self.space, picked)
            if builds_network(genotype):
                return genotype, logarithm, entropy

    def likeliest(self) -> dict[MotifPlace, list[list[float]]]:
        """Probabilities of every edge along the likeliest draw, for people."""
        with torch.no_grad():
            found: dict[MotifPlace, list[list[float]]] = {}
            self._draw(None, found)
        return found

    def _draw(
        self, generator: torch.Generator | None, seen: dict[MotifPlace, list[list[float]]] | None = None
    ) -> tuple[dict[MotifPlace, list[int]], Tensor, Tensor]:
        state = (torch.zeros(1, HIDDEN), torch.zeros(1, HIDDEN))
        token = torch.zeros(1, dtype=torch.int64)
        logarithm, entropy = torch.zeros(()), torch.zeros(())
        picked: dict[MotifPlace, list[int]] = {}
        for place in self.order:
            for _ in edges_of(self.space, place[0]):
                state = self.cell(self.tokens(token), state)
                logits = TANH * torch.tanh(self.heads[str(place[0])](state[0]))
                probabilities = logits.softmax(1)
                drawn = (
                    probabilities.argmax(1)
                    if generator is None
                    else torch.multinomial(probabilities.detach(), 1, generator=generator)[0]
                )
                logarithm = logarithm + probabilities[0, drawn[0]].log()
                entropy = entropy - (probabilities * probabilities.log()).sum()
                picked.setdefault(place, []).append(int(drawn))
                if seen is not None:
                    seen.setdefault(place, []).append(
                        [round(value, 4) for value in probabilities[0].tolist()]
                    )
                token = drawn + 1
        return picked, logarithm, entropy


class Baseline:
    """A moving average of rewards."""

    def __init__(self) -> None:
        self.value = 0.0
        self.count = 0

    def advantage(self, reward: float) -> float:
        """What the reward is above the average so far, which then takes it in."""
        before = self.value if self.count else reward
        decay = FIRST_BASELINE_DECAY if self.count < 100 else BASELINE_DECAY
        self.value = reward if not self.count else decay * self.value + (1 - decay) * reward
        self.count += 1
        return reward - before
