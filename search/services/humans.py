"""A genotype that a person made joins an experiment's population."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from search import models
from search.evolution.config import ExperimentConfig, experiment_config
from search.evolution.cost import Cost, network_cost
from search.evolution.edits import edits, moved_to, same_shape
from search.evolution.genotype import Genotype
from search.evolution.mutation import Mutation
from search.evolution.phenotype import Infeasible, build_phenotype
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.selectors.population import genotype_of
from search.services import errors
from search.services.genotypes import store_genotype
from search.services.idempotency import Reply, reply_once, said_before
from search.services.joining import Candidate, join, retraining
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
    """Add a genotype to the population as an individual of origin `human`.

    It takes a step of its own and extends the budget by one. A running search goes on beside it; a finished one
    runs until this evaluation has ended, but proposes nothing; in a paused one it waits with the others. An
    individual that is not `eligible` never wins a tournament. The same token, genotype and experiment again give
    the same individual. Raises Conflict.
    """
    key = f"{token}:{experiment_id}:{genotype.key}:{eligible}"
    if (said := said_before(caller=CALLER, key=key, request_hash="")) is not None:
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
    candidate = _candidate(experiment, experiment_config(experiment.config), genotype)
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
    return experiment


@transaction.atomic
def _add(experiment_id: int, prepared: _Prepared, eligible: bool) -> Individual:
    experiment = _standing(lock_experiment(experiment_id), experiment_id)
    config = experiment_config(experiment.config)
    step = experiment.proposed
    share = config.strategy.share_fitness
    experiment.individuals_planned += 1
    row = join(
        experiment,
        prepared.genotype,
        prepared.cost,
        config.protocol if share else retraining(config, f"{HUMAN} {step}"),
        origin=HUMAN,
        parent=prepared.parent,
        mutation=prepared.mutation,
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
