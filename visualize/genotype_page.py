"""What the page of a genotype shows: its numbers, and the one tab that is open."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from search import models, selectors
from search.evolution.assembly import Infeasible
from search.evolution.cost import network_cost
from search.evolution.genotype import Genotype
from search.evolution.host import Host
from search.evolution.mutation import Mutation
from search.evolution.phenotype import Phenotype, build_phenotype
from search.evolution.primitives import primitive
from search.kept_weights import kept_repeats
from search.selectors import networks
from visualize.drawings import TooLarge, flattened_drawing
from visualize.drawings.names import edge_id, motif_id
from visualize.hierarchy import hierarchy
from visualize.render import DrawingFailed, page_svg
from visualize.strip import strip
from visualize.templatetags.drawings import engine_genotype
from visualize.training_report import training_report

TABS = {"hierarchy": "Hierarchy", "flattened": "Flattened", "training": "Training", "raw": "Raw"}
OWN_PAGES = {"lineage": "individual_lineage", "diff": "individual_diff"}
"""Tabs of an individual that have an address of their own."""
PICTURES = ("svg", "png", "pdf", "dot")
SHOWN = 12
"""Individuals listed by name; the rest is a number."""

Context = dict[str, Any]


@dataclass(frozen=True)
class Flattened:
    """The picture of the whole network, or why there is none."""

    svg: SafeString | None
    refusal: str


def individual_context(row: models.Individual, *, tab: str, edge: str) -> Context:
    """The page of one individual of an experiment."""
    subject = engine_genotype(row.genotype)
    changed = _changed_edge(row)
    same = networks.same_network(row.genotype.phenotype_key, besides=row, limit=SHOWN)
    waiting = row.state == models.WorkState.WAITING
    return {
        **_shared_context(row.genotype, subject, tab, {edge: "selected", changed: "changed"}),
        "individual": row,
        "experiment": row.experiment,
        "edit_address": reverse("individual_edit", args=[row.experiment_id, row.step]),
        "changed": changed,
        "rank": networks.rank(row),
        "strip": strip(row.experiment, row),
        "gain": _gain(row),
        "repeats": len(selectors.fitness_records(row.evaluation_id)),
        "ahead": networks.waiting_before(row.evaluation) if waiting else 0,
        "same": same,
        "parameters": row.parameters,
        "multiply_adds": row.multiply_adds,
        "is_open": row.state in models.Individual.OPEN,
        "reports": [training_report(row.evaluation)] if tab == "training" else [],
        "code": f"/api/v1/evaluations/{row.evaluation_id}/network.py",
        "weights": _best_weights(row.evaluation),
    }


def genotype_context(row: models.Genotype, *, tab: str, edge: str) -> Context:
    """The page of a genotype on its own: in the paper's small host, with everybody who carries it."""
    subject = engine_genotype(row)
    context = _shared_context(row, subject, tab if tab in TABS else "", {edge: "selected"})
    phenotype: Phenotype | None = context["phenotype"]
    host = Host()
    cost = network_cost(phenotype, host) if phenotype else None
    return {
        **context,
        "edit_address": reverse("genotype_edit", args=[row.key]),
        "host": host,
        "carriers": networks.carriers(row, limit=SHOWN),
        "same": networks.same_network(row.phenotype_key, besides=row, limit=SHOWN),
        "parameters": cost.parameters if cost else None,
        "multiply_adds": cost.multiply_adds if cost else None,
        "is_open": False,
        "code": f"/api/v1/genotypes/{row.key}/network.py",
        "reports": [training_report(each) for each in networks.evaluations_of(row.phenotype_key)]
        if tab == "training"
        else [],
    }


def _shared_context(row: models.Genotype, subject: Genotype, tab: str, marks: dict[str, str]) -> Context:
    tab = tab if tab in TABS or tab in OWN_PAGES else "hierarchy"
    marked: dict[str, str] = {}
    for name, classes in marks.items():
        marked[name] = f"{marked[name]} {classes}" if name in marked else classes
    try:
        phenotype = build_phenotype(subject)
    except Infeasible:
        phenotype = None
    return {
        "section": "experiments",
        "genotype": row,
        "subject": subject,
        "phenotype": phenotype,
        "tab": tab,
        "tabs": TABS,
        "cell_name": motif_id(subject.space.top, 1),
        "picture_kinds": PICTURES,
        "looks": [primitive(name) for name in subject.space.primitives],
        "hierarchy": hierarchy(subject, marked) if tab in ("hierarchy", "raw") else None,
        "flattened": _flattened(subject) if tab == "flattened" else None,
        "document": json.dumps(subject.to_json()) if tab == "raw" else "",
    }


def _best_weights(evaluation: models.Evaluation) -> str:
    """Where the weights of the best repeat are, among those that are kept; empty without any."""
    keys = {"phenotype_key": evaluation.phenotype_key, "protocol_key": evaluation.protocol_key}
    if not (kept := kept_repeats(**keys)):
        return ""
    accuracies = {row.repeat: row.accuracy for row in selectors.fitness_records(evaluation.pk)}
    best = max(kept, key=lambda repeat: accuracies.get(repeat, 0.0))
    return f"/api/v1/evaluations/{evaluation.pk}/repeats/{best}/weights.pt"


def _flattened(subject: Genotype) -> Flattened:
    try:
        return Flattened(page_svg(flattened_drawing(subject)), "")
    except (TooLarge, DrawingFailed, Infeasible) as refusal:
        return Flattened(None, str(refusal))


def _gain(row: models.Individual) -> float | None:
    """Fitness against the parent's; None unless both have one."""
    if row.fitness is None or row.parent is None or row.parent.fitness is None:
        return None
    return row.fitness - row.parent.fitness


def _changed_edge(row: models.Individual) -> str:
    """The id of the edge that the mutation changed; empty for an individual without one."""
    if row.mutation is None:
        return ""
    mutation = Mutation.from_json(row.mutation)
    return edge_id(mutation.level, mutation.motif, mutation.successor, mutation.predecessor)
