"""Starting points of an edit: individual, genotype, published cell, preset, trivial genotype, pasted text."""

import random
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.foreign import import_cell
from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.reference_cells import REFERENCES
from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.networks.hashing import derive_seed
from search.evolution.strategies import make_strategy
from search.evolution.strategies.feasibility import is_acceptable
from search.models import Experiment, Individual
from search.models import Genotype as GenotypeRow
from search.selectors.previews import custom_spaces
from visualize.templatetags.drawings import engine_genotype

SHORT = 1200
"""Characters of a genotype's text that still go into an address; a longer one travels in forms alone."""


@dataclass(frozen=True)
class Start:
    """What is copied. The original never changes."""

    genotype: Genotype
    name: str
    """As in `2 changes from …`."""
    address: str
    """Of the editor that begins here, without what was changed."""
    href: str = ""
    """The page of the original."""
    experiment: Experiment | None = None
    step: int | None = None
    preset: str = ""
    """Whose protocol numbers are counted in when no experiment is chosen."""
    pasted: str = ""
    """The text, when it is too long for the address."""
    notes: tuple[str, ...] = ()
    """How the genotype differs from what was pasted, a cell of another space."""


def of_individual(row: Individual) -> Start:
    return Start(
        genotype=engine_genotype(row.genotype),
        name=f"#{row.step}",
        address=reverse("individual_edit", args=[row.experiment_id, row.step]),
        href=reverse("individual", args=[row.experiment_id, row.step]),
        experiment=row.experiment,
        step=row.step,
    )


def of_genotype(row: GenotypeRow) -> Start:
    return Start(
        genotype=engine_genotype(row),
        name=f"genotype {row.key[:8]}",
        address=reverse("genotype_edit", args=[row.key]),
        href=reverse("genotype", args=[row.key]),
    )


def of_text(text: str) -> Start:
    """Raises GenotypeError."""
    imported = import_cell(text)
    genotype = imported.genotype
    short = len(genotype.text) <= SHORT
    address = reverse("editor")
    return Start(
        genotype=genotype,
        name="the pasted genotype",
        address=f"{address}?{urlencode({'start': genotype.text})}" if short else address,
        pasted="" if short else genotype.text,
        notes=imported.notes,
    )


@dataclass(frozen=True)
class Offer:
    """One beginning on the page that lists them."""

    name: str
    title: str
    description: str
    start: Start

    @property
    def genotype(self) -> Genotype:
        return self.start.genotype


def named(name: str) -> Start | None:
    """`published:liu2018`, `reference:residual`, `trivial:flat` or `preset:quick`; None for anything else."""
    kind, _, key = name.partition(":")
    address = f"{reverse('editor')}?{urlencode({'from': name})}"
    if kind == "published" and key in PUBLISHED:
        return Start(PUBLISHED[key].genotype, PUBLISHED[key].title, address)
    if kind == "reference" and key in REFERENCES:
        return Start(REFERENCES[key].genotype, REFERENCES[key].title, address)
    if kind == "trivial" and key in SPACES:
        return Start(trivial_genotype(SPACES[key]), "the trivial genotype", address)
    if kind == "preset" and key in PRESETS:
        title = f"the first network of “{PRESETS[key].title}”"
        return Start(_first_of(key), title, address, preset=key)
    return None


@lru_cache
def _first_of(preset: str) -> Genotype:
    """What a search with this preset proposes at its first step."""
    config = PRESETS[preset].config
    strategy = make_strategy(
        config.strategy, config.search_space, lambda genotype: is_acceptable(genotype, config)
    )
    return strategy.initial(random.Random(derive_seed("proposal", config.seed, 0))).genotype


def offers() -> list[tuple[str, str, list[Offer]]]:
    """(heading, what these are, the beginnings) for the page that lists them."""
    return [
        ("Published cells", "networks from the literature", [_published(key) for key in PUBLISHED]),
        (
            "Baselines",
            "hand-made cells after known networks",
            [_reference(key) for key in REFERENCES if key not in PUBLISHED],
        ),
        (
            "From nothing",
            "every motif a chain of identities, every edge yours to set",
            [*(_trivial(name) for name in SPACES), *(_custom(space) for space in custom_spaces())],
        ),
        (
            "Presets",
            "the first network that a search with this preset tries",
            [_preset(key) for key in PRESETS],
        ),
    ]


def _offer(name: str, title: str, description: str) -> Offer:
    start = named(name)
    assert start is not None  # the tables say so
    return Offer(name, title, description, start)


def _published(key: str) -> Offer:
    return _offer(f"published:{key}", PUBLISHED[key].title, PUBLISHED[key].source)


def _reference(key: str) -> Offer:
    return _offer(f"reference:{key}", REFERENCES[key].title, REFERENCES[key].source)


def _trivial(name: str) -> Offer:
    return _offer(f"trivial:{name}", SPACE_TITLES.get(name, name), shape_words(SPACES[name]))


def _preset(key: str) -> Offer:
    return _offer(f"preset:{key}", PRESETS[key].title, shape_words(PRESETS[key].config.search_space))


def _custom(space: SearchSpace) -> Offer:
    start = of_text(trivial_genotype(space).text)
    return Offer("", "A custom space of your experiments", shape_words(space), start)


SPACE_TITLES = {
    "hierarchical": "Hierarchical space",
    "flat": "Flat space",
    "flat-constrained": "Flat space, parameters limited",
}


def shape_words(space: SearchSpace) -> str:
    """`6 motifs of 4 nodes, a cell of 5 nodes`."""
    *lower, cell = space.levels
    parts = [
        f"{level.motifs} motif{'s' if level.motifs > 1 else ''} of {level.nodes} nodes" for level in lower
    ]
    limit = f", at most {space.max_parameters:,} parameters" if space.max_parameters else ""
    top = "a normal and a reduction cell" if space.reduction_cell else "a cell"
    return ", ".join([*parts, f"{top} of {cell.nodes} nodes"]) + limit


def preset_for(space: SearchSpace) -> str:
    """The preset whose protocol counts where nobody chose one: the paper's for this space."""
    wanted = {"flat": "paper-flat", "flat-constrained": "paper-flat-constrained"}
    return wanted.get(space.name or "", "paper-hierarchical")
