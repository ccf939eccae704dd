"""`manage.py resnet_baseline` trains ResNet-18 under an experiment's final protocol."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from search import services
from search.evolution.experiments.config import experiment_config

pytestmark = pytest.mark.django_db


def test_it_prints_each_run_and_their_mean() -> None:
    config = experiment_config({"protocol": {"dataset": "digits", "steps": 2, "batch_size": 4}})
    experiment = services.create_experiment(name="known", config=config)
    out = StringIO()
    call_command(
        "resnet_baseline", experiment.pk, runs=2, preset="search", device="cpu", stdout=out, stderr=StringIO()
    )
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert re.match(r"run 1: \d+\.\d\d % of 360 test images, top-5 .* 11,172,810 parameters", lines[0])
    assert re.match(r"mean of 2: \d+\.\d\d ± \d+\.\d\d %", lines[2])


def test_an_experiment_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="no experiment 77"):
        call_command("resnet_baseline", 77)
