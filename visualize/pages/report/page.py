"""Static report of an experiment: curves, best networks by level, lineage, configuration, in one HTML document."""

import json
import re
from dataclasses import dataclass

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from search import selectors
from search.database.clock import database_now
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, Individual
from search.selectors import lineage, progress
from search.selectors.winner import winner
from visualize.drawings.names import card_anchor
from visualize.pages.experiments.configuration_summary import configuration_facts, outcome_facts
from visualize.pages.experiments.live_curves import still
from visualize.style.strategy_words import strategy_summary
from visualize.templatetags.drawings import motif_svg

LISTED = 20
"""Networks in the table of the best."""
DRAWN = 3
"""Of them, drawn level by level."""
MOST_STEPS = 200
"""Of the best network's lineage."""
STYLES = (
    "css/base.css",
    "css/parts.css",
    "css/drawing.css",
    "css/experiment.css",
    "css/genotypes.css",
    "css/report.css",
)
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content security policy of the document: it carries its style inside, and nothing in it acts or asks."""


@dataclass(frozen=True)
class DrawnMotif:
    """One motif of a network; the cell is one of the top level."""

    anchor: str
    """Its id in the document."""
    name: str
    svg: SafeString


@dataclass(frozen=True)
class DrawnNetwork:
    """One of the best networks with its levels, the cell first."""

    individual: Individual
    operations: int
    """Of one cell, or of a pair."""
    depth: int
    levels: tuple[tuple[str, tuple[DrawnMotif, ...]], ...]
    """(title, its motifs)."""
    is_pair: bool
    """Whether two cells stand in it."""


@dataclass(frozen=True)
class LineageStep:
    """One ancestor of the best network, or that itself."""

    individual: Individual
    gain: float | None
    """Fitness above its parent's; None where either has none."""


def report_html(experiment: Experiment) -> str:
    """The whole document; it names nothing outside of itself."""
    config = experiment.configuration
    best = selectors.individuals_by_network(
        experiment, selectors.TableQuery(state="done", order="-fitness", per_page=LISTED)
    )
    reasons = progress.failures_by_reason(experiment.pk) if experiment.failed else []
    context = {
        "experiment": experiment,
        "style": _style(),
        "written_at": database_now(),
        "summary": strategy_summary(config.strategy),
        "seed": config.seed,
        "winner": winner(experiment),
        "curves": still(experiment, progress.initial_steps(experiment, config)),
        "best": [(row, best.twins.get(row.pk, 0)) for row in best.items],
        "networks": best.total,
        "drawn": [_drawn(row) for row in best.items[:DRAWN]],
        "lineage": _lineage(experiment),
        "facts": configuration_facts(config),
        "outcome": outcome_facts(experiment, reasons),
        "config": json.dumps(experiment.config, indent=2, ensure_ascii=False),
    }
    return render_to_string("report/report.html", context)


def _style() -> SafeString:
    """The pages' own stylesheets, for one theme after the reader's system."""
    texts = []
    for name in STYLES:
        path = finders.find(name)
        if not isinstance(path, str):
            raise FileNotFoundError(f"{name} is not among the static files")
        with open(path, encoding="utf-8") as file:
            texts.append(re.sub(r"/\*.*?\*/\n?", "", file.read(), flags=re.DOTALL))
    return mark_safe("\n".join(texts))  # our own files


def _drawn(row: Individual) -> DrawnNetwork:
    genotype = Genotype.of_row(row.genotype)
    try:
        phenotype = build_phenotype(genotype)
        operations, depth = len(phenotype.all_operations), phenotype.depth
    except Infeasible:  # an import may hold what no search proposes
        operations, depth = 0, 0
    used = {(use.level, use.slot) for use in selectors.motifs_of(row.genotype) if use.uses}
    top = genotype.space.top
    space = genotype.space
    levels: list[tuple[str, tuple[DrawnMotif, ...]]] = []
    for slot in space.cell_slots:
        name = space.motif_name(top, slot)
        levels.append((f"The {name}", (_motif(row, top, slot, name),)))
    for level in range(top - 1, 1, -1):
        slots = range(1, space.level(level).motifs + 1)
        names = ((slot, f"M{slot}" if (level, slot) in used else f"M{slot}, unused") for slot in slots)
        shown = (_motif(row, level, slot, name) for slot, name in names)
        levels.append((f"Level {level}", tuple(shown)))
    return DrawnNetwork(row, operations, depth, tuple(levels), space.reduction_cell)


def _motif(row: Individual, level: int, slot: int, name: str) -> DrawnMotif:
    """Several networks stand in one document: ids, and the links to them, begin with the network's step."""
    prefix = f"n{row.step}-"
    svg = motif_svg(row.genotype, level, slot, prefix=prefix).replace('href="#', f'href="#{prefix}')
    return DrawnMotif(f"{prefix}{card_anchor(level, slot)}", name, mark_safe(svg))  # it is escaped already


def _lineage(experiment: Experiment) -> list[LineageStep]:
    """From the first ancestor to the best network."""
    if experiment.best is None:
        return []
    members = lineage.ancestors(experiment.best, limit=MOST_STEPS).members
    rows = lineage.details([member.id for member in members])
    steps: list[LineageStep] = []
    for member in members:
        row = rows[member.id]
        before = steps[-1].individual.fitness if steps else None
        gain = None if row.fitness is None or before is None else row.fitness - before
        steps.append(LineageStep(row, gain))
    return steps
