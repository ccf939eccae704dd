"""Networks that a learner has seen or proposed, so that it proposes each once. Pure Python."""

from collections.abc import Callable, Iterable

from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.learning.base import Accept, Tick

MOST_KNOWN = 20_000
"""The latest ones; 16 characters each."""
MOST_DRAWS = 100
"""Genotypes drawn for one draft before a network that is known already is proposed again, or none."""
KEY_DIGITS = 16


class KnownNetworks:
    """Their keys, in the order in which they became known."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = dict.fromkeys(keys)

    def add(self, genotype: Genotype) -> str:
        """Its network's key; empty where it builds none."""
        key = network_key(genotype)
        if key:
            self._keys[key] = None
        if len(self._keys) > MOST_KNOWN:
            del self._keys[next(iter(self._keys))]
        return key

    def __contains__(self, genotype: Genotype) -> bool:
        return network_key(genotype) in self._keys

    def keys(self) -> list[str]:
        return list(self._keys)

    def fresh(self, draw: Callable[[], Genotype], accept: Accept, tick: Tick) -> Genotype | None:
        """The first acceptable draw whose network is not known, else the last acceptable one, as in a space that is
        used up; None where none was acceptable."""
        last = None
        for _ in range(MOST_DRAWS):
            tick()
            genotype = draw()
            if not accept(genotype):
                continue
            last = genotype
            if genotype not in self:
                break
        if last is not None:
            self.add(last)
        return last


def network_key(genotype: Genotype) -> str:
    """Equal for genotypes that build the same network; empty for one that builds none."""
    try:
        return build_phenotype(genotype).key[:KEY_DIGITS]
    except Infeasible:
        return ""
