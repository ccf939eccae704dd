"""The simulation of many workers, where its answer is known; and the costs that it is fed, measured on a few rows."""

from dataclasses import replace

import pytest

from tests.benchmarks.scale import costs
from tests.benchmarks.scale.simulation import Costs, Setup, simulate

COSTS = Costs(
    claim_database=0.001,
    claim_client=0.002,
    step_database=0.004,
    step_client=0.006,
    rest_client=0.003,
    heartbeat_database=0.0003,
    report_database=0.0002,
    sweep_database=0.01,
    broker=0.0001,
)
OVERHEAD = 0.001 + 0.002 + 0.004 + 0.006 + 0.003 + 0.0001


def test_few_workers_lose_what_a_step_costs_and_no_more() -> None:
    found = simulate(Setup(10, 5.0, cores=8, experiments=10), COSTS, steps=4000)
    assert found.rate == pytest.approx(10 / (5 + OVERHEAD), rel=0.02)
    assert found.ends == "nothing"


@pytest.mark.parametrize("experiments", [1, 4])
def test_the_lock_of_an_experiment_serves_one_at_a_time_and_several_experiments_have_several(
    experiments: int,
) -> None:
    setup = Setup(1000, 1.0, experiments=experiments, cores=64)
    found = simulate(setup, replace(COSTS, heartbeat_database=0.0), steps=8000)
    assert found.rate == pytest.approx(experiments / (0.004 + 0.006), rel=0.05)
    assert "lock" in found.ends


def test_the_database_ends_where_its_cores_are_used_up() -> None:
    dear = replace(COSTS, step_database=0.1, step_client=0.0, heartbeat_database=0.0)
    found = simulate(Setup(400, 1.0, experiments=400, cores=4), dear, steps=4000)
    assert found.rate == pytest.approx(4 / (0.1 + 0.001), rel=0.03)
    assert found.ends == "PostgreSQL"


def test_heartbeats_alone_can_keep_it_busy() -> None:
    setup = Setup(10_000, 3600.0, cores=1)
    assert setup.background(COSTS) > 1
    assert simulate(setup, COSTS).rate == 0
    assert simulate(replace(setup, heartbeat_seconds=20.0, report_seconds=60.0), COSTS).trains > 0.9


def test_the_broker_ends_last() -> None:
    dear = replace(COSTS, broker=0.05)
    found = simulate(Setup(400, 1.0, experiments=400, cores=64), dear, steps=2000)
    assert found.rate == pytest.approx(20, rel=0.03)
    assert found.ends == "Redis"


@pytest.mark.django_db
def test_costs_are_measured_on_real_rows() -> None:
    found = costs.measure(5, messages=False)
    assert min(found.claim.wall, found.step.wall, found.heartbeat.wall, found.sweep.wall) > 0
    elsewhere = found.elsewhere(way=0.01)
    assert elsewhere.claim_client == pytest.approx(found.claim.worker + 0.01)
    assert elsewhere.step_database == found.step.database
    assert found.broker == 0
