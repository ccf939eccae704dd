"""What is made of a finished shared training: a search that scores with it, and its best networks from scratch."""

from uuid import NAMESPACE_OID, uuid5

from django.db import transaction

from search.evolution.experiments.config import experiment_config
from search.evolution.experiments.shared_trainings import SharedTraining
from search.evolution.genotypes.genotype import parse_genotype
from search.models import Artifact, Experiment, WorkState
from search.services import errors
from search.services.artifacts.asking import lock_artifact
from search.services.experiments.lifecycle import create_experiment, start_experiment
from search.services.proposing.manual_individuals import evaluate_genotype

SEARCH_STRATEGIES = {
    "random": "random networks",
    "evolution": "evolution by tournaments",
}
"""Strategy -> what it is called where one chooses how networks are found that shared weights score."""


@transaction.atomic
def retrain_best(*, artifact: Artifact, count: int, owner_id: int | None = None) -> Experiment:
    """The experiment that trains its best networks from scratch, beside one random network.

    Asked for again it is the same one, with the networks that it lacked. Raises Conflict for a shared training that
    is not done.
    """
    row = lock_artifact(artifact.pk)
    if row.state != WorkState.DONE:
        raise errors.Conflict(
            errors.NOT_IN_STATE.format(
                what="Shared training", key=row.pk, state=row.state, allowed="done", done="retrained from"
            )
        )
    if row.retrained is None:
        row.retrained = _from_scratch(row, owner_id)
        row.save(update_fields=["retrained"])
    result = row.result or {}
    best = dict.fromkeys([result["derived"], *(found["genotype"] for found in result["candidates"])])
    for text in list(best)[:count]:
        evaluate_genotype(
            experiment_id=row.retrained.pk,
            genotype=parse_genotype(text),
            token=uuid5(NAMESPACE_OID, f"{row.key} {text}"),
        )
    return Experiment.objects.get(pk=row.retrained.pk)


def retrain_waiting() -> list[int]:
    """Finished shared trainings whose best networks were to be trained from scratch at their end, and are not yet.

    Returns the experiments to advance.
    """
    rows = Artifact.objects.filter(state=WorkState.DONE, retrain_best__gt=0, retrained=None).order_by("pk")
    return [
        retrain_best(artifact=row, count=row.retrain_best, owner_id=row.owner_id).pk
        for row in rows.defer("history", "log")
    ]


def _from_scratch(artifact: Artifact, owner_id: int | None) -> Experiment:
    config = SharedTraining.model_validate(artifact.document)
    document = {
        "space": config.space.to_json(),
        "strategy": {"kind": "random"},
        "protocol": config.protocol.model_dump(mode="json"),
        "budget": {"individuals": 1},
    }
    created = create_experiment(
        name=f"{artifact.name}: the best from scratch",
        config=experiment_config(document),
        notes=f"The best networks of shared training {artifact.pk}, trained from random weights.",
        owner_id=owner_id,
    )
    return start_experiment(experiment_id=created.pk)


def search_with_weights(
    *, artifact: Artifact, individuals: int, strategy: str = "random", owner_id: int | None = None
) -> Experiment:
    """A running search whose networks are scored with its weights; it waits until they are there.

    `strategy`: a key of SEARCH_STRATEGIES.
    """
    config = SharedTraining.model_validate(artifact.document)
    protocol = config.protocol.model_dump(mode="json") | {
        "evaluator": {"kind": "shared_weights", "artifact": artifact.key}
    }
    document = {
        "space": config.space.to_json(),
        "strategy": {"kind": strategy},
        "protocol": protocol,
        "budget": {"individuals": individuals},
    }
    created = create_experiment(
        name=f"{artifact.name}: scored with shared weights",
        config=experiment_config(document),
        owner_id=owner_id,
    )
    return start_experiment(experiment_id=created.pk)
