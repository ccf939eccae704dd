"""What a search space holds: its size, what a random network of it costs, and the skeleton of each level."""

import random
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from django.utils.safestring import SafeString

from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from visualize.drawings import motif_drawing
from visualize.render import DrawingFailed, TooLarge, page_svg
from visualize.style.formats import count

SAMPLES = 12
"""Random networks whose parameters are counted: a few milliseconds each."""
SAMPLED_UP_TO = 400
"""Operations of the largest network, beyond which none are drawn while somebody types."""
DRAWN_UP_TO = 12
"""Nodes that still stand in one row."""
DRAWN_LEVELS = 4


@dataclass(frozen=True)
class LevelSkeleton:
    """One level: how many motifs, and every place where one may have an edge."""

    label: str
    said: str
    svg: SafeString | None
    """None: too wide to draw."""


@dataclass(frozen=True)
class ParameterRange:
    """Over random networks of the space."""

    least: int
    middle: int
    most: int
    networks: int


@dataclass(frozen=True)
class SpaceSummary:
    genotypes: str
    genes: int
    """Edges over all motifs: what a mutation can change."""
    operations: int
    """Of the largest network."""
    levels: tuple[LevelSkeleton, ...]
    parameters: ParameterRange | None
    host: Host


def space_summary(space: SearchSpace, host: Host, *, seed: int = 0) -> SpaceSummary:
    skeleton = trivial_genotype(space)
    return SpaceSummary(
        genotypes=genotype_count(space),
        genes=space.genes,
        operations=space.expanded_edges,
        levels=tuple(_level(skeleton, level) for level in range(space.top, 1, -1)[:DRAWN_LEVELS]),
        parameters=_parameters(space, host, seed),
        host=host,
    )


def genotype_count(space: SearchSpace) -> str:
    """`4,096` or `1.4 × 10^34`: each edge of each motif carries one of its level's operations, or nothing."""
    number = 1
    for level, shape in enumerate(space.levels, start=2):
        number *= (len(space.operations(level)) + 1) ** (shape.motifs * shape.edges)
    if number < 1_000_000:
        return count(number)
    power = len(str(number)) - 1
    first = Fraction(number, 10**power)
    return f"{float(first):.1f} × 10^{power}"


def _level(skeleton: Genotype, level: int) -> LevelSkeleton:
    shape = skeleton.space.level(level)
    is_cell = level == skeleton.space.top
    motifs = "one motif" if shape.motifs == 1 else f"{shape.motifs} motifs"
    cell = "The normal and the reduction cell" if skeleton.space.reduction_cell else "The cell"
    edges = f"{shape.edges} possible edge{'' if shape.edges == 1 else 's'}"
    operations = len(skeleton.space.operations(level))
    kind = "primitives" if level == 2 else "motifs of the level below"
    choices = f"each carries one of {operations} {kind}, or nothing"
    return LevelSkeleton(
        label=cell if is_cell else f"Level {level}",
        said=f"{motifs} of {shape.nodes} nodes, {edges}{'' if shape.motifs == 1 else ' each'}; {choices}",
        svg=_drawn(skeleton, level) if shape.nodes <= DRAWN_UP_TO else None,
    )


def _drawn(skeleton: Genotype, level: int) -> SafeString | None:
    try:
        return page_svg(motif_drawing(skeleton, level, 1, fixed=True), prefix="skeleton-")
    except (TooLarge, DrawingFailed):
        return None


def _parameters(space: SearchSpace, host: Host, seed: int) -> ParameterRange | None:
    if space.expanded_edges > SAMPLED_UP_TO:
        return None
    rng = random.Random(seed)
    found: list[int] = []
    for _ in range(SAMPLES):
        try:
            phenotype = build_phenotype(random_genotype(space, rng))
        except Infeasible:
            continue
        found.append(network_cost(phenotype, host).parameters)
    return ParameterRange(min(found), int(median(found)), max(found), len(found)) if found else None
