"""Networks scored with shared weights are individuals of their own: marked wherever their fitness stands."""

from typing import Any

import pytest
from django.test import Client

from search.evolution.evaluation import instant_trainer
from search.models import Evaluation, Experiment
from search.services.proposing.shared_weights import search_with_weights
from search.training.supernets import evaluator
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import small_config, started, work_off
from tests.search.shared_training_results import made_up_shared_training

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()
    monkeypatch.setattr(evaluator, "evaluate", instant_trainer)
    return work_off(search_with_weights(artifact=made_up_shared_training(), individuals=4))


def test_they_have_an_evaluator_and_a_context_of_their_own(scored: Experiment) -> None:
    rows = Evaluation.objects.filter(individuals__experiment=scored)
    assert {row.context_key != "" for row in rows} == {True}
    assert {row.protocol["evaluator"]["kind"] for row in rows} == {"shared_weights"}


def test_tables_and_pages_mark_their_fitness(client: Client, scored: Experiment) -> None:
    trained = work_off(started(small_config(individuals=3)))
    assert scored.best is not None
    assert trained.best is not None
    mark = 'class="shared-mark"'
    page = client.get(f"/experiments/{scored.pk}/").content.decode()
    assert "not ranked with that of" in page
    assert "Gates on digits</bdi></a>" in page
    assert "scored with the weights of a shared training" in page
    assert mark in client.get(f"/experiments/{scored.pk}/individuals/{scored.best.step}/").content.decode()
    assert client.get("/experiments/").content.decode().count(mark) == 1
    assert mark not in client.get(f"/experiments/{trained.pk}/").content.decode()


def test_a_comparison_with_trained_networks_says_that_there_is_no_order(
    client: Client, scored: Experiment
) -> None:
    trained = work_off(started(small_config(individuals=3)))
    page = client.get(f"/compare/?experiments={scored.pk},{trained.pk}").content.decode()
    assert 'id="protocols-differ"' in page
    assert 'class="shared-mark"' in page
