"""A shared training started over REST whose worker is killed in the middle: another one goes on to the same weights,
and its best networks are trained from scratch by themselves."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from nasweb.client import Client
from search.artifacts.stored import artifact_checkpoint
from search.evolution.artifacts import ArtifactJob
from search.evolution.evaluation import Runtime
from search.evolution.experiments.shared_trainings import shared_training
from search.evolution.networks.hashing import derive_seed
from search.training.supernets.entry import train
from search.worker.attempts import load_trainer
from tests.conftest import StartWorker
from tests.processes import eventually

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DOCUMENT: dict[str, Any] = {
    "method": "gdas",
    "space": {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]},
    "protocol": {
        "dataset": "digits",
        "channels": 2,
        "steps": 48,
        "batch_size": 16,
        "train_images": 200,
        "validation_images": 60,
    },
    "epochs": 6,
    "candidates": 4,
}
QUICK = {
    "NASWEB_CHECKPOINT_SECONDS": "0.05",
    "NASWEB_HEARTBEAT_SECONDS": "0.05",
    "NASWEB_LEASE_SECONDS": "10",
}


@pytest.mark.parametrize("method", ["gdas", "smash"])
def test_a_killed_shared_training_goes_on_to_the_same_weights(
    server: Client, start_worker: StartWorker, settings: Settings, tmp_path: Path, method: str
) -> None:
    given = DOCUMENT | {"method": method}
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    first = start_worker(name="first", **QUICK)
    row = server.shared_trainings.create(given, name="Killed", retrain_best=2)
    eventually(
        lambda: (
            artifact_checkpoint(row["key"]).load() is not None
            and len(server.shared_trainings.get(row["id"])["history"]) > 0
        ),
        "an epoch has ended and its state is saved",
        seconds=120,
    )
    first.kill()
    shown = server.shared_trainings.get(row["id"])
    assert shown["state"] == "running"
    assert 0 < len(shown["history"]) < 6
    start_worker(name="second", clock=True, **QUICK)
    eventually(
        lambda: server.shared_trainings.get(row["id"])["state"] in ("done", "failed"),
        "another worker ends it",
        seconds=240,
    )
    shown = server.shared_trainings.get(row["id"])
    assert (shown["state"], shown["reason"], shown["attempts"]) == ("done", "", 2)
    assert [point["epoch"] for point in shown["history"]] == [1, 2, 3, 4, 5, 6]

    load_trainer()  # says how many threads torch may use, as for the workers
    document = shared_training(given).to_json()
    unbroken = train(
        ArtifactJob(document, derive_seed("artifact", row["key"]), Runtime(device="cpu")),
        progress=lambda _: None,
    )
    server.shared_trainings.save_weights(row["id"], tmp_path / "weights.pt")
    assert (tmp_path / "weights.pt").read_bytes() == unbroken.content
    assert shown["result"]["candidates"] == unbroken.result["candidates"]

    def retrained() -> bool:
        number = server.shared_trainings.get(row["id"])["retrained_experiment_id"]
        return number is not None and server.experiments.get(number).state == "finished"

    eventually(retrained, "its best networks are trained from scratch by themselves", seconds=120)
    number = server.shared_trainings.get(row["id"])["retrained_experiment_id"]
    rows = list(server.experiments.get(number).individuals())
    assert sum(individual.origin == "human" for individual in rows) == 2
