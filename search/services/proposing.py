"""The controller: a short transaction that any process runs, under the lock of its experiment."""

import logging
import random
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from search.evolution.config import ExperimentConfig, derive_seed, experiment_config
from search.evolution.cost import Cost, network_cost
from search.evolution.genotype import Genotype
from search.evolution.host import Host
from search.evolution.phenotype import Infeasible, build_phenotype
from search.evolution.strategies import make_strategy
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState, statements
from search.selectors.population import Population
from search.services.decisions.left import work_left
from search.services.decisions.refusing import Refusals, refusals
from search.services.decisions.repeating import CONFIRMATION, unconfirmed
from search.services.decisions.resuming import let_on
from search.services.joining import Candidate, add_individual, join, make_waiting, retraining, sent_now
from search.services.journal import tell_experiment
from search.services.locking import lock_experiment
from search.services.moments import database_now
from search.services.patience import lose_patience
from search.services.settling import finish_if_complete, save_counters

log = logging.getLogger(__name__)


def advance_experiment(*, experiment_id: int) -> list[int]:
    """Propose until as many individuals are open as the budget allows, each in a transaction of its own.

    Returns the evaluations to send to workers: new ones, and waiting ones whose last message was refused.
    An exception inside proposing fails the experiment with its reason; a database that is away is no such
    reason and is raised.
    """
    to_send = _take_unsent(experiment_id)
    while True:
        try:
            proposed = _propose_next(experiment_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("experiment %s: proposing failed", experiment_id)
            _fail_experiment(experiment_id, error)
            return to_send
        if proposed.send is not None:
            to_send.append(proposed.send)
        if not proposed.more:
            return to_send


@dataclass(frozen=True)
class Proposed:
    """What became of one look at an experiment's room."""

    send: int | None = None
    """The evaluation to send, if one was proposed that must be trained."""
    more: bool = False
    """Whether there is room for another."""
    unsent: bool = False
    """Whether evaluations wait that no message carries."""


class _Candidates:
    """Accepts what can be built within the limit, and remembers the phenotype of what it accepted."""

    def __init__(self, host: Host, max_parameters: int | None, refusals: Refusals) -> None:
        self._host = host
        self._max_parameters = max_parameters
        self._refusals = refusals
        self._accepted: dict[Genotype, Candidate] = {}

    def accept(self, genotype: Genotype) -> bool:
        try:
            phenotype = build_phenotype(genotype)
        except Infeasible:
            return False
        cost = network_cost(phenotype, self._host)
        if self._max_parameters is not None and cost.parameters > self._max_parameters:
            return False
        if self._refusals.refuses(cost):
            return False
        self._accepted[genotype] = Candidate(genotype, phenotype, cost)
        return True

    def candidate(self, genotype: Genotype) -> Candidate:
        return self._accepted[genotype]


@transaction.atomic
def _propose_next(experiment_id: int) -> Proposed:
    with statements.few_round_trips():
        experiment = lock_experiment(experiment_id)
        proposed = propose_next(experiment)
        save_counters(experiment)
    return proposed


def propose_next(experiment: Experiment) -> Proposed:
    """Propose one individual of a locked experiment, if it runs and has room. The experiment is not saved."""
    if experiment.state != ExperimentState.RUNNING:
        return Proposed()
    config = experiment_config(experiment.config)
    if experiment.proposed >= experiment.individuals_planned and not work_left(experiment):
        finish_if_complete(experiment)
        return Proposed()
    [(is_open, unsent)] = statements.ask(_OPEN, [experiment.pk])
    if is_open >= config.budget.in_flight:
        return Proposed(unsent=bool(unsent))
    failed = experiment.failed
    individual = _go_on(experiment, config) or _propose(experiment, config)
    waits = individual.state in Individual.OPEN
    if not waits:
        finish_if_complete(experiment)
        lose_patience(experiment, failed_before=failed, reason=individual.reason)
    if experiment.state != ExperimentState.RUNNING:
        return Proposed()
    room = is_open + waits < config.budget.in_flight and (
        experiment.proposed < experiment.individuals_planned or work_left(experiment)
    )
    send = individual.evaluation_id if individual.state == WorkState.WAITING else None
    return Proposed(send, room, bool(unsent))


_OPEN = """
SELECT COUNT(*), COUNT(CASE WHEN e.state = 'waiting' AND e.sent_at IS NULL THEN 1 END)
FROM search_individual i JOIN search_evaluation e ON e.id = i.evaluation_id
WHERE i.experiment_id = %s AND i.state IN ('waiting', 'running')
"""


def searched(experiment: Experiment, config: ExperimentConfig) -> int:
    """How many individuals the search itself has proposed: what people add takes a step and extends the budget
    by one, so that the search goes on as if it were not there."""
    return experiment.proposed - (experiment.individuals_planned - config.budget.individuals)


def _go_on(experiment: Experiment, config: ExperimentConfig) -> Individual | None:
    """What early decisions take up again before anything new is proposed."""
    if (found := let_on(experiment, config)) is not None:
        individual, evaluation = found
        if evaluation.state == WorkState.CANCELLED:
            make_waiting(evaluation)
            sent_now(evaluation)
        return individual
    leader = unconfirmed(experiment, config)
    if leader is None:
        return None
    experiment.individuals_planned += 1  # beside what the strategy proposes, as a person's is
    return join(
        experiment,
        leader.genotype,
        Cost(leader.parameters, leader.multiply_adds),
        config.protocol,
        origin=CONFIRMATION,
        parent=leader,
        mutation=None,
        eligible=False,
    )


def _propose(experiment: Experiment, config: ExperimentConfig) -> Individual:
    number = searched(experiment, config)
    population = Population(experiment)
    refused = refusals(experiment, config)
    candidates = _Candidates(config.protocol.shape_host, config.search_space.max_parameters, refused)
    strategy = make_strategy(config.strategy, config.search_space, candidates.accept)
    if experiment.strategy_state is not None:
        strategy.restore(experiment.strategy_state)
    if strategy.save() is not None:
        for member, genotype in population.since(experiment.observed):
            strategy.observe(member, genotype)
        experiment.observed = len(population)
    rng = random.Random(derive_seed("proposal", config.seed, number))
    proposal = strategy.propose(population, rng, number)
    experiment.strategy_state = strategy.save()
    experiment.refused += refused.count
    parent = population.individual(proposal.parent) if proposal.parent else None
    protocol = config.protocol if config.strategy.share_fitness else retraining(config, number)
    return add_individual(
        experiment,
        candidates.candidate(proposal.genotype),
        protocol,
        origin=proposal.origin,
        parent=parent,
        mutation=proposal.mutation,
    )


def _take_unsent(experiment_id: int) -> list[int]:
    """Waiting evaluations of a running experiment that no message carries. There are none in most steps, so that
    is asked first, without a transaction."""
    if not statements.ask(f"SELECT 1 {_UNSENT} LIMIT 1", [experiment_id]):
        return []
    with transaction.atomic():
        skip = "FOR NO KEY UPDATE OF search_evaluation SKIP LOCKED" if statements.locked() else ""
        found = statements.ask(
            f"SELECT search_evaluation.id {_UNSENT} ORDER BY search_evaluation.id {skip}", [experiment_id]
        )
        ids = [pk for (pk,) in found]
        Evaluation.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


_UNSENT = """
FROM search_evaluation WHERE state = 'waiting' AND sent_at IS NULL AND EXISTS (
  SELECT 1 FROM search_individual i JOIN search_experiment x ON x.id = i.experiment_id
  WHERE i.evaluation_id = search_evaluation.id AND i.experiment_id = %s AND i.state = 'waiting'
    AND x.state = 'running'
)
"""


@transaction.atomic
def _fail_experiment(experiment_id: int, error: Exception) -> None:
    experiment = lock_experiment(experiment_id)
    if experiment.state != ExperimentState.RUNNING:
        return
    experiment.state = ExperimentState.FAILED
    experiment.reason = f"Step {experiment.proposed} could not be proposed: {error or type(error).__name__}"
    experiment.finished_at = database_now()
    experiment.save(update_fields=["state", "reason", "finished_at"])
    tell_experiment(experiment)
