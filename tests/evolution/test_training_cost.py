"""What a training is predicted to take beside its steps: scoring, and reading the data."""

import random

import pytest

from search.evolution.estimates.step_cost import work_of
from search.evolution.estimates.training_cost import (
    SCORINGS,
    arithmetic_seconds,
    reading_bytes,
    step_seconds,
    training_host,
)
from search.evolution.evaluation import Runtime
from search.evolution.experiments.config import Protocol, experiment_config
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import PAPER_HOST
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies.feasibility import is_acceptable

FASHION = Protocol(
    dataset="fashion-mnist",
    channels=8,
    steps=150,
    batch_size=64,
    crop=24,
    train_images=10_000,
    validation_images=2_000,
)


def share_of_scoring(protocol: Protocol) -> float:
    """Of the predicted seconds, mean over random networks."""
    shares = []
    for seed in range(5):
        phenotype = build_phenotype(random_genotype(SPACES["hierarchical"], random.Random(seed)))
        work = work_of(phenotype, training_host(protocol.shape_host, protocol))
        whole = arithmetic_seconds(work, protocol)
        shares.append(1 - protocol.steps * step_seconds(work, protocol.batch_size) / whole)
    return sum(shares) / len(shares)


def test_scoring_has_the_share_of_the_time_that_was_measured() -> None:
    assert share_of_scoring(FASHION) == pytest.approx(0.39, abs=0.07)
    assert share_of_scoring(FASHION.model_copy(update={"validation_images": 1})) < 0.02


def test_the_trainer_scores_as_often_as_is_predicted() -> None:
    from search.training.loop.run import SCORED_POINTS  # noqa: PLC0415 - torch takes seconds

    assert len(SCORED_POINTS) == SCORINGS


def test_reading_the_data_is_part_of_what_a_training_needs() -> None:
    import torch  # noqa: PLC0415 - it takes seconds

    from search.training.loop.fitting import estimate_resources_on  # noqa: PLC0415

    phenotype = build_phenotype(random_genotype(SPACES["hierarchical"], random.Random(1)))
    small = Protocol(dataset="digits", channels=4, batch_size=16)
    assert estimate_resources_on(phenotype, small, torch.device("cpu"), Runtime()).bytes > 200 * 2**20
    assert reading_bytes(small) == 124 * 2**20
    assert reading_bytes(Protocol(dataset="cifar10")) == 3 * 32 * 32 * 50_000


def test_a_limit_on_parameters_refuses_the_same_cells_under_every_protocol() -> None:
    drawn = [random_genotype(SPACES["flat-constrained"], random.Random(seed)) for seed in range(60)]
    allowed = []
    for protocol in (
        {"dataset": "digits", "channels": 4},
        {"dataset": "cifar10", "host": "large", "cells": 2},
    ):
        config = experiment_config({"space": "flat-constrained", "protocol": protocol})
        allowed.append([is_acceptable(genotype, config) for genotype in drawn])
    assert allowed[0] == allowed[1]
    counted = [network_cost(build_phenotype(genotype), PAPER_HOST).parameters for genotype in drawn]
    assert allowed[0] == [parameters <= 550_000 for parameters in counted]
    assert 0.65 < allowed[0].count(False) / len(drawn) < 0.95
