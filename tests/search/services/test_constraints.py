"""What the database itself refuses, whoever writes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from search.models import Evaluation, Experiment, FitnessRecord, Individual, Motif
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_finished_search() -> None:
    work_off(started(small_config(individuals=3)))


@pytest.mark.parametrize(
    "model, change",
    [
        (Experiment, {"state": "sleeping"}),
        (Experiment, {"proposed": 4}),
        (Experiment, {"evaluated": 4}),
        (Experiment, {"population": 4}),
        (Evaluation, {"state": "lost"}),
        (Evaluation, {"fitness": 1.5}),
        (Evaluation, {"fitness": None}),
        (Evaluation, {"progress": -0.1}),
        (Evaluation, {"attempts": 4}),
        (Evaluation, {"lease": "somebody's"}),
        (Evaluation, {"state": "running", "fitness": None}),
        (Evaluation, {"phenotype_key": "the same for all"}),
        (FitnessRecord, {"accuracy": 1.01}),
        (Individual, {"state": "asleep", "fitness": None, "completion": None}),
        (Individual, {"fitness": -0.01}),
        (Individual, {"fitness": None}),
        (Individual, {"state": "failed"}),
        (Individual, {"eligible": False}),
        (Individual, {"step": 1}),
        (Individual, {"completion": 1}),
        (Individual, {"step": -1}),
        (Motif, {"level": 1}),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(model: Any, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**change)


def test_a_finished_repeat_cannot_be_recorded_twice() -> None:
    row = FitnessRecord.objects.all()[0]
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
