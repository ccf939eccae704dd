"""Each rule of the audit is broken once, and found; and a consistent database passes."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.db.models.functions import Now

from search import services
from search.models import (
    Draft,
    Evaluation,
    Experiment,
    FitnessRecord,
    Genotype,
    Individual,
    MotifUse,
    StrategyState,
)
from search.selectors.consistency_audit import RULES, violations
from search.worker.attempts import run_attempt
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment() -> Experiment:
    """A finished search with children; each network trained twice."""
    return work_off(started(small_config(individuals=14, protocol={"repeats": 2})))


def rules() -> set[str]:
    return {violation.rule for violation in violations()}


def last(experiment: Experiment) -> Any:
    """The row of its last step, which nobody descends from."""
    return Individual.objects.filter(experiment=experiment, step=13)


def child(experiment: Experiment) -> Any:
    found = Individual.objects.filter(experiment=experiment, parent__isnull=False).first()
    assert found is not None
    return Individual.objects.filter(pk=found.pk)


def a_step_vanishes(experiment: Experiment) -> None:
    Experiment.objects.update(best=None)
    last(experiment).delete()


def a_step_lies_beyond_the_counter(experiment: Experiment) -> None:
    last(experiment).update(step=20)


def a_motif_is_not_stored(experiment: Experiment) -> None:
    use = MotifUse.objects.first()
    assert use is not None
    use.delete()


def a_genotype_is_another(experiment: Experiment) -> None:
    first, second = Genotype.objects.all()[:2]
    Genotype.objects.filter(pk=first.pk).update(levels=second.levels)


def a_genotype_does_not_read(experiment: Experiment) -> None:
    Genotype.objects.filter(pk=Genotype.objects.values("pk")[:1]).update(levels=[[], []])


def a_parent_is_younger(experiment: Experiment) -> None:
    child(experiment).update(parent=last(experiment).get())


def a_generation_is_wrong(experiment: Experiment) -> None:
    child(experiment).update(generation=F("generation") + 5)


def a_fitness_is_not_its_evaluations(experiment: Experiment) -> None:
    last(experiment).update(fitness=0.123)


def an_individual_waits_for_what_has_ended(experiment: Experiment) -> None:
    last(experiment).update(state="waiting", fitness=None, completion=None)


def an_evaluation_is_of_another_network(experiment: Experiment) -> None:
    other = Evaluation.objects.exclude(pk=last(experiment).get().evaluation_id).first()
    last(experiment).update(evaluation=other)


def a_repeat_vanishes(experiment: Experiment) -> None:
    record = FitnessRecord.objects.first()
    assert record is not None
    record.delete()


def a_repeat_changes(experiment: Experiment) -> None:
    FitnessRecord.objects.filter(repeat=1).update(accuracy=0.5)


def a_repeat_is_from_another_seed(experiment: Experiment) -> None:
    FitnessRecord.objects.filter(repeat=1).update(seed=1)


def a_counter_is_behind(experiment: Experiment) -> None:
    Experiment.objects.update(evaluated=F("evaluated") - 1, population=F("population") - 1)


def a_completion_is_missing(experiment: Experiment) -> None:
    last(experiment).update(completion=None)


def the_best_is_not(experiment: Experiment) -> None:
    worst = Individual.objects.filter(experiment=experiment).order_by("fitness").first()
    Experiment.objects.update(best=worst)


def the_best_so_far_is_not(experiment: Experiment) -> None:
    last(experiment).update(best_so_far=0.01)


def a_finished_search_has_not_spent_its_budget(experiment: Experiment) -> None:
    Experiment.objects.update(individuals_planned=20)


def an_evaluation_waits_for_nobody(experiment: Experiment) -> None:
    Evaluation.objects.filter(pk=Evaluation.objects.values("pk")[:1]).update(state="waiting", fitness=None)


def a_failure_has_no_reason(experiment: Experiment) -> None:
    Experiment.objects.update(state="failed")


def an_individual_is_cancelled_without_a_reason(experiment: Experiment) -> None:
    last(experiment).update(state="cancelled", fitness=None, completion=None)


def an_end_lies_before_its_beginning(experiment: Experiment) -> None:
    last(experiment).update(finished_at=F("created_at") - timedelta(hours=3))


def an_evaluation_ends_before_its_beginning(experiment: Experiment) -> None:
    Evaluation.objects.update(finished_at=F("created_at") - timedelta(hours=3))


@pytest.mark.parametrize(
    "rule, damage",
    [
        ("steps", a_step_vanishes),
        ("steps", a_step_lies_beyond_the_counter),
        ("genotype", a_motif_is_not_stored),
        ("genotype", a_genotype_is_another),
        ("genotype", a_genotype_does_not_read),
        ("parent", a_parent_is_younger),
        ("parent", a_generation_is_wrong),
        ("outcome", a_fitness_is_not_its_evaluations),
        ("outcome", an_individual_waits_for_what_has_ended),
        ("outcome", an_evaluation_is_of_another_network),
        ("repeats", a_repeat_vanishes),
        ("repeats", a_repeat_changes),
        ("repeats", a_repeat_is_from_another_seed),
        ("counters", a_counter_is_behind),
        ("counters", a_completion_is_missing),
        ("counters", the_best_is_not),
        ("counters", the_best_so_far_is_not),
        ("ended", a_finished_search_has_not_spent_its_budget),
        ("times", an_end_lies_before_its_beginning),
        ("times", an_evaluation_ends_before_its_beginning),
        ("explained", an_evaluation_waits_for_nobody),
        ("explained", a_failure_has_no_reason),
        ("explained", an_individual_is_cancelled_without_a_reason),
    ],
)
def test_a_broken_rule_is_found(
    experiment: Experiment, rule: str, damage: Callable[[Experiment], None]
) -> None:
    assert violations() == []
    damage(experiment)
    assert rule in rules()


@pytest.fixture
def learned() -> Experiment:
    """A finished search of a learned strategy, with a draft left."""
    told = {"kind": "reinforce", "initial_population": 3, "drafts": 4}
    return work_off(started(small_config(individuals=10, in_flight=1, strategy=told)))


@pytest.mark.parametrize(
    "damage",
    [
        lambda: StrategyState.objects.update(observed_until=11),
        lambda: StrategyState.objects.update(version=F("version") - 1),
        lambda: StrategyState.objects.update(history=[{"version": 1}, {"version": 1}]),
        lambda: Draft.objects.update(version=17),
        lambda: StrategyState.objects.all().delete(),
        lambda: Individual.objects.filter(step=9).update(strategy_version=17),
        lambda: Individual.objects.filter(step=9).update(strategy_version=None),
        lambda: Individual.objects.filter(step=0).update(strategy_version=1),
    ],
)
def test_what_a_model_knows_and_has_proposed_is_of_versions_that_were_made(
    learned: Experiment, damage: Callable[[], object]
) -> None:
    assert Draft.objects.exists()
    assert violations() == []
    damage()
    assert rules() == {"learned"}


@pytest.mark.parametrize("lease", ["", "held"])
def test_a_model_that_nobody_comes_back_to_is_found(lease: str) -> None:
    told = {"kind": "reinforce", "initial_population": 1}
    experiment = started(small_config(in_flight=1, strategy=told))
    work_off_one(experiment)
    long_ago = Now() - timedelta(hours=1)
    assert violations() == []
    assert StrategyState.objects.update(lease=lease, sent_at=long_ago, heartbeat_at=long_ago) == 1
    assert "its model waits" in str(violations())


def work_off_one(experiment: Experiment) -> None:
    for key in services.advance_experiment(experiment_id=experiment.pk):
        run_attempt(evaluation_id=key, worker="worker")


@pytest.fixture
def running() -> Evaluation:
    experiment = started(small_config(in_flight=1))
    [key] = services.advance_experiment(experiment_id=experiment.pk)
    assert violations() == []
    return Evaluation.objects.get(pk=key)


def test_a_silent_worker_that_nobody_swept_is_found(running: Evaluation) -> None:
    services.claim_evaluation(evaluation_id=running.pk, worker="worker")
    assert violations() == []
    Evaluation.objects.update(heartbeat_at=Now() - timedelta(hours=1))
    assert "worker is silent since" in str(violations())


def test_a_message_that_nobody_sends_again_is_found(running: Evaluation) -> None:
    Evaluation.objects.update(sent_at=Now() - timedelta(hours=1))
    assert "does a clock ask for sweeps?" in str(violations())


def test_a_failed_evaluation_without_a_reason_is_found(running: Evaluation) -> None:
    Evaluation.objects.update(state="failed")
    Individual.objects.update(state="failed")
    assert "failed without a reason" in str(violations())


def test_every_rule_can_be_broken() -> None:
    marks = test_a_broken_rule_is_found.pytestmark  # type: ignore[attr-defined]
    tried = {rule for mark in marks if mark.name == "parametrize" for rule, _ in mark.args[1]}
    assert tried | {"learned"} == set(RULES)  # what needs a learned search is broken above


def test_the_command_says_that_the_database_is_consistent(
    experiment: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_consistency")
    assert capsys.readouterr().out == "No contradictions.\n"


def test_the_command_names_what_does_not(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    the_best_is_not(experiment)
    with pytest.raises(CommandError, match="1 contradictions"):
        call_command("check_consistency", "--json")
    [found] = json.loads(capsys.readouterr().out)
    assert (found["rule"], found["where"]) == ("counters", f"experiment {experiment.pk}")
