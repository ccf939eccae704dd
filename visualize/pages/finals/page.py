"""Context of a final evaluation's page: scores, confusion, curves and the images it gets most wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from search.artifacts.finals import package_state
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.space import search_space
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.models import FinalEvaluation, FinalRun, WorkState
from search.selectors.finals import Summary, final_runs, first_individual, summarise
from visualize.charts.trajectories import Stretch
from visualize.pages.genotypes.learning_curves import learning_curves
from visualize.pages.genotypes.training_report import protocol_facts
from visualize.pages.shared.host_layers import part_boxes
from visualize.style.formats import per_cent
from visualize.templatetags.drawings import engine_genotype

MOST_CLASSES = 20
"""With more, the matrix is no picture any more: the table of classes says what each is taken for."""
SHADES = 8
SHOWN_MISTAKES = 24

Context = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One cell of the confusion matrix."""

    text: str
    shade: int
    """0: none, to SHADES: every image of the class."""
    right: bool


@dataclass(frozen=True)
class WorstImage:
    """A test image that runs get wrong."""

    image: int
    label: str
    predicted: str
    """By the run that is surest of its wrong answer."""
    confidence: float
    runs: int
    """How many runs have it among their worst."""
    png: str
    """Base64."""


def final_context(final: FinalEvaluation, stretch: Stretch | None = None) -> Context:
    """The page of one final evaluation."""
    runs = final_runs(final)
    summary = summarise(final, runs)
    protocol = Protocol.model_validate(final.protocol)
    phenotype = build_phenotype(engine_genotype(final.genotype))
    cost = network_cost(phenotype, protocol.shape_host)
    individual = first_individual(final.phenotype_key)
    curves = [(run.run + 1, run.curve) for run in runs]
    if final.live_curve:
        curves.append((len(runs) + 1, final.live_curve))
    return {
        "final": final,
        "runs": runs,
        "summary": summary,
        "individual": individual,
        "experiment": individual.experiment if individual else None,
        "parameters": cost.parameters,
        "multiply_adds": cost.multiply_adds,
        "searched_parameters": individual.parameters if individual else None,
        "host": protocol.shape_host,
        "host_parts": part_boxes(protocol.shape_host, search_space(final.genotype.space)),
        "cell_address": reverse("genotype", args=[final.genotype.key]),
        "protocol": protocol,
        "facts": protocol_facts(final.protocol, final=True),
        "curves": learning_curves(curves, steps=protocol.steps, stretch=stretch),
        "matrix": _matrix(summary) if summary and len(summary.classes) <= MOST_CLASSES else None,
        "worst": worst_images(runs, list(final.classes)),
        "is_open": final.state in (WorkState.WAITING, WorkState.RUNNING),
        "running_run": len(runs) + 1 if final.state == WorkState.RUNNING else None,
        "package": package_state(
            phenotype_key=final.phenotype_key, protocol_key=final.protocol_key, runs=final.runs
        ),
        "section": "experiments",
    }


def _matrix(summary: Summary) -> list[tuple[str, list[Cell]]]:
    """A row for each class: its name and its cells."""
    return [
        (
            summary.classes[label].name,
            [
                Cell(
                    per_cent(share, 0) if share >= 0.005 else ("<1 %" if share else ""),
                    max(1, round(SHADES * share)) if share else 0,
                    other == label,
                )
                for other, share in enumerate(row)
            ],
        )
        for label, row in enumerate(summary.confusion)
    ]


def worst_images(runs: Sequence[FinalRun], names: Sequence[str]) -> list[WorstImage]:
    """Those that most runs are sure of and wrong about; then the surest."""
    found: dict[int, list[dict[str, Any]]] = {}
    for run in runs:
        for mistake in run.mistakes:
            found.setdefault(mistake["image"], []).append(mistake)
    images = []
    for image, mistakes in found.items():
        surest = max(mistakes, key=lambda mistake: mistake["confidence"])
        images.append(
            WorstImage(
                image,
                names[surest["label"]],
                names[surest["predicted"]],
                surest["confidence"],
                len(mistakes),
                surest["png"],
            )
        )
    images.sort(key=lambda row: (-row.runs, -row.confidence, row.image))
    return images[:SHOWN_MISTAKES]
