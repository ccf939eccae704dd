"""manage.py shared_training, with a shared training that takes no time."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.evolution.artifacts import ArtifactJob, ArtifactProgress, TrainedArtifact
from search.evolution.genotypes.published import PUBLISHED
from search.models import Artifact, Evaluation, Experiment, Individual
from search.worker import artifact_attempts
from tests.search.searching import work_off

pytestmark = pytest.mark.django_db
LIU = PUBLISHED["liu2018"].genotype.text
PROTOCOL = {"dataset": "digits", "channels": 4, "steps": 10, "batch_size": 16}


def trained(job: ArtifactJob, *, progress: Callable[[ArtifactProgress], None], **_: Any) -> TrainedArtifact:
    point = {
        "epoch": 1,
        "step": 10,
        "loss": 2.0,
        "seconds": 1.0,
        "gates": {},
        "derived": LIU,
        "accuracy": 0.5,
    }
    progress(ArtifactProgress(0.5, point))
    result = {"derived": LIU, "accuracy": 0.5, "candidates": [{"genotype": LIU, "accuracy": 0.5}]}
    return TrainedArtifact(b"weights", result, 1.0, "cpu")


@pytest.fixture(autouse=True)
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact_attempts, "load_artifact_trainer", lambda: trained)


def say(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command("shared_training", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def start(tmp_path: Path) -> Artifact:
    document = tmp_path / "document.json"
    document.write_text(json.dumps({"method": "gdas", "protocol": PROTOCOL, "epochs": 5}))
    say("start", "--file", document, "--name", "gates", "--here")
    return Artifact.objects.get()


def test_it_trains_here_and_shows_each_epoch(tmp_path: Path) -> None:
    row = start(tmp_path)
    assert row.state == "done"
    shown = say("show", row.pk)
    assert "gates: gdas, done" in shown
    assert f"epoch 1: loss 2.000, 50.0 % {LIU}" in shown
    assert "100 %  gates" in say("list")


def test_the_same_document_is_trained_once(tmp_path: Path) -> None:
    start(tmp_path)
    start(tmp_path)
    assert Artifact.objects.count() == 1


def test_its_weights_are_copied_out(tmp_path: Path) -> None:
    row = start(tmp_path)
    say("weights", row.pk, tmp_path / "weights.pt")
    assert (tmp_path / "weights.pt").read_bytes() == b"weights"


def test_its_best_networks_are_trained_from_scratch(tmp_path: Path) -> None:
    row = start(tmp_path)
    assert "gates: the best from scratch" in say("retrain", row.pk, "--count", 1)
    work_off(Experiment.objects.get())
    [best] = Individual.objects.filter(origin="human").select_related("genotype", "evaluation")
    assert best.genotype.text == LIU
    assert (best.state, best.evaluation.context_key) == ("done", "")


def test_a_search_with_its_weights_has_evaluations_of_its_own(tmp_path: Path) -> None:
    row = start(tmp_path)
    assert "scored with shared weights" in say("search", row.pk, "--count", 4)
    experiment = Experiment.objects.get()
    assert experiment.config["protocol"]["evaluator"] == {"kind": "shared_weights", "artifact": row.key}
    work_off(experiment)
    assert set(Evaluation.objects.values_list("artifact", flat=True)) == {row.pk}


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    row = start(tmp_path)
    with pytest.raises(CommandError, match=f"Shared training {row.pk} is done; only waiting or running ones"):
        say("pause", row.pk)
    with pytest.raises(CommandError, match="There is no shared training 99"):
        say("show", 99)
    document = tmp_path / "bad.json"
    document.write_text(json.dumps({"epochs": 0}))
    with pytest.raises(CommandError, match="epochs"):
        say("start", "--file", document)
