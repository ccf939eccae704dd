"""Random genotypes that are drawn once, though they are asked for twice: before a lock is taken, and behind it.

What a generator draws next follows from its state, so a draw is known by it. Pure Python.
"""

import random
import threading
from collections import OrderedDict

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SearchSpace

CHEAP_MUTATIONS = 4000
"""Five milliseconds."""
KEPT = 64
"""Draws remembered in this process, all of one or a few proposals."""

_known: "OrderedDict[object, tuple[Genotype, object]]" = OrderedDict()
_lock = threading.Lock()


def is_dear(mutations: int) -> bool:
    """Whether a draw takes so long that it is worth remembering, and no lock is held for it."""
    return mutations > CHEAP_MUTATIONS


def drawn_genotype(space: SearchSpace, rng: random.Random, *, mutations: int) -> Genotype:
    """As `random_genotype`, and the generator is where that leaves it."""
    if not is_dear(mutations):
        return random_genotype(space, rng, mutations=mutations)
    key = (space, mutations, rng.getstate())
    with _lock:
        known = _known.get(key)
    if known is None:
        genotype = random_genotype(space, rng, mutations=mutations)
        with _lock:
            _known[key] = genotype, rng.getstate()
            while len(_known) > KEPT:
                _known.popitem(last=False)
        return genotype
    genotype, after = known
    rng.setstate(after)  # type: ignore[arg-type]
    return genotype
