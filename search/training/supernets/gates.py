"""Gates over the operations of every edge, shared by all uses of a motif and by all cells."""

import torch
from torch import Tensor, nn

from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.phenotype import Infeasible, builds_network
from search.training.supernets.choices import Gates, MotifPlace, edges_of, places_of

INITIAL = 1e-3
"""Standard deviation of the initial logits. Not zero: equal motifs would stay equal for ever."""


class GateLogits(nn.Module):
    """One row of logits [1 + operations] for each edge of each motif; column 0 is none."""

    def __init__(self, space: SearchSpace, generator: torch.Generator) -> None:
        super().__init__()
        self.space = space
        self.rows = nn.ParameterDict(
            {
                _name(place): nn.Parameter(
                    INITIAL
                    * torch.randn(
                        len(edges_of(space, place[0])),
                        1 + len(space.operations(place[0])),
                        generator=generator,
                    )
                )
                for place in places_of(space)
            }
        )

    def logits(self, place: MotifPlace) -> Tensor:
        found: Tensor = self.rows[_name(place)]
        return found

    def soft(self) -> Gates:
        """Softmax over the operations of an edge, none included."""
        return {place: self.logits(place).softmax(1) for place in places_of(self.space)}

    def sampled(self, temperature: float, generator: torch.Generator) -> tuple[Gates, Genotype]:
        """Gumbel softmax, straight through: forwards one-hot, backwards as the soft gates (Dong and Yang 2019,
        equation 5). Drawn again until the one-hot choices build a network."""
        for _ in range(1000):
            gates, picked = {}, {}
            for place in places_of(self.space):
                logits = self.logits(place)
                uniform = torch.rand(logits.shape, generator=generator).to(logits.device)
                noise = -(-(uniform.clamp_min(1e-20)).log()).clamp_min(1e-20).log()
                soft = ((logits.log_softmax(1) + noise) / temperature).softmax(1)
                index = soft.argmax(1)
                hard = nn.functional.one_hot(index, soft.shape[1]).to(soft.dtype)
                gates[place] = (hard - soft).detach() + soft
                picked[place] = index.tolist()
            genotype = genotype_of(self.space, picked)
            if builds_network(genotype):
                return gates, genotype
        raise Infeasible("a thousand draws from the gates built no network")

    def derived(self) -> Genotype:
        """The likeliest operation of every edge, none allowed; where that builds no network, the edges that could
        mend it are taken in order of what they lose."""
        picked = {place: self.logits(place).argmax(1).tolist() for place in places_of(self.space)}
        genotype = genotype_of(self.space, picked)
        return genotype if builds_network(genotype) else self._repaired(picked)

    def _repaired(self, picked: dict[MotifPlace, list[int]]) -> Genotype:
        changes = sorted(
            (float(row[picked[place][edge]] - row[operation]), place, edge, operation)
            for place in places_of(self.space)
            for edge, row in enumerate(self.logits(place).detach())
            for operation in range(1, len(row))
            if picked[place][edge] == NONE
        )
        for _, place, edge, operation in changes:
            if picked[place][edge] == NONE:
                picked[place][edge] = operation
                genotype = genotype_of(self.space, picked)
                if builds_network(genotype):
                    return genotype
        return trivial_genotype(self.space)

    def table(self) -> dict[str, list[list[float]]]:
        """The soft gates as numbers, by the motif's name."""
        return {
            self.space.motif_name(*place): [[round(value, 4) for value in row] for row in gates.tolist()]
            for place, gates in self.soft().items()
        }


def genotype_of(space: SearchSpace, picked: dict[MotifPlace, list[int]]) -> Genotype:
    """A genotype from the operation of every edge, edges as rows of the gates."""
    levels = []
    for level in range(2, space.top + 1):
        motifs = []
        for slot in range(1, space.level(level).motifs + 1):
            values = iter(picked[level, slot])
            nodes = space.level(level).nodes
            motifs.append(tuple(tuple(next(values) for _ in range(node - 1)) for node in range(2, nodes + 1)))
        levels.append(tuple(motifs))
    return Genotype(space, tuple(levels))


def _name(place: MotifPlace) -> str:
    return f"{place[0]}_{place[1]}"
