"""Context of a shared training's page: its course, its gates over the epochs, the networks that it scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from search.artifacts.stored import artifact_file
from search.evolution.experiments.shared_trainings import METHODS, SharedTraining
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.models import Artifact, WorkState
from search.selectors.shared_trainings import Agreement, ScoredNetwork, agreement, searches_with
from search.services.artifacts.starting import counted
from search.services.proposing.shared_weights import SEARCH_STRATEGIES
from visualize.charts.frame import sparkline
from visualize.pages.shared_trainings.form import METHOD_TITLES
from visualize.pages.shared_trainings.heat_maps import entropy_map, gate_maps, total_entropy
from visualize.pages.shared_trainings.replay import reel
from visualize.style.formats import per_cent

WIDTH, HEIGHT = 240.0, 60.0
SHOWN_CANDIDATES = 20
BEST = (1, 3, 5, 10, 20)
INDIVIDUALS = (20, 50, 100, 200, 500)
PLOT = 260.0
"""Side of the plot of both scores, in units of the picture."""
MARGIN = 14.0

Context = dict[str, Any]


@dataclass(frozen=True)
class Trend:
    """One number over the epochs."""

    name: str
    path: str
    first: str
    last: str


@dataclass(frozen=True)
class Candidate:
    """One network that was scored with the shared weights."""

    genotype: Genotype
    text: str
    accuracy: float
    parameters: int | None
    fitness: float | None
    """After training from scratch under the same protocol; None: it was not."""
    derived: bool


@dataclass(frozen=True)
class Dot:
    """One network by both measures, in units of the plot."""

    x: float
    y: float
    text: str


def training_context(artifact: Artifact, query: Mapping[str, Any]) -> Context:
    """The page of one shared training: `?motif=M2&frame=3`."""
    config = SharedTraining.model_validate(artifact.document)
    found = agreement(artifact)
    is_open = artifact.state in (WorkState.WAITING, WorkState.RUNNING)
    places = _places(config)
    chosen = str(query.get("motif", ""))
    chosen = chosen if chosen in places else next(iter(places))
    return {
        "training": artifact,
        "config": config,
        "method": METHOD_TITLES.get(config.method, config.method),
        "description": METHODS[config.method],
        "memory": counted(config),
        "trends": _trends(artifact.history),
        "entropy": entropy_map(config.space, artifact.history),
        "maps": gate_maps(config.space, artifact.history, places[chosen]),
        "motifs": list(places),
        "chosen": chosen,
        "reel": reel(artifact.history, str(query.get("frame", ""))),
        "candidates": _candidates(artifact, found),
        "scored": len((artifact.result or {}).get("candidates", ())),
        "agreement": found,
        "dots": _dots(found),
        "plot": PLOT,
        "width": WIDTH,
        "height": HEIGHT,
        "searches": searches_with(artifact),
        "counts": BEST,
        "individuals": INDIVIDUALS,
        "strategies": SEARCH_STRATEGIES,
        "has_weights": artifact.state == WorkState.DONE and artifact_file(artifact.key).is_file(),
        "is_open": is_open and not artifact.paused,
        "may_stop": is_open,
        "facts": _facts(config),
        "section": "experiments",
    }


def _places(config: SharedTraining) -> dict[str, tuple[int, int]]:
    """Name of each motif -> its place, the cell first."""
    space = config.space
    return {
        space.motif_name(level, slot): (level, slot)
        for level in range(space.top, 1, -1)
        for slot in range(1, space.level(level).motifs + 1)
    }


def _trends(history: list[dict[str, Any]]) -> list[Trend]:
    rows = (
        ("Loss", [point["loss"] for point in history], lambda value: f"{value:.3f}"),
        ("Accuracy of the derived network", [point["accuracy"] for point in history], per_cent),
        ("Entropy of the choices", [total_entropy(point) for point in history], lambda value: f"{value:.3f}"),
    )
    trends = []
    for name, values, text in rows:
        known = [value for value in values if value is not None]
        if known:
            trends.append(Trend(name, sparkline(known, WIDTH, HEIGHT), text(known[0]), text(known[-1])))
    return trends


def _candidates(artifact: Artifact, found: Agreement | None) -> list[Candidate]:
    result = artifact.result or {}
    fitness = {row.genotype: row.fitness for row in found.networks} if found else {}
    rows = result.get("candidates", [])
    return [
        Candidate(
            parse_genotype(row["genotype"]),
            row["genotype"],
            row["accuracy"],
            row.get("parameters"),
            fitness.get(row["genotype"]),
            row["genotype"] == result["derived"],
        )
        for row in rows[:SHOWN_CANDIDATES]
    ]


def _dots(found: Agreement | None) -> list[Dot]:
    """Shared score to the right, fitness from scratch upwards, each over its own range."""
    if found is None:
        return []
    shared = [row.shared for row in found.networks]
    fitness = [row.fitness for row in found.networks]

    def place(value: float, values: list[float]) -> float:
        low, high = min(values), max(values)
        share = 0.5 if high == low else (value - low) / (high - low)
        return MARGIN + (PLOT - 2 * MARGIN) * share

    def dot(row: ScoredNetwork) -> Dot:
        words = f"{per_cent(row.shared)} with shared weights, {per_cent(row.fitness)} from scratch"
        return Dot(place(row.shared, shared), PLOT - place(row.fitness, fitness), words)

    return [dot(row) for row in found.networks]


def _facts(config: SharedTraining) -> list[tuple[str, str]]:
    protocol = config.protocol
    facts = [
        ("Data set", protocol.dataset),
        ("Channels", str(protocol.channels)),
        ("Steps", f"{protocol.steps:,} of {protocol.batch_size} images"),
        ("Learning rate", f"{protocol.learning_rate:g}"),
        ("Seed", str(config.seed)),
    ]
    if config.method in ("gdas", "darts", "enas"):
        facts.append(("Learning rate of gates", f"{config.gate_learning_rate:g}"))
    if config.method == "smash":
        facts.append(("Learning rate of the hypernetwork", f"{config.gate_learning_rate:g}"))
        facts.append(("Networks drawn", "small ones first" if config.growing_sizes else "of all sizes"))
    if config.method == "gdas":
        facts.append(("Temperature", f"{config.temperature_start:g} to {config.temperature_end:g}"))
    if config.method == "darts":
        facts.append(("Order", "second" if config.second_order else "first"))
    if config.method == "fabric":
        facts.append(("Path dropout", per_cent(config.path_dropout, 0)))
    return facts
