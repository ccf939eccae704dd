"""Made-up searches for tests of pages: rows in bulk, without proposing or training anything."""

from datetime import datetime, timedelta

from django.utils import timezone

from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.models import Evaluation, Experiment, ExperimentState, Genotype, Individual, WorkState

REASON = "The network did not fit in memory: it needs 41 GB."


def made_search(
    individuals: int,
    *,
    name: str = "a search",
    failing: int = 0,
    planned: int | None = None,
    state: str = ExperimentState.FINISHED,
    seconds_each: float = 4.0,
) -> Experiment:
    """`individuals` finished ones of rising fitness, the first `failing` of them failed."""
    planned = planned or individuals
    document = PRESETS["quick"].config.to_json()
    document["budget"]["individuals"] = planned
    began = timezone.now() - timedelta(seconds=seconds_each * individuals)
    experiment = Experiment.objects.create(
        name=name, config=document, individuals_planned=planned, state=state, started_at=began
    )
    genotype, done = trivial_row(), _evaluation(failed=False)
    rows = [
        _individual(
            experiment,
            step,
            genotype=genotype,
            evaluation=_evaluation(failed=True, number=step) if step < failing else done,
            fitness=None if step < failing else 0.5 + 0.4 * step / individuals,
            completion=None if step < failing else step - failing,
            ended=began + timedelta(seconds=seconds_each * (step + 1)),
        )
        for step in range(individuals)
    ]
    Individual.objects.bulk_create(rows, batch_size=500)
    experiment.proposed = individuals
    experiment.evaluated = experiment.population = individuals - failing
    experiment.failed = failing
    experiment.best = experiment.individuals.filter(state=WorkState.DONE).order_by("-fitness").first()
    experiment.save()
    return experiment


def _individual(
    experiment: Experiment,
    step: int,
    *,
    genotype: Genotype,
    evaluation: Evaluation,
    fitness: float | None,
    completion: int | None,
    ended: datetime,
) -> Individual:
    return Individual(
        experiment=experiment,
        step=step,
        genotype=genotype,
        evaluation=evaluation,
        origin="initial",
        parameters=10_000 + step,
        multiply_adds=1_000_000 + step,
        state=evaluation.state,
        reason=evaluation.reason,
        fitness=fitness,
        best_so_far=fitness,
        completion=completion,
        finished_at=ended,
    )


def in_training(experiment: Experiment, *, state: str = WorkState.RUNNING) -> Individual:
    """One more individual, that is waiting or being trained."""
    lease = "attempt" if state == WorkState.RUNNING else ""
    evaluation = Evaluation.objects.create(
        phenotype_key=f"open-{experiment.pk}-{experiment.proposed}",
        protocol_key="protocol",
        protocol={},
        genotype=trivial_row(),
        state=state,
        lease=lease,
        progress=0.4,
    )
    row = Individual.objects.create(
        experiment=experiment,
        step=experiment.proposed,
        genotype=trivial_row(),
        evaluation=evaluation,
        origin="mutation",
        parameters=1,
        multiply_adds=1,
        state=state,
    )
    experiment.proposed += 1
    experiment.save(update_fields=["proposed"])
    return row


def trivial_row() -> Genotype:
    genotype = trivial_genotype(SPACES["hierarchical"])
    document = genotype.to_json()
    row, _ = Genotype.objects.get_or_create(
        key=genotype.key,
        defaults={
            "text": genotype.text,
            "space": document["space"],
            "levels": document["levels"],
            "phenotype_key": "trivial",
            "operation_counts": {},
        },
    )
    return row


def _evaluation(*, failed: bool, number: int = 0) -> Evaluation:
    row, _ = Evaluation.objects.get_or_create(
        phenotype_key=f"failed-{number}" if failed else "done",
        protocol_key="protocol",
        defaults={
            "protocol": {},
            "genotype": trivial_row(),
            "state": WorkState.FAILED if failed else WorkState.DONE,
            "fitness": None if failed else 0.9,
            "reason_code": "out_of_memory" if failed else "",
            "reason": REASON if failed else "",
        },
    )
    return row
