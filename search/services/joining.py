"""How an individual joins an experiment, and finds or makes the evaluation that it waits for."""

from dataclasses import dataclass

from django.conf import settings

from search import models
from search.evolution.config import ExperimentConfig, Protocol, derive_seed
from search.evolution.cost import Cost
from search.evolution.genotype import Genotype
from search.evolution.mutation import Mutation
from search.evolution.phenotype import Phenotype
from search.logcontext import about
from search.models import Evaluation, Experiment, Individual, WorkState, statements
from search.selectors.protocols import key_of
from search.services.decisions.repeating import ask_for, first_ask, repeats_wanted, share_repeats
from search.services.genotypes import store_genotype
from search.services.journal import tell_evaluation
from search.services.settling import apply_outcome, improve_best


@dataclass(frozen=True)
class Candidate:
    """What may become an individual."""

    genotype: Genotype
    phenotype: Phenotype
    cost: Cost


def add_individual(
    experiment: Experiment,
    candidate: Candidate,
    protocol: Protocol,
    *,
    origin: str,
    parent: Individual | None,
    mutation: Mutation | None,
    eligible: bool = True,
) -> Individual:
    """The next individual of a locked experiment, with the evaluation that it waits for or shares.

    The experiment's counters are changed, not saved.
    """
    return join(
        experiment,
        store_genotype(candidate.genotype, candidate.phenotype),
        candidate.cost,
        protocol,
        origin=origin,
        parent=parent,
        mutation=mutation,
        eligible=eligible,
    )


def join(
    experiment: Experiment,
    genotype: models.Genotype,
    cost: Cost,
    protocol: Protocol,
    *,
    origin: str,
    parent: Individual | None,
    mutation: Mutation | None,
    eligible: bool,
) -> Individual:
    """`add_individual` for a genotype that is stored."""
    repeats = repeats_wanted(experiment, phenotype_key=genotype.phenotype_key, protocol=protocol)
    with about(experiment=experiment.pk):
        evaluation, known = evaluation_of(genotype, protocol, repeats)
    individual = Individual(
        experiment=experiment,
        step=experiment.proposed,
        genotype=genotype,
        parent=parent,
        mutation=mutation.to_json() if mutation else None,
        origin=origin,
        generation=parent.generation + 1 if parent else 0,
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        evaluation=evaluation,
        state=evaluation.state,
        shared=known,
        eligible=eligible,
        repeats=repeats,
        population_seen=experiment.population,
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
    """The same protocol with a seed of its own, so that this network is trained whoever else trained it."""
    seed = derive_seed("retraining", config.protocol.seed, config.seed, number)
    return config.protocol.model_copy(update={"seed": seed})


def evaluation_of(
    genotype: models.Genotype, protocol: Protocol, repeats: int | None = None
) -> tuple[Evaluation, bool]:
    """The one evaluation of this phenotype under this protocol, locked, and whether its outcome was known or
    under way. The lock keeps it from ending before the individual that waits for it is there.

    `repeats` are as many as are needed of it; None: all of the protocol's.
    """
    evaluation = Evaluation(
        phenotype_key=genotype.phenotype_key,
        protocol_key=key_of(protocol),
        protocol=protocol.model_dump(mode="json"),
        genotype=genotype,
        max_attempts=settings.MAX_ATTEMPTS,
        repeats=first_ask(protocol, repeats),
    )
    statements.insert([evaluation], clock=("sent_at",), conflict="ON CONFLICT DO NOTHING")
    if evaluation.pk is not None:
        tell_evaluation(evaluation, phenotype=evaluation.phenotype_key)
        return evaluation, False
    keys = [evaluation.phenotype_key, evaluation.protocol_key]
    [evaluation] = statements.select(
        Evaluation, f"WHERE phenotype_key = %s AND protocol_key = %s {statements.locked()}", keys
    )
    before = evaluation.repeats
    train_on = ask_for(evaluation, repeats)
    if evaluation.repeats != before:
        statements.update(evaluation, ("repeats",))
    known = evaluation.state != WorkState.CANCELLED
    if train_on or not known:
        make_waiting(evaluation)
    if evaluation.state == WorkState.WAITING:  # whoever waited before may be paused
        sent_now(evaluation)
    return evaluation, known


def sent_now(evaluation: Evaluation) -> None:
    """Its message is about to be sent."""
    statements.change(
        f"UPDATE search_evaluation SET sent_at = {statements.now()} WHERE id = %s", [evaluation.pk]
    )


def make_waiting(evaluation: Evaluation) -> None:
    """A locked, ended evaluation starts afresh; its finished repeats stay."""
    evaluation.state = WorkState.WAITING
    evaluation.fitness = evaluation.fitness_spread = None  # of the repeats so far; individuals keep theirs
    evaluation.attempts = 0
    evaluation.sent_at = None
    evaluation.progress = 0
    evaluation.live_curve = []
    evaluation.reason_code = evaluation.reason = evaluation.log = ""
    evaluation.finished_at = None
    evaluation.save(
        update_fields=[
            "state", "fitness", "fitness_spread", "attempts", "sent_at", "progress", "live_curve", "reason_code",
            "reason", "log", "finished_at",
        ]
    )  # fmt: skip
    tell_evaluation(evaluation, phenotype=evaluation.phenotype_key)
