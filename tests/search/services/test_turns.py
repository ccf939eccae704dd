"""Proposing is done in turns: nobody's search holds the only steps worker, a lock or a transaction for long."""

import random
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import connection

from search import services, tasks
from search.evolution.genotypes import draws
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.phenotype import TooAlike
from search.evolution.strategies.base import most_draws
from search.models import Experiment, Individual, Sweep
from search.services.locking import lock_experiment
from search.services.proposing import advancing, candidates
from tests.search.searching import history, small_config, started, work_off

pytestmark = pytest.mark.django_db
DEAR = {"initial_mutations": 5000, "initial_population": 6}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Mock:
    mock = Mock()
    monkeypatch.setattr(tasks, "hand_over", mock)
    return mock


def test_a_turn_ends_after_its_proposals_and_the_rest_is_another_message(
    sent: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = started(small_config(individuals=12, in_flight=10))
    turn = services.advance_for_a_while(experiment_id=experiment.pk, proposals=3)
    assert (len(turn.send) <= 3, turn.more, Individual.objects.count()) == (True, True, 3)
    monkeypatch.setattr(services, "advance_for_a_while", lambda **_: services.Advanced([], more=True))
    tasks.advance(experiment.pk)
    sent.assert_called_once_with(tasks.advance, experiment.pk)


def test_a_turn_ends_after_its_seconds_with_one_proposal_at_least() -> None:
    experiment = started(small_config(individuals=12, in_flight=10))
    turn = services.advance_for_a_while(experiment_id=experiment.pk, seconds=0)
    assert (turn.more, Individual.objects.count()) == (True, 1)


def test_turns_make_the_search_that_one_long_turn_makes() -> None:
    whole = work_off(started(small_config(individuals=12, in_flight=1, strategy=DEAR)))
    steps = started(small_config(individuals=12, in_flight=1, strategy=DEAR))
    while services.advance_for_a_while(experiment_id=steps.pk, proposals=1).more:
        pass
    assert history(work_off(steps)) == history(whole)


def test_a_dear_genotype_is_drawn_before_its_experiment_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = started(small_config(individuals=3, in_flight=3, strategy=DEAR, seed=99))
    drawn: list[bool] = []
    locked: list[int] = []

    def counted(*args: Any, **given: Any) -> Any:
        drawn.append(bool(locked))
        return random_genotype(*args, **given)

    monkeypatch.setattr(draws, "random_genotype", counted)

    def noted(experiment_id: int) -> Experiment:
        locked.append(experiment_id)
        return lock_experiment(experiment_id)

    propose = advancing.propose_under_lock

    def then_unlocked(experiment_id: int) -> Any:
        try:
            return propose(experiment_id)
        finally:
            locked.clear()

    monkeypatch.setattr("search.services.proposing.advancing.lock_experiment", noted)
    monkeypatch.setattr(advancing, "propose_under_lock", then_unlocked)
    services.advance_experiment(experiment_id=experiment.pk)
    assert len(drawn) >= 3
    assert not any(drawn)


def test_a_draw_that_is_remembered_leaves_its_generator_where_drawing_does() -> None:
    space = SPACES["hierarchical"]
    one, other = random.Random(7), random.Random(7)
    first = draws.drawn_genotype(space, one, mutations=5000)
    again = draws.drawn_genotype(space, other, mutations=5000)
    assert first == again == random_genotype(space, random.Random(7), mutations=5000)
    assert one.random() == other.random()


def test_the_longer_a_draw_the_fewer_are_tried() -> None:
    assert [most_draws(mutations) for mutations in (0, 1000, 2000, 100_000)] == [1000, 1000, 1000, 20]


def test_a_limit_that_nothing_meets_fails_the_search_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand draws took 651 seconds in one transaction."""
    drawn = Mock(side_effect=random_genotype)
    monkeypatch.setattr(draws, "random_genotype", drawn)
    space = {"levels": [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 5}], "max_parameters": 1}
    experiment = started(small_config(space=space, strategy={"initial_mutations": 100_000}))
    services.advance_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert experiment.state == "failed"
    assert "none of 20 random genotypes was acceptable" in experiment.reason
    assert drawn.call_count == 20


def test_candidates_that_cannot_be_told_apart_are_not_tried_a_thousand_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[object] = []

    def refuse(genotype: object) -> None:
        tried.append(genotype)
        raise TooAlike("none that could be recognised again")

    monkeypatch.setattr(candidates, "build_phenotype", refuse)
    experiment = started(small_config())
    services.advance_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert (experiment.state, len(tried)) == ("failed", 21)
    assert "no acceptable network was found" in experiment.reason


def test_a_sweep_leaves_proposing_to_the_steps_once_it_has_taken_long(
    sent: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = started(small_config(seed=1)), started(small_config(seed=2))
    monkeypatch.setattr(tasks, "SWEEP_PROPOSES_SECONDS", 0)
    tasks.sweep()
    assert Individual.objects.count() == 0
    assert {call.args for call in sent.call_args_list} == {
        (tasks.advance, first.pk),
        (tasks.advance, second.pk),
    }


def test_a_sweep_that_has_ended_is_on_record(sent: Mock) -> None:
    for _ in range(2):
        tasks.sweep()
    row = Sweep.objects.get()
    assert row.seconds >= 0
    assert connection.vendor in ("sqlite", "postgresql")
