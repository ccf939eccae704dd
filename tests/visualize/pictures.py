"""Genotypes to draw, and a way to look into a drawing."""

import random
import xml.etree.ElementTree as ET

from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES, LevelShape, SearchSpace

PAPER = PUBLISHED["liu2018"].genotype
FOUR_LEVELS = SearchSpace(
    levels=(LevelShape(motifs=2, nodes=3), LevelShape(motifs=8, nodes=3), LevelShape(motifs=1, nodes=4))
)


def some_genotype(space: str | SearchSpace = "hierarchical", seed: int = 1) -> Genotype:
    shape = SPACES[space] if isinstance(space, str) else space
    return random_genotype(shape, random.Random(seed), mutations=300)


def with_dead_parts() -> Genotype:
    """The cell's edge 1 → 3 leads nowhere; M1 is used, M2 only on that edge, M3 to M6 not at all."""
    chain = "6.06.006"
    return parse_genotype(f"hierarchical:{'-'.join([chain] * 6)}:1.20.000.1000")


def disconnected() -> Genotype:
    """No way leads from the cell's in to its out."""
    return parse_genotype("hierarchical:" + "-".join(["6.06.006"] * 6) + ":1.00.000.0000")


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg.encode())


def by_id(svg: str) -> dict[str, ET.Element]:
    return {element.get("id", ""): element for element in parsed(svg).iter() if element.get("id")}


def classes(element: ET.Element) -> set[str]:
    return set(element.get("class", "").split())


def geometry(element: ET.Element) -> list[tuple[str, ...]]:
    """Where everything in it stands, whatever it looks like; a pill's width follows its text."""
    names = ("d", "points", "cx", "cy", "r", "y")
    places = [tuple(shape.get(name, "") for name in names) for shape in element.iter()]
    return [place for place in places if any(place)]
