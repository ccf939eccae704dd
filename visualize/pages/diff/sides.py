"""One side of the comparison: finds a genotype from an individual, key or text."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from search import models, selectors
from search.evolution.genotypes.genotype import Genotype, GenotypeError, parse_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.preview import why_no_network
from search.selectors import networks
from visualize.templatetags.drawings import engine_genotype

LARGEST_ID = 2**31
"""Beyond it no row can be; SQLite and PostgreSQL refuse larger numbers in their own ways."""

_INDIVIDUAL = re.compile(r"(?:^|/experiments/)(\d{1,10})\s*(?:/individuals/|/)\s*#?(\d{1,10})(?:/.*)?$")
_GENOTYPE = re.compile(r"(?:^|/genotypes/)([0-9a-f]{32})(?:/.*)?$")


class NoSuchSide(ValueError):
    """A text that names no genotype here: says why, and what would be right."""


@dataclass(frozen=True)
class Side:
    """A genotype to compare: as an individual of an experiment, or on its own."""

    text: str
    """As it stands in an address."""
    genotype: Genotype
    name: str
    href: str
    """Its page; empty when it has none."""
    individual: models.Individual | None = None

    @cached_property
    def phenotype(self) -> Phenotype | None:
        """None: it builds no network."""
        try:
            return build_phenotype(self.genotype)
        except Infeasible:
            return None

    @property
    def no_network(self) -> str:
        """Why it builds none; empty where it does."""
        return why_no_network(self.genotype)


def read_side(text: str) -> Side:
    """`12/345` (experiment and step), a genotype's key, an address of either, a published cell's name, or the
    genotype itself as text or JSON.

    Raises NoSuchSide.
    """
    text = text.strip()
    if match := _INDIVIDUAL.search(text):
        return _individual(int(match[1]), int(match[2]))
    if match := _GENOTYPE.search(text):
        return _stored(match[1])
    if text in PUBLISHED:
        return Side(text, PUBLISHED[text].genotype, PUBLISHED[text].title, "")
    try:
        genotype = parse_genotype(text)
    except GenotypeError as fault:
        if ":" in text:  # meant as a genotype
            raise NoSuchSide(f"{_short(text)} is no genotype: {fault}.") from None
        raise NoSuchSide(
            f"{_short(text)} is nothing that can be compared. Write EXPERIMENT/STEP, such as 12/345, a genotype’s "
            f"key of 32 digits, {' or '.join(PUBLISHED)}, or a genotype as text."
        ) from None
    return Side(genotype.text, genotype, f"Genotype {genotype.key[:8]}", "")


def individual_side(row: models.Individual) -> Side:
    """A row that was fetched with its genotype and experiment."""
    return Side(
        text=f"{row.experiment_id}/{row.step}",
        genotype=engine_genotype(row.genotype),
        name=f"#{row.step}",
        href=reverse("individual", args=[row.experiment_id, row.step]),
        individual=row,
    )


def _individual(experiment_id: int, step: int) -> Side:
    try:
        if max(experiment_id, step) >= LARGEST_ID:
            raise models.Individual.DoesNotExist
        return individual_side(selectors.individual(experiment_id, step))
    except models.Individual.DoesNotExist:
        raise NoSuchSide(f"Experiment {experiment_id} has no individual #{step}.") from None


def _stored(key: str) -> Side:
    try:
        row = networks.genotype_by_key(key)
    except models.Genotype.DoesNotExist:
        raise NoSuchSide(f"No genotype with the key {key} was ever proposed here.") from None
    return Side(row.key, engine_genotype(row), f"Genotype {row.key[:8]}", reverse("genotype", args=[row.key]))


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
