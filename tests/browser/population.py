"""Searches to look at: real rows that the services write with a rehearsed trainer, and large ones made in bulk."""

import math
import random
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from search import models, services
from search.evolution.experiments.config import ExperimentConfig, Protocol, experiment_config
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation, apply_mutation, draw_mutation, random_genotype
from search.evolution.networks.cost import Cost, network_cost
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.worker.attempts import load_trainer, run_attempt
from tests.browser.rehearsal import TRAINER, live_points

SECONDS_EACH = 4.0
"""Between two results. Rows are written much faster, and dated back."""
WORKER = "training@embedded"
DISTINCT = 150
"""Genotypes of a large search; its individuals share them."""


def demo_config(individuals: int, **sections: Any) -> ExperimentConfig:
    """The quick preset with another budget and three repeats; sections such as `strategy={...}` change fields."""
    document = PRESETS["quick"].config.to_json()
    document["budget"] = {"individuals": individuals, "in_flight": 2}
    document["strategy"]["initial_population"] = max(2, individuals // 6)
    document["protocol"]["repeats"] = 3
    for name, section in sections.items():
        document[name] = {**document[name], **section} if isinstance(document[name], dict) else section
    return experiment_config(document)


def rehearsed(
    name: str, config: ExperimentConfig, *, until: int | None = None, trainer: str = TRAINER
) -> Experiment:
    """A started search whose first `until` individuals are over, or all of them; two more are in training then."""
    settings.TRAINER = trainer
    load_trainer.cache_clear()
    experiment = services.create_experiment(name=name, config=config)
    services.start_experiment(experiment_id=experiment.pk)
    queue = deque(services.advance_experiment(experiment_id=experiment.pk))
    while queue and (until is None or _over(experiment) < until):
        for experiment_id in run_attempt(evaluation_id=queue.popleft(), worker=WORKER):
            queue.extend(services.advance_experiment(experiment_id=experiment_id))
    for evaluation_id in queue:
        _begin(evaluation_id)
    date_back(experiment)
    experiment.refresh_from_db()
    return experiment


def _over(experiment: Experiment) -> int:
    return experiment.individuals.exclude(state__in=Individual.OPEN).count()


def _begin(evaluation_id: int) -> None:
    """In training since just now, and a third of it done."""
    claim = services.claim_evaluation(evaluation_id=evaluation_id, worker=WORKER, device="cpu")
    assert claim is not None
    points = live_points(Protocol.model_validate(claim.protocol), done=0.4)
    services.heartbeat_evaluation(claim=claim, progress=0.4 / claim.protocol["repeats"], live_curve=points)


def date_back(experiment: Experiment) -> None:
    """As if each individual had taken a while; the last has just ended."""
    rows = list(experiment.individuals.order_by("step"))
    began = timezone.now() - timedelta(seconds=SECONDS_EACH * (len(rows) + 1))
    for row in rows:
        row.created_at = began + timedelta(seconds=SECONDS_EACH * row.step)
        if row.finished_at:
            row.finished_at = row.created_at + timedelta(seconds=1.7 * SECONDS_EACH)
    Individual.objects.bulk_update(rows, ["created_at", "finished_at"], batch_size=200)
    evaluations = [
        row.evaluation for row in experiment.individuals.select_related("evaluation") if row.finished_at
    ]
    Evaluation.objects.filter(pk__in=[row.pk for row in evaluations]).update(finished_at=Now())
    experiment.refresh_from_db()
    experiment.started_at = began
    if experiment.finished_at:
        experiment.finished_at = timezone.now()
    experiment.save(update_fields=["started_at", "finished_at"])


def large_search(individuals: int) -> Experiment:
    """A search of thousands within a second: rising fitness, and genotypes that repeat."""
    config = demo_config(individuals)
    began = timezone.now() - timedelta(seconds=SECONDS_EACH * individuals)
    experiment = Experiment.objects.create(
        name="A large search",
        config=config.to_json(),
        individuals_planned=individuals,
        state=ExperimentState.FINISHED,
        started_at=began,
        finished_at=timezone.now(),
    )
    lines = _lines_of_descent(config)
    genotypes = _stored([line.genotype for line in lines], [line.phenotype for line in lines])
    evaluations = Evaluation.objects.bulk_create(
        Evaluation(
            phenotype_key=f"large-{experiment.pk}-{place}",
            protocol_key="rehearsed",
            protocol=config.protocol.model_dump(mode="json"),
            genotype=genotype,
            state=WorkState.DONE,
            fitness=0.9,
        )
        for place, genotype in enumerate(genotypes)
    )
    rows = [
        _individual(experiment, step, line, genotypes[place], evaluations[place], began)
        for step in range(individuals)
        for place, line in [(step % DISTINCT, lines[step % DISTINCT])]
    ]
    best = 0.0
    for row in rows:
        best = row.best_so_far = max(best, row.fitness or 0.0)
    Individual.objects.bulk_create(rows, batch_size=500)
    experiment.proposed = experiment.evaluated = experiment.population = individuals
    experiment.best = experiment.individuals.order_by("-fitness").first()
    experiment.save()
    return experiment


class _Line:
    """One genotype of a large search, and how it came about."""

    def __init__(
        self, genotype: Genotype, phenotype: Phenotype, cost: Cost, mutation: Mutation | None
    ) -> None:
        self.genotype = genotype
        self.phenotype = phenotype
        self.cost = cost
        self.mutation = mutation


def _lines_of_descent(config: ExperimentConfig) -> list[_Line]:
    rng = random.Random(1)
    host = config.protocol.shape_host
    lines: list[_Line] = []
    while len(lines) < DISTINCT:
        parent = rng.choice(lines).genotype if lines else None
        mutation = draw_mutation(parent, rng) if parent else None
        genotype = (
            apply_mutation(parent, mutation)
            if parent and mutation
            else random_genotype(config.search_space, rng, mutations=200)
        )
        try:
            phenotype = build_phenotype(genotype)
        except Infeasible:
            continue
        lines.append(_Line(genotype, phenotype, network_cost(phenotype, host), mutation))
    return lines


def _stored(genotypes: list[Genotype], phenotypes: list[Phenotype]) -> list[models.Genotype]:
    rows = {}
    for genotype, phenotype in zip(genotypes, phenotypes, strict=True):
        document = genotype.to_json()
        rows[genotype.key] = models.Genotype(
            key=genotype.key,
            text=genotype.text,
            space=document["space"],
            levels=document["levels"],
            phenotype_key=phenotype.key,
            operation_counts={},
        )
    models.Genotype.objects.bulk_create(rows.values(), ignore_conflicts=True)
    stored = {row.key: row for row in models.Genotype.objects.filter(key__in=rows)}
    return [stored[genotype.key] for genotype in genotypes]


def _individual(
    experiment: Experiment,
    step: int,
    line: _Line,
    genotype: models.Genotype,
    evaluation: Evaluation,
    began: datetime,
) -> Individual:
    noise = random.Random(step).gauss(0, 0.02)
    return Individual(
        experiment=experiment,
        step=step,
        genotype=genotype,
        mutation=line.mutation.to_json() if line.mutation else None,
        origin="mutation" if line.mutation else "initial",
        generation=step // DISTINCT,
        parameters=line.cost.parameters,
        multiply_adds=line.cost.multiply_adds,
        evaluation=evaluation,
        state=WorkState.DONE,
        completion=step,
        fitness=min(0.98, max(0.0, 0.95 - 0.45 * math.exp(-step / 900) + noise)),
        finished_at=began + timedelta(seconds=SECONDS_EACH * (step + 1)),
    )
