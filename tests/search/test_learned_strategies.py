"""A learned strategy as its experiment sees it: drafts, versions, claims, and what a kill leaves behind."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models.functions import Now

from search import services
from search.evolution.strategies import STRATEGIES
from search.learning.reinforce import Reinforce
from search.models import Draft, Experiment, Individual, StrategyState
from search.services.errors import LeaseLost
from search.services.learning.claiming import Learned, claim_learning, overdue_learning, record_learning
from search.worker.attempts import run_attempt
from search.worker.learning import run_learning
from tests.search.searching import created, history, small_config, started, work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_now_and_then")]


# What is learned is nothing to these tests.
QUICK: dict[str, dict[str, Any]] = {"embedding": {"epochs": 10}, "progressive": {"epochs": 10}}


def reinforced(individuals: int = 14, **strategy: Any) -> Experiment:
    told = {"kind": "reinforce", "drafts": 4, "initial_population": 3} | strategy
    return started(small_config(individuals=individuals, in_flight=1, strategy=told))


def test_after_its_initial_networks_a_search_takes_drafts_in_order_with_version_and_reason() -> None:
    experiment = work_off(reinforced())
    assert experiment.state == "finished", experiment.reason
    rows = list(Individual.objects.filter(experiment=experiment).order_by("step"))
    assert [row.origin for row in rows] == ["initial"] * 3 + ["draft"] * 11
    assert [row.strategy_version for row in rows[3:]] == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    assert all(row.why.startswith("drawn by the controller, log-probability -") for row in rows[3:])
    state = StrategyState.objects.get(experiment=experiment)
    assert [row["version"] for row in state.history] == list(range(1, state.version + 1))
    assert state.report is not None
    assert state.report["facts"][0][0] == "Own networks"


def test_one_worker_and_one_seed_repeat_a_learned_search_exactly() -> None:
    first = work_off(reinforced())
    second = work_off(reinforced())
    assert [row[1:4] for row in history(first)] == [row[1:4] for row in history(second)]
    [one, other] = StrategyState.objects.order_by("pk").values_list("content", "version")
    assert one == other


@pytest.mark.parametrize("kind", [kind for kind, row in STRATEGIES.items() if row.runs == "worker"])
def test_a_killed_attempt_loses_nothing_and_doubles_nothing(kind: str) -> None:
    told = {"kind": kind} | QUICK.get(kind, {})
    unbroken = work_off(reinforced(**told))
    experiment = reinforced(**told)
    killed = 0
    while experiment.state == "running":
        services.advance_experiment(experiment_id=experiment.pk)
        # A worker takes the claim and dies with it; its lease runs out.
        if claim_learning(experiment_id=experiment.pk, worker="killed") is not None:
            killed += 1
            StrategyState.objects.filter(experiment=experiment).update(heartbeat_at="2000-01-01T00:00:00Z")
            assert overdue_learning() == [experiment.pk]
            run_learning(experiment_id=experiment.pk, worker="next")
        work_one(experiment)
    assert killed >= 3
    assert [row[1] for row in history(experiment)] == [row[1] for row in history(unbroken)]


def test_a_message_that_died_with_its_worker_is_sent_again_when_the_worker_would_be_given_up() -> None:
    experiment = reinforced()
    for _ in range(3):
        work_one(experiment)
    assert services.take_unsent_learning(experiment_id=experiment.pk)
    assert overdue_learning() == []
    ago = Now() - timedelta(seconds=settings.LEASE_SECONDS + 1)
    StrategyState.objects.filter(experiment=experiment).update(sent_at=ago)
    assert settings.LEASE_SECONDS < settings.LEARNING_PATIENCE_SECONDS < settings.RESEND_SECONDS
    assert overdue_learning() == [experiment.pk]
    assert overdue_learning() == []


def work_one(experiment: Experiment) -> None:
    services.advance_experiment(experiment_id=experiment.pk)
    row = Individual.objects.filter(experiment=experiment, state="waiting").order_by("step").first()
    if row is not None:
        run_attempt(evaluation_id=row.evaluation_id, worker="worker")
    experiment.refresh_from_db()


def test_what_a_slow_attempt_brings_after_another_has_finished_is_dropped() -> None:
    experiment = reinforced()
    for _ in range(3):
        work_one(experiment)
    slow = claim_learning(experiment_id=experiment.pk, worker="slow")
    assert slow is not None
    StrategyState.objects.filter(experiment=experiment).update(lease="")
    assert run_learning(experiment_id=experiment.pk, worker="fast")
    with pytest.raises(LeaseLost):
        record_learning(claim=slow, learned=Learned(b"late", [], {}, {}, 0.0))
    state = StrategyState.objects.get(experiment=experiment)
    assert (state.version, Draft.objects.filter(experiment=experiment).count()) == (1, 4)


def test_two_workers_cannot_hold_one_model_and_nobody_learns_for_a_paused_search() -> None:
    experiment = reinforced()
    for _ in range(3):
        work_one(experiment)
    services.pause_experiment(experiment_id=experiment.pk)
    assert claim_learning(experiment_id=experiment.pk, worker="one") is None
    services.resume_experiment(experiment_id=experiment.pk)
    assert claim_learning(experiment_id=experiment.pk, worker="one") is not None
    assert claim_learning(experiment_id=experiment.pk, worker="other") is None


def test_without_anybody_who_learns_a_search_waits_a_while_and_then_draws_at_random() -> None:
    experiment = reinforced(individuals=6)
    for _ in range(4):
        work_one(experiment)
    assert experiment.proposed == 3  # it waits for drafts
    StrategyState.objects.filter(experiment=experiment).update(wanted_at="2000-01-01T00:00:00Z")
    for _ in range(4):
        work_one(experiment)
    assert experiment.state == "finished"
    last = Individual.objects.get(experiment=experiment, step=5)
    assert (last.origin, last.why) == ("initial", "no draft was there: drawn at random")


def test_a_model_that_fails_three_times_fails_its_search_with_the_reason_and_can_be_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    experiment = reinforced()
    with monkeypatch.context() as broken:
        broken.setattr(Reinforce, "propose", lambda *_: 1 / 0)
        for _ in range(3):
            work_one(experiment)
        for _ in range(3):
            assert experiment.state == "running"
            run_learning(experiment_id=experiment.pk, worker="learner")
            experiment.refresh_from_db()
    assert experiment.state == "failed"
    assert experiment.reason.endswith("failed to learn 3 times: ZeroDivisionError: division by zero")
    services.resume_experiment(experiment_id=experiment.pk)
    assert work_off(experiment).state == "finished"


def test_a_draft_that_builds_no_network_is_passed_over() -> None:
    experiment = reinforced()
    for _ in range(3):
        work_one(experiment)
    run_learning(experiment_id=experiment.pk, worker="learner")
    broken = Draft.objects.filter(experiment=experiment).order_by("pk").first()
    assert broken is not None
    empty = [[[0], [0, 0], [0, 0, 0]]] * 6, [[[0], [0, 0], [0, 0, 0], [0, 0, 0, 0]]]
    Draft.objects.filter(pk=broken.pk).update(genotype={"space": "hierarchical", "levels": list(empty)})
    assert work_off(experiment).state == "finished"


def test_deleting_an_experiment_takes_its_model_and_drafts_along() -> None:
    experiment = created()
    StrategyState.objects.create(experiment=experiment, wanted_at=Now())
    Draft.objects.create(experiment=experiment, version=1, genotype={})
    experiment.delete()
    assert not StrategyState.objects.exists()
    assert not Draft.objects.exists()


def test_a_controller_is_written_and_read_bit_for_bit() -> None:
    config = small_config(strategy={"kind": "reinforce"})
    learner = Reinforce(config.strategy, config.space, lambda _: True)  # type: ignore[arg-type]
    learner.load(None)
    ideas = learner.propose(3, random.Random(1), lambda: None)
    again = Reinforce(config.strategy, config.space, lambda _: True)  # type: ignore[arg-type]
    again.load(learner.state())
    assert again.propose(3, random.Random(1), lambda: None) == ideas
    assert again.state() == learner.state()
