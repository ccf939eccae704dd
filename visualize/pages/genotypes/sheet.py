"""Appendix sheet: the cell and its motifs with their matrices in the paper's notation, for paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.models import Genotype as GenotypeRow
from visualize.pages.genotypes.hierarchy import Card, hierarchy
from visualize.templatetags.drawings import engine_genotype

Context = dict[str, Any]


@dataclass(frozen=True)
class PaperMatrix:
    """G of one motif as the paper writes it (methods A1): row i, the successor; column j, the predecessor."""

    motif: int
    level: int
    rows: tuple[tuple[int | None, ...], ...]
    """Square: k where the edge carries operation k of the level below, 0 for none, None on and above the diagonal."""

    @property
    def below(self) -> int:
        """Level of the operations that its entries number."""
        return self.level - 1


@dataclass(frozen=True)
class Figure:
    """One motif of the sheet."""

    card: Card
    matrix: PaperMatrix


@dataclass(frozen=True)
class SheetLevel:
    level: int
    figures: tuple[Figure, ...]


def sheet_context(row: GenotypeRow) -> Context:
    subject = engine_genotype(row)
    found = hierarchy(subject, {})
    return {
        "section": "experiments",
        "genotype": row,
        "cells": [_figure(subject, card) for card in found.cells],
        "levels": [
            SheetLevel(level.level, tuple(_figure(subject, card) for card in level.cards))
            for level in found.rows
        ],
        "primitives": [
            (number, primitive(name).label, primitive(name).description)
            for number, name in enumerate(subject.space.primitives, start=1)
        ],
        **_cost(subject),
    }


def paper_matrix(genotype: Genotype, level: int, slot: int) -> PaperMatrix:
    """Of motif `slot` of a level.

    >>> from search.evolution.genotypes.published import PUBLISHED
    >>> paper_matrix(PUBLISHED["liu2018"].genotype, 2, 1).rows[2]
    (1, 2, None, None)
    """
    motif = genotype.motif(level, slot)
    nodes = genotype.space.level(level).nodes
    return PaperMatrix(
        slot, level, tuple(tuple(given) + (None,) * (nodes - len(given)) for given in ((), *motif))
    )


def _figure(genotype: Genotype, card: Card) -> Figure:
    return Figure(card, paper_matrix(genotype, card.level, card.slot))


def _cost(genotype: Genotype) -> Mapping[str, int]:
    """In the paper's small host; nothing of a genotype that builds no network."""
    try:
        cost = network_cost(build_phenotype(genotype), Host())
    except Infeasible:
        return {}
    return {"parameters": cost.parameters, "multiply_adds": cost.multiply_adds}
