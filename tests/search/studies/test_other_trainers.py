"""Whose fitness a study shows: the project's own trainer is named by nobody, any other by its path."""

from typing import Any

import pytest

from search.evolution.experiments.config import DEFAULT_TRAINER, Protocol
from search.evolution.experiments.protocol_keys import protocol_key
from search.models import Evaluation, Experiment
from search.selectors.other_trainers import UNKNOWN, other_trainers
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


def test_the_instant_trainer_is_named_and_the_own_one_is_not(settings: Any) -> None:
    search = work_off(started(small_config(individuals=3)))
    assert other_trainers([search.pk]) == (INSTANT_TRAINER,)
    for row in Evaluation.objects.all():
        row.device = "cpu"
        row.protocol_key = protocol_key(Protocol.model_validate(row.protocol), DEFAULT_TRAINER)
        row.save()
    assert other_trainers([search.pk]) == ()


def test_a_trainer_that_no_setting_names_any_more_is_still_not_taken_for_the_own_one(settings: Any) -> None:
    search = work_off(started(small_config(individuals=3)))
    Evaluation.objects.update(device="cpu", protocol_key="0" * 32)
    assert other_trainers([search.pk]) == (UNKNOWN,)
    Evaluation.objects.update(protocol_key=protocol_key(small_config().protocol, "a.trainer"))
    settings.TRAINER = "a.trainer"
    assert other_trainers([search.pk]) == ("a.trainer",)


def test_searches_without_a_network_say_nothing() -> None:
    assert other_trainers([started().pk]) == ()
    assert other_trainers(Experiment.objects.none().values_list("pk", flat=True)) == ()
