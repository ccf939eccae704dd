"""Creation of an individual with the evaluation that it waits for or shares."""

from dataclasses import dataclass

from search import models
from search.database import statements
from search.evolution.evaluation import context_of
from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation
from search.evolution.networks.cost import Cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import Phenotype
from search.logcontext import about
from search.models import Experiment, Individual
from search.services.decision_state.repeats import repeats_wanted, share_repeats
from search.services.evaluations.given import keep_given
from search.services.evaluations.outcomes import apply_outcome, improve_best
from search.services.evaluations.requesting import evaluation_of
from search.services.proposing.contexts import context_for
from search.services.proposing.genotypes import store_genotype


@dataclass(frozen=True)
class Candidate:
    """What may become an individual."""

    genotype: Genotype
    phenotype: Phenotype
    cost: Cost


@dataclass(frozen=True)
class Origin:
    """Where an individual comes from."""

    kind: str
    """`initial`, `mutation` and the other values of the column `origin`."""
    parent: Individual | None = None
    mutation: Mutation | None = None
    eligible: bool = True
    """Whether it takes part in tournaments."""
    why: str = ""
    """What the strategy says of it."""
    strategy_version: int | None = None
    """The version of the learned model that proposed it."""
    given: float | None = None
    """Its fitness, where whoever configured the search has said it."""


def add_individual(
    experiment: Experiment, candidate: Candidate, protocol: Protocol, origin: Origin
) -> Individual:
    """The next individual of a locked experiment, with the evaluation that it waits for or shares.

    The experiment's counters are changed, not saved.
    """
    genotype = store_genotype(candidate.genotype, candidate.phenotype)
    return join(experiment, genotype, candidate.cost, protocol, origin)


def join(
    experiment: Experiment, genotype: models.Genotype, cost: Cost, protocol: Protocol, origin: Origin
) -> Individual:
    """`add_individual` for a genotype that is stored."""
    parent, mutation = origin.parent, origin.mutation
    context = context_for(experiment, protocol, parent)
    if origin.given is not None:  # believed by this search alone
        context = context_of({"given": origin.given, "experiment": experiment.pk})
    repeats = repeats_wanted(
        experiment, phenotype_key=genotype.phenotype_key, protocol=protocol, context_key=context.key
    )
    with about(experiment=experiment.pk):
        evaluation, known = evaluation_of(genotype, protocol, repeats, context)
        if origin.given is not None:
            known = keep_given(evaluation, origin.given)
    individual = Individual(
        experiment=experiment,
        step=experiment.proposed,
        genotype=genotype,
        parent=parent,
        mutation=mutation.to_json() if mutation else None,
        origin=origin.kind,
        generation=parent.generation + 1 if parent else 0,
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        evaluation=evaluation,
        state=evaluation.state,
        shared=known,
        eligible=origin.eligible,
        repeats=repeats,
        population_seen=experiment.population,
        why=origin.why,
        strategy_version=origin.strategy_version,
    )
    experiment.proposed += 1
    experiment.shared += known
    if evaluation.state not in Individual.OPEN:
        apply_outcome(experiment, individual, evaluation)
    # One that ends as it is made does so at the same moment, by the same clock.
    statements.insert([individual], clock=("finished_at",) if individual.finished_at else ())
    improve_best(experiment, individual)
    share_repeats(experiment, individual)
    return individual


def retraining(config: ExperimentConfig, number: object) -> Protocol:
    """The same protocol and split with a seed of its own, so that this network is trained whoever else trained it."""
    return config.protocol.retrained(derive_seed("retraining", config.protocol.seed, config.seed, number))
