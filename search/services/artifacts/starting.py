"""A shared training asked for: counted first, refused with the numbers where no worker can hold it."""

from search.evolution.artifacts import artifact_key
from search.evolution.estimates.shared_training_memory import SupernetMemory, supernet_memory, too_large
from search.evolution.experiments.shared_trainings import SharedTraining
from search.models import Artifact
from search.selectors.shared_trainings import largest_offer
from search.services import errors
from search.services.artifacts.asking import ask_for_artifact


def start_shared_training(
    *, config: SharedTraining, name: str, retrain_best: int = 0, owner_id: int | None = None
) -> tuple[Artifact, bool]:
    """The shared training of that document, and whether it is new. Raises Conflict where it cannot fit."""
    if refusal := why_it_cannot_fit(config, counted(config)):
        raise errors.Conflict(refusal)
    document = config.to_json()
    return ask_for_artifact(
        key=artifact_key(document),
        name=name.strip() or f"{config.method} on {config.protocol.dataset}",
        document=document,
        retrain_best=retrain_best,
        owner_id=owner_id,
    )


def counted(config: SharedTraining) -> SupernetMemory:
    """Its weights and memory, by the data set's known shape."""
    return supernet_memory(config, config.protocol.shape_host)


def why_it_cannot_fit(config: SharedTraining, wanted: SupernetMemory) -> str:
    """For people; empty where a worker that is there can hold it, or none has said what it holds."""
    there = largest_offer()
    if there is None or wanted.total <= there:
        return ""
    return too_large(config, wanted, "the largest worker", there)
