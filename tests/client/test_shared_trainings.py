"""`nas shared-trainings` changes what it says."""

import json
from pathlib import Path

import pytest

from search.models import Artifact, Experiment
from tests.client.conftest import Nas
from tests.search.shared_training_results import DOCUMENT, made_up_shared_training

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_is_created_paused_resumed_stopped_and_tried_again(nas: Nas, tmp_path: Path) -> None:
    document = tmp_path / "document.json"
    document.write_text(json.dumps(DOCUMENT))
    said = nas("shared-trainings", "create", "--file", document, "--method", "enas", "--name", "Controller")
    assert (said.status, "Controller" in said.out) == (0, True)
    row = Artifact.objects.get()
    assert row.document["method"] == "enas"
    for verb, word in (
        ("pause", "paused"),
        ("resume", "waiting"),
        ("stop", "cancelled"),
        ("retry", "waiting"),
    ):
        said = nas("shared-trainings", verb, row.pk)
        assert (said.status, word in said.out) == (0, True), verb
    assert nas("shared-trainings", "resume", 99).status == 1


def test_a_finished_one_is_retrained_from_and_searched_with(nas: Nas) -> None:
    row = made_up_shared_training()
    assert "the best from scratch" in nas("shared-trainings", "retrain", row.pk, "--best", 2).out
    assert (
        "scored with shared weights"
        in nas("shared-trainings", "search", row.pk, "--strategy", "evolution").out
    )
    scratch, search = Experiment.objects.order_by("pk")
    assert scratch.individuals.filter(origin="human").count() == 2
    assert search.config["strategy"]["kind"] == "evolution"
