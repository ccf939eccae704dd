"""`manage.py resnet_baseline` trains ResNet-18 under an experiment's final protocol."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from search import services
from search.evolution.experiments.config import Protocol, experiment_config
from search.evolution.finals.presets import final_from_preset
from search.evolution.finals.protocol import final_key, without_cells
from search.evolution.finals.scores import ReferenceResult
from search.selectors.reference_runs import reference_scores
from search.services.finals.references import keep_reference_run
from visualize.style.formats import per_cent

pytestmark = pytest.mark.django_db


def test_it_prints_each_run_and_keeps_it_among_the_baselines(client: Client) -> None:
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
    again = StringIO()
    call_command(
        "resnet_baseline",
        experiment.pk,
        runs=2,
        preset="search",
        device="cpu",
        stdout=again,
        stderr=StringIO(),
    )
    assert again.getvalue().count("kept from before") == 2
    assert again.getvalue().splitlines()[2] == lines[2]
    [score] = reference_scores("resnet18", "digits")
    assert (len(score.accuracies), score.parameters) == (2, 11_172_810)
    assert reference_scores("resnet18", "fashion-mnist") == []
    page = client.get(f"/experiments/{experiment.pk}/finals/").content.decode()
    assert f"<strong>{per_cent(score.mean)}</strong> ± {per_cent(score.deviation)}" in page


def test_runs_that_are_there_are_not_made_again_and_more_are_added() -> None:
    protocol = final_from_preset("short", Protocol())
    found = ReferenceResult(0, 1, 0.5, 0.9, 11, 360, 1.0, "cpu")
    keep_reference_run("resnet18", protocol, found)
    kept = keep_reference_run("resnet18", protocol, replace(found, accuracy=0.6))
    keep_reference_run("resnet18", protocol, replace(found, run=1, accuracy=0.7))
    assert kept.accuracy == 0.5
    [score] = reference_scores("resnet18", "digits")
    assert score.accuracies == (0.5, 0.7)


def test_an_experiment_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="no experiment 77"):
        call_command("resnet_baseline", 77)


def test_what_is_of_cells_alone_makes_no_other_training_of_it() -> None:
    searched = Protocol(dataset="digits")
    keys = {
        final_key(without_cells(final_from_preset("short", searched, over)))
        for over in (
            {},
            {"host": "large", "cells": 2},
            {"channels": 4},
            {"drop_path": 0.2},
            {"auxiliary_weight": 0.4},
        )
    }
    assert len(keys) == 1
    assert final_key(without_cells(final_from_preset("short", searched, {"steps": 7}))) not in keys
