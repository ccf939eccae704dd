"""Evaluation of a genotype that a person made, as an individual of an experiment."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from search import models
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.slot_diff import edits, moved_to, same_shape
from search.evolution.networks.cost import Cost, is_countable, network_cost, within_limit
from search.evolution.networks.host import PAPER_HOST
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.selectors.population import genotype_of
from search.services import errors
from search.services.evaluations.outcomes import EXPERIMENT_COUNTERS, finish_if_complete
from search.services.idempotency import Reply, reply_once, stored_reply
from search.services.locking import lock_experiment
from search.services.proposing.genotypes import store_genotype
from search.services.proposing.individuals import Candidate, Origin, join, retraining
from search.services.state_log import log_experiment

HUMAN = "human"
CALLER = "page"

OTHER_SHAPE = "Experiment {key} searches another space; its genotypes have other levels, motifs or nodes."
NO_NETWORK = "The genotype builds no network: {reason}."
TOO_LARGE = (
    "The genotype has {have:,} parameters in the paper's small host; experiment {key} allows {limit:,} there."
)
BEYOND_COUNTING = (
    "Under the protocol of experiment {key} the network has more parameters or multiply-adds than 64 bits count; "
    "nothing could train it. Use narrower motifs."
)
NOT_BEGUN = "Experiment {key} has not begun; start it first."
WAS_STOPPED = "Experiment {key} was stopped for good: nothing is trained for it any more."
HAS_FAILED = "Experiment {key} has failed ({reason}); resume it first."
UNSEEN = "No worker has seen {dataset} for experiment {key} yet; wait until its first network is proposed."
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
    """Add a genotype to the population as an individual of origin `human`.

    It takes a step of its own and extends the budget by one. A running search goes on beside it; a finished one
    runs until this evaluation has ended, but proposes nothing; in a paused one it waits with the others. An
    individual that is not `eligible` never wins a tournament. The same token, genotype and experiment again give
    the same individual. Raises Conflict.
    """
    key = f"{token}:{experiment_id}:{genotype.key}:{eligible}"
    if (said := stored_reply(caller=CALLER, key=key, request_hash="")) is not None:
        return Evaluated(**said.body)
    prepared = _prepare(experiment_id, genotype, parent_step)

    def act() -> Reply:
        row = _add(experiment_id, prepared, eligible)
        return Reply(201, {"experiment_id": row.experiment_id, "step": row.step})

    return Evaluated(**reply_once(caller=CALLER, key=key, request_hash="", act=act).body)


@dataclass(frozen=True)
class _Prepared:
    """All that can be known of the individual without its experiment's lock, for which every step of the search
    waits: the network, its cost, its stored genotype, where it came from."""

    genotype: models.Genotype
    cost: Cost
    parent: Individual | None
    mutation: Mutation | None


def _prepare(experiment_id: int, genotype: Genotype, parent_step: int | None) -> _Prepared:
    experiment = _standing(Experiment.objects.filter(pk=experiment_id).first(), experiment_id)
    candidate = _candidate(experiment, experiment.configuration, genotype)
    parent = _parent(experiment, parent_step)
    with transaction.atomic():
        stored = store_genotype(candidate.genotype, candidate.phenotype)
    return _Prepared(stored, candidate.cost, parent, _mutation(parent, candidate.genotype))


def _standing(experiment: Experiment | None, key: int) -> Experiment:
    """One that takes new individuals. Raises NotFound, Conflict."""
    if experiment is None:
        raise errors.NotFound(errors.NOT_FOUND.format(what="experiment", key=key))
    if experiment.state in _REFUSALS:
        text = _REFUSALS[ExperimentState(experiment.state)]
        raise errors.Conflict(text.format(key=key, reason=experiment.reason))
    if not experiment.proposed and experiment.awaits is not None:
        raise errors.Conflict(UNSEEN.format(key=key, dataset=experiment.awaits["dataset"]))
    return experiment


@transaction.atomic
def _add(experiment_id: int, prepared: _Prepared, eligible: bool) -> Individual:
    experiment = _standing(lock_experiment(experiment_id), experiment_id)
    config = experiment.configuration
    step = experiment.proposed
    share = config.strategy.share_fitness
    experiment.individuals_planned += 1
    row = join(
        experiment,
        prepared.genotype,
        prepared.cost,
        config.protocol if share else retraining(config, f"{HUMAN} {step}"),
        Origin(HUMAN, prepared.parent, prepared.mutation, eligible),
    )
    if row.state == WorkState.WAITING:  # no message carries it yet: the next advance sends it
        Evaluation.objects.filter(pk=row.evaluation_id, state=WorkState.WAITING).update(sent_at=None)
    if row.state in Individual.OPEN and experiment.state == ExperimentState.FINISHED:
        experiment.state = ExperimentState.RUNNING
        log_experiment(experiment)
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
    limit = space.max_parameters
    if limit is not None and not within_limit(phenotype, limit):
        have = network_cost(phenotype, PAPER_HOST).parameters
        raise errors.Conflict(TOO_LARGE.format(key=experiment.pk, have=have, limit=limit))
    cost = network_cost(phenotype, config.protocol.shape_host)
    if not is_countable(cost):
        raise errors.Conflict(BEYOND_COUNTING.format(key=experiment.pk))
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
