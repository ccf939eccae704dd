"""Early stopping of running trainings, from a point of their learning curve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from search.database.clock import ended_now
from search.evolution.decisions import decided_rank, rung_of, upper_bound
from search.evolution.evaluation import CurvePoint
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.strategies.tournament_evolution import EvolutionConfig
from search.models import Evaluation, Experiment, Individual, WorkState
from search.selectors.learning_curve_pairs import finished_at_step
from search.selectors.population import Population
from search.services import errors
from search.services.decision_state.ladders import ladder_of, waiting_at
from search.services.decision_state.repeats import caused_training, count_seconds
from search.services.evaluations.claiming import Claim
from search.services.evaluations.outcomes import finish_if_complete, save_counters
from search.services.locking import lock_experiments

HOPELESS = (
    "Stopped early at step {step} of {steps}: with {now} there it will not end above {bound}, and {fitter} "
    "individuals of this experiment are fitter than that. The chance that it would ever win a given tournament is "
    "below {chance:.2g}."
)
WAITS = (
    "Waits at step {step} of {steps} with {now}: the best one in {keep} goes on from there, and {reached} have "
    "come so far."
)
STOPPED = ("state", "reason", "finished_at", "stopped_at", "stopped_accuracy", "rung", "counted_seconds")


@dataclass(frozen=True)
class Judgement:
    """What the experiments that wait for a training make of a point of its curve."""

    needed: bool
    """Whether anybody still wants it to go on."""
    may_go_on: bool
    """Whether somebody who gave it up may want the rest later: keep its state."""
    experiments: tuple[int, ...]
    """Who has room for another individual now."""


GO_ON = Judgement(needed=True, may_go_on=False, experiments=())


@dataclass(frozen=True)
class TrainingPoint:
    """A point of the first repeat's curve, before its end."""

    step: int
    steps: int
    accuracy: float
    seconds: float


def judge_point(*, claim: Claim, point: TrainingPoint, curve: Sequence[CurvePoint]) -> Judgement:
    """Ask every experiment that waits for a training whether it still wants it. Raises LeaseLost."""
    rows = Individual.objects.filter(evaluation=claim.evaluation_id, state__in=Individual.OPEN)
    asked = [
        pk
        for pk, document in rows.order_by().values_list("experiment_id", "experiment__config").distinct()
        if Experiment.decisions_of(document).looks_at_curves
    ]
    return _judge(claim, point, curve, asked) if asked else GO_ON


@transaction.atomic
def _judge(
    claim: Claim, point: TrainingPoint, curve: Sequence[CurvePoint], asked: Iterable[int]
) -> Judgement:
    experiments = lock_experiments(asked)
    held = Evaluation.objects.select_for_update(no_key=True).filter(pk=claim.evaluation_id, lease=claim.lease)
    if not held.exists():
        raise errors.LeaseLost(errors.LEASE_LOST.format(key=claim.evaluation_id))
    waiting = Individual.objects.filter(evaluation=claim.evaluation_id, state__in=Individual.OPEN)
    stopped, parked = set[int](), False
    for individual in waiting.filter(experiment__in=experiments, stopped_at=None).order_by(
        "experiment_id", "step"
    ):
        experiment = experiments[individual.experiment_id]
        if not individual.eligible or individual.origin == "human":
            continue  # a person wants to know the number itself
        config = experiment.configuration
        if _gives_up(experiment, individual, config, point, claim.protocol_key):
            stopped.add(experiment.pk)
            if caused_training(individual, config.decisions.first_repeats):
                count_seconds(experiment, individual, point.seconds)
            parked = parked or individual.rung is not None
        individual.save(update_fields=STOPPED)
        finish_if_complete(experiment)
        save_counters(experiment)
    needed = waiting.exists()
    if not needed:  # what was measured stays to be seen
        held.update(live_curve=list(curve), progress=point.step / point.steps)
    return Judgement(needed, parked, tuple(sorted(stopped)))


def _gives_up(
    experiment: Experiment,
    individual: Individual,
    config: ExperimentConfig,
    point: TrainingPoint,
    protocol_key: str,
) -> bool:
    reason = _hopeless(experiment, config, point, protocol_key)
    if reason:
        individual.rung = None
    else:
        reason = _waits(experiment, individual, config, point)
    if not reason:
        return False
    individual.state, individual.reason = WorkState.CANCELLED, reason
    individual.finished_at = ended_now(individual.created_at)
    individual.stopped_at, individual.stopped_accuracy = point.step, point.accuracy
    experiment.stopped_early += 1
    return True


def _hopeless(
    experiment: Experiment, config: ExperimentConfig, point: TrainingPoint, protocol_key: str
) -> str:
    chance, strategy = config.decisions.hopeless_chance, config.strategy
    if not chance or not isinstance(strategy, EvolutionConfig):
        return ""
    # Who has r fitter ones wins with probability at most (1 - f p)^r (see decided_rank).
    fitter = decided_rank(strategy.tournament_fraction * strategy.tournament_probability, chance)
    last = Population(experiment).fittest(fitter - 1, 1)
    if not last:
        return ""
    bound = upper_bound(
        point.accuracy, finished_at_step(experiment, protocol_key=protocol_key, step=point.step)
    )
    if bound is None or bound >= last[0][1].fitness:
        return ""
    return HOPELESS.format(
        step=point.step,
        steps=point.steps,
        now=_per_cent(point.accuracy),
        bound=_per_cent(bound),
        fitter=fitter,
        chance=chance,
    )


def _waits(
    experiment: Experiment, individual: Individual, config: ExperimentConfig, point: TrainingPoint
) -> str:
    keep, rung = config.decisions.halving, rung_of(point.step, point.steps)
    if not keep or rung is None or rung >= config.decisions.rungs:
        return ""
    if individual.rung is not None and individual.rung >= rung:
        return ""  # it was let on from there: an attempt that was killed has come by again
    ladder = ladder_of(experiment, config)
    individual.rung = rung
    ladder.reached[rung] += 1
    best = waiting_at(experiment, rung)
    if ladder.has_room(rung) and (best is None or point.accuracy > (best.stopped_accuracy or 0.0)):
        ladder.promoted[rung] += 1
        waits = ""
    else:
        waits = WAITS.format(
            step=point.step,
            steps=point.steps,
            now=_per_cent(point.accuracy),
            keep=keep,
            reached=ladder.reached[rung],
        )
    experiment.decision_state = (experiment.decision_state or {}) | {"ladder": ladder.to_json()}
    return waits


def _per_cent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"
