"""A network is taken away as PyTorch code, and what training left of it as weights."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from search.artifacts.weights import keep_weights
from search.models import Experiment, Individual
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def best(settings: Settings, tmp_path: Path) -> Individual:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    settings.CHECKPOINT_DIR = tmp_path
    experiment: Experiment = work_off(started(small_config(individuals=3, protocol={"repeats": 3})))
    assert experiment.best is not None
    return experiment.best


def keep(individual: Individual, repeat: int) -> None:
    row = individual.evaluation
    keep_weights(
        phenotype_key=row.phenotype_key, protocol_key=row.protocol_key, repeat=repeat, weights=b"weights"
    )


def page(client: Client, individual: Individual, tab: str = "") -> str:
    address = f"/experiments/{individual.experiment_id}/individuals/{individual.step}/"
    return client.get(address, {"tab": tab}).content.decode()


def test_an_individual_offers_the_code_of_its_protocol(client: Client, best: Individual) -> None:
    text = page(client, best)
    assert f'href="/api/v1/evaluations/{best.evaluation_id}/network.py"' in text
    assert "weights.pt" not in text
    assert client.get(f"/api/v1/evaluations/{best.evaluation_id}/network.py").status_code == 200


def test_of_the_kept_weights_the_best_repeat_s_are_offered_first(client: Client, best: Individual) -> None:
    accuracies = dict(best.evaluation.records.values_list("repeat", "accuracy"))
    order = sorted(accuracies, key=lambda repeat: accuracies[repeat])
    keep(best, order[0])
    keep(best, order[1])
    assert f'href="/api/v1/evaluations/{best.evaluation_id}/repeats/{order[1]}/weights.pt"' in page(
        client, best
    )
    training = page(client, best, "training")
    for repeat, kept in zip(order, (True, True, False), strict=True):
        assert (f'aria-label="Weights of repeat {repeat + 1}"' in training) == kept


def test_a_genotype_on_its_own_offers_code_alone(client: Client, best: Individual) -> None:
    keep(best, 0)
    key = best.genotype.key
    text = client.get(f"/genotypes/{key}/").content.decode()
    assert f'href="/api/v1/genotypes/{key}/network.py"' in text
    assert "/repeats/" not in text
