"""Search controller: proposes individuals in a short transaction under the experiment's lock, in any process."""

import logging
import random
from dataclasses import dataclass

from search.database import statements
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.seeds import seed_genotype
from search.evolution.genotypes.draws import is_dear
from search.evolution.networks.cost import Cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.strategies import STRATEGIES, Proposal, make_strategy
from search.models import Experiment, ExperimentState, Individual, WorkState
from search.selectors.population import Population
from search.services.decision_state.remaining_work import has_remaining_work
from search.services.decision_state.repeats import CONFIRMATION, unconfirmed
from search.services.decisions.promoting import promote
from search.services.decisions.refusing import refusals
from search.services.evaluations.artifact_waits import BLOCKED
from search.services.evaluations.outcomes import finish_if_complete
from search.services.evaluations.requesting import make_waiting, sent_now
from search.services.learning.drafts import WAIT, Drawn, next_draft
from search.services.pauses.dataset_pauses import begins_unseen
from search.services.pauses.failure_pauses import pause_if_only_failures
from search.services.proposing.candidates import Candidates
from search.services.proposing.individuals import Origin, add_individual, join, retraining

log = logging.getLogger(__name__)

SEED = "seed"
DRAFT = "draft"
"""Origin of what a learned strategy has proposed."""


@dataclass(frozen=True)
class Proposed:
    """What became of one look at an experiment's room."""

    send: int | None = None
    """The evaluation to send, if one was proposed that must be trained."""
    more: bool = False
    """Whether there is room for another."""
    unsent: bool = False
    """Whether evaluations wait that no message carries."""


def propose_next(experiment: Experiment) -> Proposed:
    """Propose one individual of a locked experiment, if it runs and has room. The experiment is not saved."""
    if experiment.state != ExperimentState.RUNNING:
        return Proposed()
    config = experiment.configuration
    if begins_unseen(experiment, config):
        return Proposed()
    all_tried = experiment.proposed >= experiment.individuals_planned
    if experiment.is_budget_spent or (all_tried and not has_remaining_work(experiment)):
        finish_if_complete(experiment)
        return Proposed()
    [(is_open, unsent)] = statements.ask(_OPEN, [experiment.pk])
    if is_open >= config.budget.in_flight:
        return Proposed(unsent=bool(unsent))
    failed = experiment.failed
    individual = _go_on(experiment, config) or propose_individual(experiment, config)
    # Whether its model is to learn is asked where messages are sent.
    unsent = unsent or STRATEGIES[config.strategy.kind].runs == "worker"
    if individual is None:  # a learned strategy is about to say what comes next
        return Proposed(unsent=bool(unsent))
    waits = individual.state in Individual.OPEN
    if not waits:
        finish_if_complete(experiment)
        pause_if_only_failures(experiment, failed_before=failed, reason=individual.reason)
    if experiment.state != ExperimentState.RUNNING:
        return Proposed()
    room = is_open + waits < config.budget.in_flight and (
        experiment.proposed < experiment.individuals_planned or has_remaining_work(experiment)
    )
    waiting = individual.state == WorkState.WAITING and individual.evaluation.reason_code != BLOCKED
    send = individual.evaluation_id if waiting else None
    return Proposed(send, room, bool(unsent))


_OPEN = """
SELECT COUNT(*),
  COUNT(CASE WHEN e.state = 'waiting' AND e.sent_at IS NULL AND e.reason_code <> 'waits_for_artifact' THEN 1 END)
FROM search_individual i JOIN search_evaluation e ON e.id = i.evaluation_id
WHERE i.experiment_id = %s AND i.state IN ('waiting', 'running')
"""


def searched(experiment: Experiment, config: ExperimentConfig) -> int:
    """How many individuals the search itself has proposed: what people add takes a step and extends the budget
    by one, so that the search goes on as if it were not there."""
    return experiment.proposed - (experiment.individuals_planned - config.budget.individuals)


def _go_on(experiment: Experiment, config: ExperimentConfig) -> Individual | None:
    """What early decisions take up again before anything new is proposed."""
    if (found := promote(experiment, config)) is not None:
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
        Origin(CONFIRMATION, leader, eligible=False),
    )


def propose_individual(experiment: Experiment, config: ExperimentConfig) -> Individual | None:
    """The strategy's next individual; None while a learned one is about to say what it is."""
    number = searched(experiment, config)
    refused = refusals(experiment, config)
    candidates = Candidates(config.protocol.shape_host, config.search_space.max_parameters, refused)
    protocol = config.protocol if config.strategy.share_fitness else retraining(config, number)
    if number < len(config.strategy.start_from):
        return _seed(experiment, config, candidates, number)
    draft = next_draft(experiment, config, number, candidates.accept)
    if draft == WAIT:
        return None
    parent: Individual | None = None
    if isinstance(draft, Drawn):
        proposal = Proposal(draft.genotype, DRAFT, why=draft.why)
    else:
        proposal, parent = _chosen(experiment, config, number, candidates)
    experiment.refused += refused.count
    return add_individual(
        experiment,
        candidates.candidate(proposal.genotype),
        protocol,
        Origin(
            proposal.origin,
            parent,
            proposal.mutation,
            why=proposal.why,
            strategy_version=draft.version if isinstance(draft, Drawn) else None,
        ),
    )


def _seed(
    experiment: Experiment, config: ExperimentConfig, candidates: Candidates, number: int
) -> Individual:
    """One of the genotypes that the search was told to begin with."""
    seeds = config.strategy.start_from
    genotype = seed_genotype(seeds[number].genotype, config.space)
    given = seeds[number].fitness
    why = f"genotype {number + 1} of {len(seeds)} that the search begins with"
    known = ", its fitness as stated" if given is not None else ""
    protocol = config.protocol if config.strategy.share_fitness else retraining(config, number)
    origin = Origin(SEED, why=why + known, given=given)
    return add_individual(experiment, candidates.candidate(genotype), protocol, origin)


def _chosen(
    experiment: Experiment, config: ExperimentConfig, number: int, candidates: Candidates
) -> tuple[Proposal, Individual | None]:
    """What the strategy proposes now, by what it sees and what it remembers."""
    population = Population(experiment)
    strategy = make_strategy(config.strategy, config.search_space, candidates.accept, candidates.costs)
    if experiment.strategy_state is not None:
        strategy.restore(experiment.strategy_state)
    if strategy.save() is not None:
        for member, genotype in population.since(experiment.observed):
            strategy.observe(member, genotype)
        experiment.observed = len(population)
    rng = generator_of(config, number)
    proposal = strategy.propose(population, rng, number)
    experiment.strategy_state = strategy.save()
    return proposal, population.individual(proposal.parent) if proposal.parent else None


def draws_dearly(experiment: Experiment) -> bool:
    """Whether the next proposal of a search is a random genotype that takes long to draw."""
    config = experiment.configuration
    strategy = config.strategy
    if STRATEGIES[strategy.kind].runs == "worker" or not is_dear(strategy.initial_mutations):
        return False
    if experiment.proposed >= experiment.individuals_planned:
        return False
    return strategy.kind == "random" or searched(experiment, config) < strategy.initial_population


def generator_of(config: ExperimentConfig, number: int) -> random.Random:
    """Of proposal `number`: whoever draws it draws the same."""
    return random.Random(derive_seed("proposal", config.seed, number))
