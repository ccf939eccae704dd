"""Views: the jump page and its results, and the individuals that a field offers."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search.models import Experiment
from search.selectors.jump import Found, find
from visualize.pages.shared.fragments import render_either
from visualize.style.formats import per_cent

PAGES = (
    ("Experiments", "experiments"),
    ("New experiment", "experiment_new"),
    ("Compare experiments", "compare"),
    ("Diff of two genotypes", "diff"),
    ("Studies", "studies"),
    ("Shared weights", "shared_trainings"),
    ("Benchmark table and league", "table"),
    ("Genotypes side by side", "side_by_side"),
    ("Editor", "editor"),
    ("Workers", "workers"),
    ("Help and glossary", "help"),
    ("REST API", "api:openapi-view"),
)
"""Titles, and the names of their addresses."""


@dataclass(frozen=True)
class Hit:
    """One line of the results."""

    label: str
    detail: str
    href: str


@require_safe
def jump(request: HttpRequest) -> HttpResponse:
    """The page; for a script the results alone."""
    text = request.GET.get("q", "")
    found = find(text, inside=_number(request.GET.get("in", "")))
    groups = [(title, hits) for title, hits in _groups(found, text.strip().lower()) if hits]
    context: dict[str, object] = {"groups": groups, "query": text, "inside": request.GET.get("in", "")}
    return render_either(request, "jump/index.html", "jump/parts/results.html", context)


@require_safe
def individuals(request: HttpRequest) -> HttpResponse:
    """Options of a field that takes an individual as EXPERIMENT/STEP; sides of a diff and the column to add ask."""
    text = next((request.GET[name] for name in ("left", "right", "add") if request.GET.get(name)), "")
    return render(request, "jump/parts/options.html", {"individuals": find(text, limit=12).individuals})


def _groups(found: Found, text: str) -> list[tuple[str, list[Hit]]]:
    return [
        ("Experiments", [_experiment_hit(row) for row in found.experiments]),
        (
            "Individuals",
            [
                Hit(
                    f"#{row.step}",
                    f"{row.experiment.name} · {per_cent(row.fitness) if row.fitness is not None else row.state}",
                    reverse("individual", args=[row.experiment_id, row.step]),
                )
                for row in found.individuals
            ],
        ),
        (
            "Motifs",
            [
                Hit(row.key[:12], f"level {row.level}", reverse("motif", args=[row.key]))
                for row in found.motifs
            ],
        ),
        (
            "Genotypes",
            [
                Hit(row.key[:12], row.text[:60], reverse("genotype", args=[row.key]))
                for row in found.genotypes
            ],
        ),
        ("Pages", [Hit(title, "", reverse(name)) for title, name in PAGES if text in title.lower()]),
    ]


def _experiment_hit(row: Experiment) -> Hit:
    nothing = ", nothing found" if row.found_nothing else ""
    return Hit(row.name, f"{row.pk} · {row.state}{nothing}", reverse("experiment", args=[row.pk]))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
