"""Database consistency audit: checks every invariant in one snapshot and returns the rows that violate one.

`violations` reads everything once, in one snapshot, and names each row that breaks a rule of `RULES`. An empty list
says that nothing is lost: every step was proposed once, every finished repeat counts, all that is open says why.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import accumulate, pairwise

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Now

from search.evolution.experiments.protocol_keys import repeat_seed
from search.evolution.genotypes.genotype import Genotype as Structure
from search.models import (
    Evaluation,
    Experiment,
    ExperimentState,
    FitnessRecord,
    Genotype,
    Individual,
    WorkState,
)
from search.selectors.audit_rules import CLOCK_SECONDS, GRACE_SECONDS, RULES, Violation
from search.selectors.finals_audit import final_violations
from search.selectors.learning_audit import learning_violations

__all__ = ["GRACE_SECONDS", "RULES", "Violation", "violations"]


def violations() -> list[Violation]:
    """All there are, over all experiments."""
    with _snapshot():
        return [
            *_experiments(),
            *_genotypes(),
            *_outcomes(),
            *_repeats(),
            *_times(),
            *_forgotten(),
            *learning_violations(),
            *final_violations(),
            *_unexplained(),
        ]


@contextmanager
def _snapshot() -> Iterator[None]:
    """All reads see one moment, so that a running search does not look like a wrong one."""
    inside = connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and not inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _experiments() -> Iterator[Violation]:
    for experiment in Experiment.objects.select_related("best").order_by("pk"):
        rows = list(
            Individual.objects.filter(experiment=experiment)
            .select_related("parent")
            .defer("mutation", "tags")
            .order_by("step")
        )
        where = f"experiment {experiment.pk}"
        yield from _steps(where, experiment, rows)
        yield from _parents(where, rows)
        yield from _counters(where, experiment, rows)
        if experiment.state == ExperimentState.FINISHED:
            is_open = sum(row.state in Individual.OPEN for row in rows)
            is_over = experiment.proposed == experiment.individuals_planned or experiment.is_budget_spent
            if is_open or not is_over:
                text = f"{experiment.proposed} of {experiment.individuals_planned} proposed, {is_open} open"
                yield Violation("ended", where, text)


def _steps(where: str, experiment: Experiment, rows: list[Individual]) -> Iterator[Violation]:
    steps = [row.step for row in rows]
    if steps != list(range(experiment.proposed)):
        missing = sorted(set(range(experiment.proposed)) - set(steps))[:5]
        surplus = sorted(set(steps) - set(range(experiment.proposed)))[:5]
        yield Violation(
            "steps",
            where,
            f"{len(steps)} individuals for {experiment.proposed} steps; missing {missing}, beyond {surplus}",
        )


def _parents(where: str, rows: list[Individual]) -> Iterator[Violation]:
    for row in rows:
        parent = row.parent
        if parent is None:
            continue
        right = parent.experiment_id == row.experiment_id and parent.step < row.step
        if not (right and row.generation == parent.generation + 1):
            yield Violation(
                "parent", f"{where}, step {row.step}", f"parent {parent}, generation {row.generation}"
            )
        elif row.origin != "human" and parent.state != WorkState.DONE:
            yield Violation(
                "parent", f"{where}, step {row.step}", f"its parent, step {parent.step}, is {parent.state}"
            )


def _counters(where: str, experiment: Experiment, rows: list[Individual]) -> Iterator[Violation]:
    done = [row for row in rows if row.state == WorkState.DONE]
    members = sorted(
        (row for row in done if row.eligible),
        key=lambda row: -1 if row.completion is None else row.completion,
    )
    counted = {
        "evaluated": len(done),
        "failed": sum(row.state == WorkState.FAILED for row in rows),
        "shared": sum(row.shared for row in rows),
        "population": len(members),
        "stopped_early": sum(row.state == WorkState.CANCELLED and row.stopped_at is not None for row in rows),
    }
    for name, value in counted.items():
        if getattr(experiment, name) != value:
            yield Violation(
                "counters", where, f"{name} is {getattr(experiment, name)}, its individuals say {value}"
            )
    if [row.completion for row in members] != list(range(len(members))):
        yield Violation("counters", where, "the order of completion has gaps or doubles")
    best = min(done, key=lambda row: (-(row.fitness or 0.0), row.parameters, row.step), default=None)
    if experiment.best != best:
        yield Violation("counters", where, f"its best is {experiment.best}, its individuals say {best}")
    found = [row.best_so_far or 0.0 for row in members]
    if any(later < earlier for earlier, later in pairwise(found)):
        yield Violation("counters", where, "best_so_far falls")
    # One that may not be a parent has no place in the order, but may be the best.
    elif len(members) == len(done) and found != list(
        accumulate((row.fitness or 0.0 for row in members), max)
    ):
        yield Violation("counters", where, "best_so_far is not the best of those that were complete")


def _genotypes() -> Iterator[Violation]:
    for row in Genotype.objects.annotate(motif_count=Count("motifs")).order_by("pk").iterator(1000):
        where = f"genotype {row.key}"
        try:
            structure = Structure.of_row(row)
        except ValueError as error:
            yield Violation("genotype", where, f"does not read: {error}")
            continue
        slots = sum(len(level) for level in row.levels)
        if structure.key != row.key or structure.text != row.text:
            yield Violation("genotype", where, f"its content has the key {structure.key}")
        if row.motif_count != slots:
            yield Violation("genotype", where, f"{row.motif_count} of its {slots} motifs are stored")


def _outcomes() -> Iterator[Violation]:
    rows = Individual.objects.select_related("evaluation", "experiment", "genotype")
    rows = rows.defer("evaluation__protocol", "experiment__config", "genotype__levels", "genotype__text")
    for row in rows.order_by("pk").iterator(1000):
        evaluation, where = row.evaluation, f"experiment {row.experiment_id}, step {row.step}"
        if row.genotype.phenotype_key != evaluation.phenotype_key:
            yield Violation("outcome", where, f"evaluation {evaluation.pk} is of another network")
        # What ended by hand or with its experiment stays so, even if somebody else has the evaluation tried again.
        ended_alone = row.state == WorkState.CANCELLED or row.experiment.state == ExperimentState.STOPPED
        if (
            row.repeats is not None and row.state == WorkState.DONE
        ):  # on so many repeats, whatever came of more
            yield from _rests_on_repeats(where, row)
        elif row.state != evaluation.state and not ended_alone:
            yield Violation(
                "outcome", where, f"is {row.state}, evaluation {evaluation.pk} is {evaluation.state}"
            )
        elif row.state == WorkState.DONE and (row.fitness, row.fitness_spread) != (
            evaluation.fitness, evaluation.fitness_spread
        ):  # fmt: skip
            yield Violation(
                "outcome",
                where,
                f"has fitness {row.fitness}, evaluation {evaluation.pk} {evaluation.fitness}",
            )


def _rests_on_repeats(where: str, row: Individual) -> Iterator[Violation]:
    records = FitnessRecord.objects.filter(evaluation=row.evaluation_id).order_by("repeat")
    accuracies = list(records.values_list("accuracy", flat=True)[: row.repeats])
    if len(accuracies) != row.repeats:
        yield Violation("outcome", where, f"rests on {row.repeats} repeats, there are {len(accuracies)}")
    elif row.fitness != statistics.fmean(accuracies):
        text = f"has fitness {row.fitness}, its {row.repeats} repeats say {statistics.fmean(accuracies)}"
        yield Violation("outcome", where, text)


def _repeats() -> Iterator[Violation]:
    records: dict[int, list[FitnessRecord]] = {}
    for record in FitnessRecord.objects.defer("curve").order_by("evaluation_id", "repeat").iterator(1000):
        records.setdefault(record.evaluation_id, []).append(record)
    for row in Evaluation.objects.defer("live_curve", "log").order_by("pk").iterator(1000):
        kept, want, where = records.get(row.pk, []), row.protocol["repeats"], f"evaluation {row.pk}"
        seeds = [
            (n, repeat_seed(row.phenotype_key, row.protocol_key, n, row.context_key)) for n in range(want)
        ]
        if any((record.repeat, record.seed) not in seeds for record in kept):
            yield Violation("repeats", where, "a repeat is not from the seed that is its own")
        if row.state != WorkState.DONE:
            continue
        want = row.repeats or want  # asked for so far
        if [record.repeat for record in kept] != list(range(want)):
            yield Violation(
                "repeats", where, f"is done with repeats {[record.repeat for record in kept]} of {want}"
            )
            continue
        accuracies = [record.accuracy for record in kept]
        spread = statistics.stdev(accuracies) if want > 1 else None
        if (row.fitness, row.fitness_spread) != (statistics.fmean(accuracies), spread):
            yield Violation(
                "repeats", where, f"has fitness {row.fitness}, its repeats say {statistics.fmean(accuracies)}"
            )


def _times() -> Iterator[Violation]:
    early = Q(finished_at__lt=F("created_at") - timedelta(seconds=CLOCK_SECONDS))
    for row in Evaluation.objects.filter(early):
        yield Violation("times", f"evaluation {row.pk}", f"made {row.created_at}, ended {row.finished_at}")
    for individual in Individual.objects.filter(early):
        text = f"proposed {individual.created_at}, ended {individual.finished_at}"
        yield Violation("times", f"individual {individual}", text)


def _forgotten() -> Iterator[Violation]:
    """Open evaluations that nobody would come back to."""
    needed = Individual.objects.filter(evaluation=OuterRef("pk"), state__in=Individual.OPEN)
    late = Now() - timedelta(seconds=settings.LEASE_SECONDS + 2 * settings.SWEEP_SECONDS + GRACE_SECONDS)
    silent = Evaluation.objects.filter(
        Q(heartbeat_at__lt=late) | Q(heartbeat_at=None), state=WorkState.RUNNING
    )
    for row in silent:
        yield Violation(
            "explained", f"evaluation {row.pk}", f"{row.worker} is silent since {row.heartbeat_at}"
        )
    for row in Evaluation.objects.filter(~Exists(needed), state=WorkState.WAITING):
        yield Violation("explained", f"evaluation {row.pk}", "waits, and no individual needs it")
    late = Now() - timedelta(seconds=settings.RESEND_SECONDS + 2 * settings.SWEEP_SECONDS + GRACE_SECONDS)
    wanted = needed.filter(experiment__state=ExperimentState.RUNNING)
    for row in Evaluation.objects.filter(Exists(wanted), state=WorkState.WAITING, sent_at__lt=late):
        yield Violation(
            "explained",
            f"evaluation {row.pk}",
            f"waits, last sent {row.sent_at}: does a clock ask for sweeps?",
        )


def _unexplained() -> Iterator[Violation]:
    """Ends without a reason."""
    for row in Evaluation.objects.filter(state=WorkState.FAILED).filter(Q(reason="") | Q(reason_code="")):
        yield Violation("explained", f"evaluation {row.pk}", "failed without a reason")
    ends = Individual.objects.filter(state__in=(WorkState.FAILED, WorkState.CANCELLED), reason="")
    for individual in ends:
        yield Violation("explained", f"individual {individual}", f"{individual.state} without a reason")
    for experiment in Experiment.objects.filter(state=ExperimentState.FAILED, reason=""):
        yield Violation("explained", f"experiment {experiment.pk}", "failed without a reason")
