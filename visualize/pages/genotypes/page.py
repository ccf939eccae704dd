"""Context of the genotype page: its numbers and the open tab."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from search import models, selectors
from search.artifacts.weights import kept_repeats
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.primitives import IDENTITY, PRIMITIVES, Primitive, primitive
from search.evolution.genotypes.space import NORMAL
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.preview import why_no_network
from search.selectors import networks
from visualize.charts.trajectories import Stretch
from visualize.drawings import TooLarge, flattened_drawing
from visualize.drawings.flattened import FLATTENED
from visualize.drawings.names import edge_id, motif_id
from visualize.pages.genotypes.fitness_strip import strip
from visualize.pages.genotypes.hierarchy import hierarchy
from visualize.pages.genotypes.other_fitness import MOST, other_fitnesses
from visualize.pages.genotypes.training_report import training_report
from visualize.pages.shared.host_layers import part_boxes
from visualize.render import DrawingFailed, page_svg
from visualize.templatetags.drawings import engine_genotype

TABS = {
    "hierarchy": "Hierarchy",
    "network": "Network",
    "flattened": "Flattened",
    "training": "Training",
    "raw": "Raw",
}
OWN_PAGES = {"lineage": "individual_lineage", "diff": "individual_diff"}
"""Tabs of an individual that have an address of their own."""
PICTURES = ("svg", "png", "pdf", "dot")
SHOWN = 12
"""Individuals listed by name; the rest is a number."""

Context = dict[str, Any]


@dataclass(frozen=True)
class Flattened:
    """The picture of a cell's whole network, or why there is none."""

    name: str
    """`cell`, or which of a pair."""
    file: str
    """The drawing's name in addresses."""
    svg: SafeString | None
    refusal: str


def individual_context(
    row: models.Individual, *, tab: str, edge: str, stretch: Stretch | None = None
) -> Context:
    """The page of one individual of an experiment."""
    host = Protocol.model_validate(row.evaluation.protocol).shape_host
    changed = _changed_edge(row)
    same = networks.same_network(row.genotype.phenotype_key, besides=row, limit=SHOWN)
    waiting = row.state == models.WorkState.WAITING
    standing = networks.standing(row)
    return {
        **_shared_context(row.genotype, tab, {edge: "selected", changed: "changed"}, host),
        "individual": row,
        "experiment": row.experiment,
        "edit_address": reverse("individual_edit", args=[row.experiment_id, row.step]),
        "changed": changed,
        "standing": standing,
        "strip": strip(row.experiment, row, standing),
        "gain": _gain(row),
        "repeats": len(selectors.fitness_records(row.evaluation_id)),
        "ahead": networks.waiting_before(row.evaluation) if waiting else 0,
        "same": same,
        "other_fitnesses": other_fitnesses(row, networks.measured_elsewhere(row, limit=MOST)),
        "parameters": row.parameters,
        "multiply_adds": row.multiply_adds,
        "is_open": row.state in models.Individual.OPEN,
        "reports": [training_report(row.evaluation, stretch)] if tab == "training" else [],
        "code": reverse("api:evaluation_as_pytorch", args=[row.evaluation_id]),
        "weights": _best_weights(row.evaluation),
    }


def genotype_context(row: models.Genotype, *, tab: str, edge: str, stretch: Stretch | None = None) -> Context:
    """The page of a genotype on its own: in the paper's small host, with everybody who carries it."""
    host = Host()
    carriers = networks.carriers(row, limit=SHOWN)
    same = networks.same_network(row.phenotype_key, besides=row, limit=SHOWN)
    measured = [each for each in (*carriers.rows, *same.rows) if each.fitness is not None]
    context = _shared_context(row, tab if tab in TABS else "", {edge: "selected"}, host)
    phenotype: Phenotype | None = context["phenotype"]
    cost = network_cost(phenotype, host) if phenotype else None
    return {
        **context,
        "edit_address": reverse("genotype_edit", args=[row.key]),
        "host": host,
        "carriers": carriers,
        "same": same,
        "measured": measured[0] if measured else None,
        "other_fitnesses": other_fitnesses(measured[0], measured[1:]) if measured else [],
        "parameters": cost.parameters if cost else None,
        "multiply_adds": cost.multiply_adds if cost else None,
        "is_open": False,
        "code": reverse("api:genotype_as_pytorch", args=[row.key]),
        "reports": [training_report(each, stretch) for each in networks.evaluations_of(row.phenotype_key)]
        if tab == "training"
        else [],
    }


def _shared_context(row: models.Genotype, tab: str, marks: dict[str, str], host: Host) -> Context:
    subject = engine_genotype(row)
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
        "no_network": "" if phenotype else why_no_network(subject),
        "tab": tab,
        "tabs": TABS,
        "cell_files": _cell_files(subject),
        "picture_kinds": PICTURES,
        "looks": on_edges(subject),
        "built_looks": in_network(phenotype, subject),
        "host_parts": part_boxes(host, subject.space) if tab == "hierarchy" else [],
        "drawn_host": host,
        "hierarchy": hierarchy(subject, marked) if tab in ("hierarchy", "raw") else None,
        "flattened": _flattened(subject) if tab == "flattened" else (),
        "document": json.dumps(subject.to_json()) if tab == "raw" else "",
    }


def on_edges(subject: Genotype) -> list[Primitive]:
    """The primitives that an edge carries: a legend explains nothing that is not there."""
    carried = {operation for motif in subject.levels[0] for row in motif for operation in row}
    return [
        primitive(name) for place, name in enumerate(subject.space.primitives, start=1) if place in carried
    ]


def in_network(phenotype: Phenotype | None, subject: Genotype) -> list[Primitive]:
    """The primitives of the flattened network: projections among them, and identities where it has any."""
    names = {operation.name for operation in phenotype.all_operations} if phenotype else set()
    wiring = [row.name for row in on_edges(subject) if row.name == IDENTITY]
    return [row for row in PRIMITIVES if row.name in names.union(wiring)]


def _best_weights(evaluation: models.Evaluation) -> str:
    """Where the weights of the best repeat are, among those that are kept; empty without any."""
    keys = {name: getattr(evaluation, name) for name in ("phenotype_key", "protocol_key", "context_key")}
    if not (kept := kept_repeats(**keys)):
        return ""
    accuracies = {row.repeat: row.accuracy for row in selectors.fitness_records(evaluation.pk)}
    best = max(kept, key=lambda repeat: accuracies.get(repeat, 0.0))
    return reverse("api:repeat_weights", args=[evaluation.pk, best])


def _cell_files(subject: Genotype) -> list[tuple[str, str, str]]:
    """(name, drawing of the motif, drawing of the flattened network) of each cell, for addresses of files."""
    space = subject.space
    return [
        (space.motif_name(space.top, slot), motif_id(space.top, slot), FLATTENED[slot])
        for slot in space.cell_slots
    ]


def _flattened(subject: Genotype) -> tuple[Flattened, ...]:
    return tuple(
        _flattened_cell(subject, slot, name, file)
        for slot, (name, _, file) in zip(subject.space.cell_slots, _cell_files(subject), strict=True)
    )


def _flattened_cell(subject: Genotype, slot: int, name: str, file: str) -> Flattened:
    try:
        svg = page_svg(flattened_drawing(subject, slot), prefix="" if slot == NORMAL else "reduction-")
    except (TooLarge, DrawingFailed, Infeasible) as refusal:
        return Flattened(name, file, None, str(refusal))
    return Flattened(name, file, svg, "")


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
