"""Repeats of each network: few at first, one more whenever it is proposed again or leads.

Each experiment counts for itself: its fitness of a network is the mean of the first so many records, however many more
others have asked for. So it is the same whoever else trained that network before.
"""

import statistics
from collections.abc import Sequence

from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.statistics.samples import sample_deviation
from search.models import Evaluation, Experiment, FitnessRecord, Individual, WorkState
from search.selectors.protocols import keys_of
from search.services.decision_state.best_so_far import renew_best_so_far

CONFIRMATION = "confirmation"
"""Origin of an individual that repeats the leader's network; it takes a step, and no part in tournaments."""
RESTS = "Rests on {have} of {wanted} repeats: a further one failed. {reason}"
UPDATED = ("fitness", "fitness_spread", "repeats")


def repeats_wanted(
    experiment: Experiment, *, phenotype_key: str, protocol: Protocol, context_key: str = ""
) -> int | None:
    """How many repeats the next individual with that network rests on; None: all of the protocol's."""
    first = experiment.decisions.first_repeats
    if not first:
        return None
    most = protocol.repeats
    rows = Individual.objects.filter(
        experiment=experiment,
        evaluation__phenotype_key=phenotype_key,
        evaluation__protocol_key__in=keys_of(protocol),
        evaluation__context_key=context_key,
    ).exclude(state__in=(WorkState.FAILED, WorkState.CANCELLED))
    latest = rows.order_by("-repeats").first()
    if latest is None:
        return first
    have = latest.repeats or most
    return have if latest.state in Individual.OPEN else min(most, have + 1)


def ask_for(evaluation: Evaluation, wanted: int | None) -> bool:
    """Have a locked evaluation that was there before hold at least so many repeats; not saved.

    Says whether it has ended with fewer, and must be trained on.
    """
    if evaluation.repeats is None:  # it has all, or will have
        return False
    most = int(evaluation.protocol["repeats"])
    needed = most if wanted is None else wanted
    if needed <= evaluation.repeats:
        return False
    evaluation.repeats = None if needed == most else needed
    return evaluation.state == WorkState.DONE


def first_ask(protocol: Protocol, wanted: int | None) -> int | None:
    """What a new evaluation keeps of it."""
    return None if wanted == protocol.repeats else wanted


def fitness_for(individual: Individual, evaluation: Evaluation) -> tuple[float | None, float | None]:
    """(fitness, spread) that an ended evaluation gives to an individual."""
    if individual.repeats is None:
        return evaluation.fitness, evaluation.fitness_spread
    records = FitnessRecord.objects.filter(evaluation=evaluation).order_by("repeat")
    return mean_and_spread(list(records.values_list("accuracy", flat=True)[: individual.repeats]))


def rest_on_what_is_there(individual: Individual, evaluation: Evaluation, first: int) -> None:
    """A failed evaluation whose first repeats are recorded: what failed is a further one, and the network is as good as
    it was. The individual is done with the repeats that there are; with fewer than `first` it has failed. Not saved."""
    wanted = individual.repeats
    if wanted is None:
        return
    have = FitnessRecord.objects.filter(evaluation=evaluation, repeat__lt=wanted).count()
    if not first or have < first:
        return
    individual.state, individual.repeats = WorkState.DONE, have
    if have < wanted:
        individual.reason = RESTS.format(have=have, wanted=wanted, reason=evaluation.reason)
    else:
        individual.reason = ""


def caused_training(individual: Individual, first: int) -> bool:
    """Whether an individual that ends now had its network trained, rather than found it known or under way.

    One that waited for a further repeat of a known network is saved already, and caused that repeat.
    """
    if not individual.shared:
        return True
    return individual.pk is not None and individual.repeats is not None and individual.repeats > first


def count_seconds(experiment: Experiment, individual: Individual, seconds: float) -> None:
    """Count so much training time for an individual in place of what was counted for it before: one that is stopped
    or fails, and then goes on with what it has, is counted once. Not saved."""
    experiment.train_seconds += seconds - individual.counted_seconds
    individual.counted_seconds = seconds


def seconds_for(individual: Individual, evaluation: Evaluation, first: int) -> float:
    """Training time of an ended evaluation that an individual caused: all, or that of its further repeat."""
    if individual.repeats is None:
        return evaluation.train_seconds
    begin = 0 if individual.repeats == first else individual.repeats - 1
    records = FitnessRecord.objects.filter(
        evaluation=evaluation, repeat__gte=begin, repeat__lt=individual.repeats
    )
    return sum(records.values_list("seconds", flat=True))


def mean_and_spread(accuracies: Sequence[float]) -> tuple[float, float | None]:
    """The sample standard deviation; None for a single one."""
    return statistics.fmean(accuracies), sample_deviation(accuracies)


def share_repeats(experiment: Experiment, individual: Individual) -> None:
    """A saved individual of a locked experiment rests on more repeats than those with the same network: so do they
    now, and who leads is asked anew. `best` is set, not saved."""
    if individual.repeats is None or individual.state != WorkState.DONE:
        return
    older = Individual.objects.filter(
        experiment=experiment,
        evaluation=individual.evaluation_id,
        state=WorkState.DONE,
        repeats__lt=individual.repeats,
    )
    changed = older.update(**{name: getattr(individual, name) for name in UPDATED})
    if not changed:
        return
    ranked = Individual.objects.filter(experiment=experiment, state=WorkState.DONE)
    experiment.best = ranked.order_by("-fitness", "parameters", "step").first()
    experiment.revision += 1
    renew_best_so_far(experiment.pk)
    individual.refresh_from_db(fields=["best_so_far"])


def unconfirmed(experiment: Experiment, config: ExperimentConfig) -> Individual | None:
    """The leader, if it rests on fewer repeats than the protocol's and nothing is under way for it."""
    if not config.decisions.first_repeats or experiment.best_id is None:
        return None
    best = Individual.objects.select_related("genotype", "evaluation").get(pk=experiment.best_id)
    if best.evaluation.state == WorkState.FAILED:  # a further repeat failed, and would again
        return None
    if best.repeats is None or best.repeats >= config.protocol.repeats:
        return None
    same = Individual.objects.filter(experiment=experiment, evaluation=best.evaluation_id)
    unwilling = (*Individual.OPEN, WorkState.FAILED, WorkState.CANCELLED)
    return None if same.filter(state__in=unwilling).exists() else best
