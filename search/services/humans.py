"""A genotype that a person made joins an experiment's population."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from search.evolution.config import ExperimentConfig, experiment_config
from search.evolution.cost import network_cost
from search.evolution.edits import edits, moved_to, same_shape
from search.evolution.genotype import Genotype
from search.evolution.mutation import Mutation
from search.evolution.phenotype import Infeasible, build_phenotype
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.selectors.population import genotype_of
from search.services import errors
from search.services.idempotency import Reply, reply_once
from search.services.joining import Candidate, add_individual, retraining
from search.services.journal import tell_experiment
from search.services.locking import lock_experiment
from search.services.settling import EXPERIMENT_COUNTERS, finish_if_complete

HUMAN = "human"
CALLER = "page"

OTHER_SHAPE = "Experiment {key} searches another space; its genotypes have other levels, motifs or nodes."
NO_NETWORK = "The genotype builds no network: {reason}."
TOO_LARGE = "The genotype has {have:,} parameters; experiment {key} allows {limit:,}."
NOT_BEGUN = "Experiment {key} has not begun; start it first."
WAS_STOPPED = "Experiment {key} was stopped for good: nothing is trained for it any more."
HAS_FAILED = "Experiment {key} has failed ({reason}); resume it first."
NO_PARENT = "Experiment {key} has no individual #{step} that this one could come from."

_REFUSALS = {
    ExperimentState.DRAFT: NOT_BEGUN,
    ExperimentState.STOPPED: WAS_STOPPED,
    ExperimentState.FAILED: HAS_FAILED,
}


@dataclass(frozen=True)
class Evaluated:
    """Where the genotype is now."""

    experiment_id: int
    step: int


def evaluate_genotype(
    *,
    experiment_id: int,
    genotype: Genotype,
    token: UUID,
    parent_step: int | None = None,
    eligible: bool = True,
) -> Evaluated:
    """Add a genotype to the population as an individual of origin `human`, in one transaction.

    It takes a step of its own and extends the budget by one. A running search goes on beside it; a finished one
    runs until this evaluation has ended, but proposes nothing; in a paused one it waits with the others. An
    individual that is not `eligible` never wins a tournament. The same token, genotype and experiment again give
    the same individual. Raises Conflict.
    """
    key = f"{token}:{experiment_id}:{genotype.key}:{eligible}"

    def act() -> Reply:
        row = _add(experiment_id, genotype, parent_step, eligible)
        return Reply(201, {"experiment_id": row.experiment_id, "step": row.step})

    return Evaluated(**reply_once(caller=CALLER, key=key, request_hash="", act=act).body)


@transaction.atomic
def _add(experiment_id: int, genotype: Genotype, parent_step: int | None, eligible: bool) -> Individual:
    experiment = lock_experiment(experiment_id)
    if experiment.state in _REFUSALS:
        text = _REFUSALS[ExperimentState(experiment.state)]
        raise errors.Conflict(text.format(key=experiment_id, reason=experiment.reason))
    config = experiment_config(experiment.config)
    candidate = _candidate(experiment, config, genotype)
    parent = _parent(experiment, parent_step)
    step = experiment.proposed
    share = config.strategy.share_fitness
    experiment.individuals_planned += 1
    row = add_individual(
        experiment,
        candidate,
        config.protocol if share else retraining(config, f"{HUMAN} {step}"),
        origin=HUMAN,
        parent=parent,
        mutation=_mutation(parent, candidate.genotype),
        eligible=eligible,
    )
    if row.state == WorkState.WAITING:  # no message carries it yet: the next advance sends it
        Evaluation.objects.filter(pk=row.evaluation_id, state=WorkState.WAITING).update(sent_at=None)
    if row.state in Individual.OPEN and experiment.state == ExperimentState.FINISHED:
        experiment.state, experiment.finished_at = ExperimentState.RUNNING, None
        tell_experiment(experiment)
    finish_if_complete(experiment)
    experiment.save(update_fields=[*EXPERIMENT_COUNTERS, "proposed", "shared", "individuals_planned"])
    return row


def _candidate(experiment: Experiment, config: ExperimentConfig, genotype: Genotype) -> Candidate:
    """As a genotype of the experiment's own space, which may have another name or limit."""
    space = config.search_space
    if not same_shape(genotype.space, space):
        raise errors.Conflict(OTHER_SHAPE.format(key=experiment.pk))
    moved = moved_to(space, genotype)
    try:
        phenotype = build_phenotype(moved)
    except Infeasible as error:
        raise errors.Conflict(NO_NETWORK.format(reason=error)) from None
    cost = network_cost(phenotype, config.protocol.shape_host)
    limit = space.max_parameters
    if limit is not None and cost.parameters > limit:
        raise errors.Conflict(TOO_LARGE.format(key=experiment.pk, have=cost.parameters, limit=limit))
    return Candidate(moved, phenotype, cost)


def _parent(experiment: Experiment, step: int | None) -> Individual | None:
    if step is None:
        return None
    rows = Individual.objects.filter(experiment=experiment, step=step).select_related("genotype")
    parent = rows.first()
    if parent is None:
        raise errors.Conflict(NO_PARENT.format(key=experiment.pk, step=step))
    return parent


def _mutation(parent: Individual | None, genotype: Genotype) -> Mutation | None:
    """The one edge that differs; None where none or several do."""
    found = edits(genotype_of(parent), genotype) if parent else None
    return found[0] if found and len(found) == 1 else None
