"""Learned searches through a real broker and real workers, killed on the way."""

from typing import Any

import pytest

from search import tasks
from search.evolution.strategies import STRATEGIES
from search.models import Draft, Evaluation, Experiment, Individual, StrategyState
from tests.conftest import StartWorker
from tests.processes import eventually
from tests.search.searching import ends, forget_everything, small_config, started, work_off

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]

# The first worker may die with a message that it has taken and not begun: it is sent again after RESEND_SECONDS. Seven
# searches share one worker, so that a message may also wait for some seconds where nobody died.
SOON = {
    "NASWEB_LEASE_SECONDS": "5", "NASWEB_HEARTBEAT_SECONDS": "1", "NASWEB_RESEND_SECONDS": "8"
}  # fmt: skip
# What is learned is nothing to this test.
QUICK: dict[str, dict[str, Any]] = {
    "embedding": {"epochs": 5, "pool": 20},
    "progressive": {"epochs": 5, "pool": 20},
    "bayesian": {"pool": 20},
}
LEARNED = [kind for kind, row in STRATEGIES.items() if row.runs == "worker"]
NETWORKS, FIRST = 15, 3


def learned() -> dict[str, Experiment]:
    """One search of each learned strategy, each with a seed of its own, so that hardly a network is shared."""
    return {
        kind: started(
            small_config(
                individuals=NETWORKS,
                in_flight=1,
                seed=seed,
                strategy={"kind": kind, "drafts": FIRST, "initial_population": FIRST} | QUICK.get(kind, {}),
            ),
            name=kind,
        )
        for seed, kind in enumerate(LEARNED, start=1)
    }


def proposed(experiment: Experiment) -> list[tuple[str, int | None, str]]:
    rows = Individual.objects.filter(experiment=experiment).order_by("step")
    return list(rows.values_list("genotype__key", "strategy_version", "why"))


def test_learned_searches_whose_worker_is_killed_end_as_those_that_nobody_disturbed(
    start_worker: StartWorker,
) -> None:
    undisturbed = {kind: proposed(work_off(experiment)) for kind, experiment in learned().items()}
    StrategyState.objects.all().delete()
    Draft.objects.all().delete()
    forget_everything()
    first = start_worker(name="first", **SOON)
    experiments = learned()
    for experiment in experiments.values():
        tasks.nudge_experiment(experiment.pk)
    eventually(
        lambda: (
            StrategyState.objects.filter(version__gte=1).count() == len(LEARNED)
            and StrategyState.objects.exclude(lease="").exists()
        ),
        "every model has learned, and one is about to again",
        seconds=120,
    )
    first.kill()
    left = set(Experiment.objects.filter(state="running").values_list("name", flat=True))
    start_worker(name="second", clock=True, **SOON)
    for kind, experiment in experiments.items():
        ends(experiment, seconds=300)
        assert (experiment.evaluated, experiment.failed) == (NETWORKS, 0), kind
        assert proposed(experiment) == undisturbed[kind]
    assert left == set(LEARNED)
    assert not Evaluation.objects.exclude(state="done").exists()
