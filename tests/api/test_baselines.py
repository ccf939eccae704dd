"""Baselines over REST: reference cells with their final evaluations, and ResNet-18's kept runs."""

import pytest

from search import services
from search.evolution.experiments.config import Protocol
from search.evolution.finals.presets import final_from_preset
from search.evolution.finals.protocol import without_cells
from search.evolution.finals.scores import ReferenceResult
from search.evolution.genotypes.reference_cells import BASELINES
from search.models import Experiment
from search.services.finals.references import keep_reference_run
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_reference_cells_and_resnet_are_listed_before_anything_was_scored(
    api: Api, search: Experiment
) -> None:
    items = api.get(f"/experiments/{search.pk}/baselines").document["items"]
    assert [row["name"] for row in items] == [*BASELINES, "resnet18"]
    assert all(row["scores"] == [] for row in items)
    assert items[-1]["parameters"] is None


def test_the_kept_runs_of_resnet_are_told_by_final_protocol(api: Api, search: Experiment) -> None:
    protocol = without_cells(final_from_preset("short", Protocol(dataset="digits")))
    for run, accuracy in enumerate((0.5, 0.7)):
        found = ReferenceResult(run, run, accuracy, 0.9, 11_172_810, 360, 1.0, "cpu")
        keep_reference_run("resnet18", protocol, found)
    *_, resnet = api.get(f"/experiments/{search.pk}/baselines").document["items"]
    assert (resnet["parameters"], resnet["genotype"], resnet["fits"]) == (11_172_810, None, False)
    [score] = resnet["scores"]
    assert (score["runs"], score["final_id"], score["device"]) == (2, None, "cpu")
    assert score["accuracy"] == pytest.approx(0.6)
    assert score["deviation"] == pytest.approx(0.1414, abs=1e-4)
    assert score["top5"] == pytest.approx(0.9)
    assert score["protocol"]["dataset"] == "digits"


def test_a_reference_cell_names_its_final_evaluation(api: Api, search: Experiment) -> None:
    asked = services.ask_for_baseline(search, baseline="residual")
    residual, *_ = api.get(f"/experiments/{search.pk}/baselines").document["items"]
    [score] = residual["scores"]
    assert (score["final_id"], score["runs"], score["accuracy"]) == (asked.pk, 0, None)
    assert api.get("/experiments/9999/baselines").status == 404
