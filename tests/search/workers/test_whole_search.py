"""A search from start to end through a real broker and real workers."""

import pytest

from search import tasks
from search.models import Evaluation, FitnessRecord
from tests.conftest import StartWorker
from tests.search.searching import ends, forget_everything, history, small_config, started

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


def test_with_one_worker_two_runs_with_one_seed_are_equal(start_worker: StartWorker) -> None:
    start_worker()
    histories = []
    for _ in range(2):
        experiment = started(small_config(individuals=25, in_flight=3))
        tasks.nudge_experiment(experiment.pk)
        ends(experiment)
        assert (experiment.evaluated, experiment.failed) == (25, 0)
        histories.append(history(experiment))
        forget_everything()
    assert histories[0] == histories[1]


def test_several_workers_reach_the_budget_and_train_nothing_twice(start_worker: StartWorker) -> None:
    start_worker(name="one", concurrency=2)
    start_worker(name="two", concurrency=2)
    experiment = started(small_config(individuals=40, in_flight=8, protocol={"repeats": 2}))
    tasks.nudge_experiment(experiment.pk)
    ends(experiment)
    assert [row[0] for row in history(experiment)] == list(range(40))
    assert {row.state for row in Evaluation.objects.all()} == {"done"}
    assert {row.attempts for row in Evaluation.objects.all()} == {1}
    assert FitnessRecord.objects.count() == 2 * Evaluation.objects.count()
    completions = experiment.individuals.order_by("completion").values_list("completion", flat=True)
    assert list(completions) == list(range(40))


def test_two_searches_at_once_share_what_they_have_in_common(start_worker: StartWorker) -> None:
    start_worker(concurrency=2)
    both = [started(small_config(individuals=20, in_flight=2), name=name) for name in ("one", "two")]
    for experiment in both:
        tasks.nudge_experiment(experiment.pk)
    for experiment in both:
        ends(experiment)
    # The initial individuals are the same networks in both.
    first = [{row[1] for row in history(experiment)[:5]} for experiment in both]
    assert first[0] == first[1]
    assert Evaluation.objects.count() == 40 - both[0].shared - both[1].shared
