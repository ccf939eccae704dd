"""Every page and fragment that a person's browser asks for, with what it asks in a large experiment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from search.models import Evaluation, Experiment, Individual, MotifUse

FRAGMENT = {"HX-Request": "true"}


@dataclass(frozen=True)
class Address:
    """One row of the table: a name, and the addresses that are requested in turn."""

    name: str
    paths: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subjects:
    """What the addresses are about."""

    experiment: Experiment
    other: Experiment
    individuals: tuple[Individual, ...]
    """Some of the experiment, drawn from all of it, each with a parent."""
    motifs: tuple[str, ...]
    """Keys: the most carried one among them."""


def subjects(experiment: Experiment, other: Experiment, *, count: int, seed: int = 1) -> Subjects:
    rng = Random(seed)
    steps = rng.sample(range(experiment.proposed // 4, experiment.proposed - 16), count)
    rows = Individual.objects.filter(experiment=experiment, step__in=steps, parent__isnull=False)
    individuals = tuple(rows.select_related("genotype", "parent__genotype"))
    uses = MotifUse.objects.filter(genotype__in=[row.genotype_id for row in individuals])
    return Subjects(experiment, other, individuals, tuple(uses.values_list("motif__key", flat=True)[:count]))


def addresses(about: Subjects) -> Iterator[Address]:
    """All of them; an address without subjects (no failed evaluation, say) is left out."""
    for address in (*_lists(about), *_experiment(about), *_individuals(about), *_api(about)):
        if address.paths:
            yield address


def _lists(about: Subjects) -> Iterator[Address]:
    yield Address("list of experiments", (reverse("experiments"),))
    yield Address("list of experiments: part", (reverse("experiments"),), FRAGMENT)
    for order in ("name", "-best", "-progress"):
        yield Address(
            f"list of experiments: by {order}", (_with(reverse("experiments"), sort=order),), FRAGMENT
        )
    yield Address("new experiment", (reverse("experiment_new"),))
    yield Address("workers", (reverse("workers"),))
    yield Address("workers: failed", (_with(reverse("workers"), state="failed"),))
    yield Address("workers: part", (reverse("workers"),), FRAGMENT)
    yield Address("help", (reverse("help"),))
    yield Address("help: a strategy", (_with(reverse("help_strategy", args=["evolution"]), networks=30),))
    yield Address("table", (reverse("table"),))
    yield Address("studies", (reverse("studies"),))
    yield Address("new study", (reverse("study_new"),))
    yield Address("shared trainings", (reverse("shared_trainings"),))
    yield Address("new shared training", (reverse("shared_training_new"),))
    yield Address("jump", (reverse("jump"),))
    one = about.individuals[0]
    for kind, text in (("name", "bench"), ("step", f"#{one.step}"), ("key", one.genotype.key[:6])):
        yield Address(f"jump: by {kind}", (_with(reverse("jump"), q=text),))
    if settings.EMBEDDED or settings.METRICS_TOKEN:
        bearer = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
        yield Address("metrics", (reverse("metrics"),), bearer)
    yield Address("editor: beginnings", (reverse("editor"),))
    both = [about.experiment.pk, about.other.pk]
    yield Address("compare", (f"{reverse('compare')}?experiments={both[0]},{both[1]}",))
    yield Address("compare: choices", (reverse("compare_chooser"),), FRAGMENT)
    yield Address("compare: curves", (f"{reverse('compare_curves')}?experiments={both[0]},{both[1]}",))


def _experiment(about: Subjects) -> Iterator[Address]:
    def of(name: str, **asked: object) -> tuple[str]:
        return (_with(reverse(name, args=[about.experiment.pk]), **asked),)

    row = about.experiment
    last = row.proposed // 25
    yield Address("experiment", of("experiment"))
    yield Address("experiment: live part", of("experiment_live"), FRAGMENT)
    yield Address("experiment: curves", of("experiment_curves"))
    latest = f"{row.population - 20}.{row.failed}.{row.proposed - 40}"
    yield Address("experiment: curves, new ones", of("experiment_curves", after=latest))
    yield Address("experiment: settings", of("experiment_settings"))
    yield Address("population: part", of("experiment"), FRAGMENT)
    for order in ("step", "-parameters", "multiply_adds"):
        yield Address(f"population: by {order}", of("experiment", sort=order), FRAGMENT)
    yield Address("population: middle page", of("experiment", page=last // 2), FRAGMENT)
    yield Address("population: last page", of("experiment", page=last), FRAGMENT)
    for query in (
        "fitness>0.9 params<2e6", "origin:human", "op:sep3x3>=4", "state:failed", f"motif:{about.motifs[0][:6]}"
    ):  # fmt: skip
        yield Address(f"population: {query}", of("experiment", q=query), FRAGMENT)
    yield Address("motifs", of("experiment_motifs"))
    yield Address("mutations", of("experiment_mutations"))
    yield Address("what works", of("experiment_what_works"))
    yield Address("what works: filtered", of("experiment_what_works", q="op:sep3x3>=4"), FRAGMENT)
    yield Address("what works: importance", of("experiment_importance"), FRAGMENT)
    yield Address("map", of("experiment_map"))
    yield Address("strategy", of("experiment_strategy"))
    yield Address("test scores", of("experiment_finals"))
    yield Address("pareto", of("experiment_pareto"))
    yield Address("pareto: points", of("experiment_pareto_points"))
    yield Address("pareto: selected", of("experiment_pareto_selected", x="parameters"), FRAGMENT)
    if row.best is not None:
        best = reverse("individual_lineage", args=[row.pk, row.best.step])
        yield Address("replay of the search", (_with(best, replay="best"),))
        yield Address("lineage of the fittest", (_with(best, show="fittest"),))


def _individuals(about: Subjects) -> Iterator[Address]:
    rows = about.individuals
    places = [[about.experiment.pk, row.step] for row in rows]

    def of(name: str, **asked: object) -> tuple[str, ...]:
        return tuple(_with(reverse(name, args=place), **asked) for place in places)

    keys = [row.genotype.key for row in rows]
    yield Address("individual", of("individual"))
    for tab in ("numbers", "network", "flattened", "training", "raw"):
        yield Address(f"individual: {tab}", of("individual", tab=tab))
    yield Address("individual: network, every layer", of("individual", tab="network", depth=2))
    yield Address("individual: diff with parent", of("individual_diff"))
    yield Address("individual: lineage", of("individual_lineage"))
    yield Address("individual: frame", of("individual_frame"), FRAGMENT)
    yield Address("individual: edit", of("individual_edit"))
    yield Address("genotype", tuple(reverse("genotype", args=[key]) for key in keys))
    yield Address("genotype: sheet", tuple(reverse("genotype_sheet", args=[key]) for key in keys))
    yield Address("genotype: edit", tuple(reverse("genotype_edit", args=[key]) for key in keys))
    yield Address("genotype: drawing", tuple(f"/api/v1/genotypes/{key}/drawings/L3-M1.svg" for key in keys))
    pairs = pairwise(keys)
    yield Address("diff of any two", tuple(_with(reverse("diff"), left=a, right=b) for a, b in pairs))
    texts = [f"{row.experiment_id}/{row.step}" for row in rows]
    sixes = [",".join(texts[first : first + 6]) for first in range(0, len(texts) - 5, 3)]
    yield Address("side by side, six", tuple(_with(reverse("side_by_side"), of=six) for six in sixes))
    yield Address("motif", tuple(reverse("motif", args=[key]) for key in about.motifs))


def _api(about: Subjects) -> Iterator[Address]:
    base = f"/api/v1/experiments/{about.experiment.pk}"
    step = about.individuals[0].step
    failed = Evaluation.objects.filter(state="failed").order_by("pk").first()
    yield Address("API: experiments", ("/api/v1/experiments",))
    yield Address("API: experiment", (base,))
    yield Address("API: curves", (f"{base}/curves",))
    yield Address("API: individuals", (f"{base}/individuals",))
    yield Address("API: individuals by fitness", (f"{base}/individuals?order=-fitness",))
    yield Address("API: individual", (f"{base}/individuals/{step}",))
    yield Address("API: lineage", (f"{base}/individuals/{step}/lineage",))
    yield Address("API: children", (f"{base}/individuals/{step}/children",))
    for name in (
        "motifs",
        "mutations",
        "importance",
        "strategy",
        "front",
        "gain",
        "rescorings",
        "report.html",
    ):
        yield Address(f"API: {name}", (f"{base}/{name}",))
    yield Address("API: evaluations", ("/api/v1/evaluations",))
    yield Address("API: evaluation", (f"/api/v1/evaluations/{failed.pk}",) if failed else ())
    yield Address("API: genotype", (f"/api/v1/genotypes/{about.individuals[0].genotype.key}",))
    yield Address("API: users of a motif", (f"/api/v1/motifs/{about.motifs[0]}/users",))


def _with(path: str, **asked: object) -> str:
    return f"{path}?{urlencode(asked)}" if asked else path
