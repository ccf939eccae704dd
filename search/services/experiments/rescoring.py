"""Retraining of a search's best network with fresh seeds: what its fitness is worth once nobody chose it by luck."""

from django.db import transaction

from search.evolution.experiments.config import EarlyDecisions, ExperimentConfig
from search.evolution.networks.hashing import derive_seed
from search.evolution.strategies.random_search import RandomConfig
from search.evolution.strategies.settings import SeedGenotype
from search.models import Experiment, ExperimentState, Individual
from search.services import errors
from search.services.experiments.lifecycle import create_experiment, start_experiment
from search.services.locking import lock_experiment

REPEATS = 5
NAME = "{name}: #{step} trained afresh"
NO_BEST = "Experiment {key} has no evaluated network yet; train its best afresh once it has one."
OTHER_MEASURE = (
    "Networks of experiment {key} are {how}: trained from random weights its best is not comparable."
)
UNDER_WAY = "#{step} of experiment {key} is being trained afresh already: experiment {other}."
NO_FITNESS = "#{step} of experiment {key} has no fitness yet; train it afresh once it has one."
NAME_LENGTH = 200
"""Characters of an experiment's name."""

OTHER_MEASURES = {
    "surrogate": "predicted by a surrogate, not trained",
    "inherit": "trained from their parents' weights",
    "shared_weights": "scored with the weights of a shared training",
}
"""Evaluators whose fitness is no training from random weights, and how it is got."""
_OVER = (ExperimentState.FINISHED, ExperimentState.STOPPED)


@transaction.atomic
def rescore_best(
    *, experiment_id: int, repeats: int = REPEATS, owner_id: int | None = None, step: int | None = None
) -> Experiment:
    """Start an experiment that trains the best network so often again, on the same split with other seeds; or that of
    the individual at `step`.

    It is one of its own, so that nothing of the search changes: neither its population nor its best, budget or times.
    Asked again, it takes further seeds. Raises Conflict, NotFound.
    """
    experiment = lock_experiment(experiment_id)
    best = experiment.best if step is None else _individual(experiment, step)
    if best is None:
        raise errors.Conflict(NO_BEST.format(key=experiment_id))
    config = experiment.configuration
    how = OTHER_MEASURES.get(config.protocol.evaluator.kind)
    if how is not None:
        raise errors.Conflict(OTHER_MEASURE.format(key=experiment_id, how=how))
    earlier = Experiment.objects.filter(rescores=best)
    going_on = earlier.exclude(state__in=_OVER).first()
    if going_on is not None:
        raise errors.Conflict(UNDER_WAY.format(key=experiment_id, step=best.step, other=going_on.pk))
    ending = NAME.format(name="", step=best.step)
    made = create_experiment(
        name=experiment.name[: NAME_LENGTH - len(ending)] + ending,
        config=_afresh(config, best, repeats, earlier.count()),
        owner_id=owner_id,
    )
    Experiment.objects.filter(pk=made.pk).update(rescores=best)
    return start_experiment(experiment_id=made.pk)


def _individual(experiment: Experiment, step: int) -> Individual:
    row = Individual.objects.select_related("genotype").filter(experiment=experiment, step=step).first()
    if row is None:
        raise errors.NotFound(errors.NOT_FOUND.format(what="individual", key=f"{experiment.pk}/{step}"))
    if row.fitness is None:
        raise errors.Conflict(NO_FITNESS.format(key=experiment.pk, step=step))
    return row


def _afresh(config: ExperimentConfig, best: Individual, repeats: int, number: int) -> ExperimentConfig:
    """One network, as often as asked; what the search decided early or drew at random has no part in it."""
    seed = derive_seed("rescoring", config.protocol.seed, config.seed, number)
    given = SeedGenotype(genotype=best.genotype.text)
    return config.model_copy(
        update={
            "strategy": RandomConfig(initial_population=1, start_from=(given,)),
            "protocol": config.protocol.retrained(seed).model_copy(update={"repeats": repeats}),
            "budget": config.budget.model_copy(
                update={"individuals": 1, "in_flight": 1, "device_hours": None}
            ),
            "decisions": EarlyDecisions(),
        }
    )
