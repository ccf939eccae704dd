"""Random networks of equal size from several spaces: what a fair comparison of spaces trains.

Pure Python: must import neither Django nor torch.
"""

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from search.evolution.genotypes.draws import drawn_genotype
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.cost import network_cost, within_limit
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.evolution.strategies.settings import StrategyConfig

MUTATIONS: int = StrategyConfig.model_fields["initial_mutations"].default
"""Random mutations of each network, as in a search's initial population."""
DRAWN_AT_ONCE = 60
MOST_DRAWN = 900
"""Of each space: five seconds of drawing for two of them."""
TOO_FEW = (
    "only {found} of {wanted} networks of {spaces} have equal sizes within {tolerance:.6g} % among {drawn:,} of each; "
    "allow a larger difference, or take fewer networks"
)


@dataclass(frozen=True)
class Sized:
    """A random network and what it is matched by."""

    size: int
    """Parameters in the host."""
    genotype: Genotype


Group = tuple[Sized, ...]
"""One network of each space, all of about one size."""


@lru_cache(maxsize=32)
def matched_networks(
    spaces: tuple[str, ...], count: int, tolerance: float, host: Host, seed: int
) -> tuple[Group, ...]:
    """The `count` groups of most equal size, the smallest networks first. The largest network of a group has at most
    1 + `tolerance` times the parameters of its smallest. No network is there twice.

    Raises ValueError where so many are not found.
    """
    pools: list[dict[str, Sized]] = [{} for _ in spaces]
    generators = [random.Random(derive_seed("space study", name, seed)) for name in spaces]
    drawn, found = 0, list[Group]()
    while len(found) < count and drawn < MOST_DRAWN:
        for name, pool, rng in zip(spaces, pools, generators, strict=True):
            _draw(name, pool, rng, host)
        drawn += DRAWN_AT_ONCE
        found = groups([list(pool.values()) for pool in pools], tolerance)
    if len(found) < count:
        told = TOO_FEW.format(
            found=len(found),
            wanted=count,
            spaces=" and ".join(spaces),
            tolerance=100 * tolerance,
            drawn=drawn,
        )
        raise ValueError(told)
    return tuple(sorted(found[:count], key=_smallest))


def groups(pools: Sequence[Sequence[Sized]], tolerance: float) -> list[Group]:
    """The most equal ones first, no network in two of them.

    In turns each network of the first pool that is left asks for those of the others nearest to it in size, and the
    most equal of these groups are taken.

    >>> pools = [[Sized(n, None) for n in sizes] for sizes in ((10, 30, 50), (31, 52, 90))]
    >>> [[one.size for one in group] for group in groups(pools, 0.1)]
    [[30, 31], [50, 52]]
    """
    left = [sorted(pool, key=_size) for pool in pools]
    found: list[Group] = []
    while all(left):
        wanted = [(one, *(_nearest(pool, one.size) for pool in left[1:])) for one in left[0]]
        wanted = [group for group in wanted if _ratio(group) <= 1 + tolerance]
        taken: list[Group] = []
        used: set[int] = set()
        for group in sorted(wanted, key=_ratio):
            if used.isdisjoint(map(id, group)):
                used.update(map(id, group))
                taken.append(group)
        if not taken:
            break
        found += taken
        left = [[one for one in pool if id(one) not in used] for pool in left]
    return sorted(found, key=_ratio)


def _nearest(pool: Sequence[Sized], size: int) -> Sized:
    """Of a pool in the order of sizes."""
    place = bisect_left(pool, size, key=_size)
    return min(pool[max(0, place - 1) : place + 1], key=lambda one: abs(one.size - size))


def _size(one: Sized) -> int:
    return one.size


def _smallest(group: Group) -> int:
    return min(map(_size, group))


def _ratio(group: Group) -> float:
    """Of the largest to the smallest."""
    sizes = [one.size for one in group]
    return max(sizes) / min(sizes)


def _draw(name: str, pool: dict[str, Sized], rng: random.Random, host: Host) -> None:
    """As a search's initial population; a network that came up before, or builds none, is left out."""
    for _ in range(DRAWN_AT_ONCE):
        genotype = drawn_genotype(SPACES[name], rng, mutations=MUTATIONS)
        try:
            phenotype = build_phenotype(genotype)
        except Infeasible:
            continue
        if within_limit(phenotype, SPACES[name].max_parameters):
            size = network_cost(phenotype, host).parameters
            pool.setdefault(phenotype.key, Sized(size, genotype))
