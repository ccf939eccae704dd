"""What is here already: finished fitness stays as it is, and what waits is given what the file knows."""

import pytest

from search import services
from search.models import Evaluation, Experiment, FitnessRecord, IdempotentReply
from search.services.errors import Conflict, LeaseLost
from tests.search.importing.files import contents, documents, empty_the_database, exported, imported, written
from tests.search.searching import claim_next, finish, individual, small_config, started, work_off

pytestmark = pytest.mark.django_db
RECORD = {
    "repeat": 0, "seed": 7, "accuracy": 0.5, "curve": [{"step": 1, "loss": 0.5}], "seconds": 2.0, "device": "cpu",
    "worker": "there", "attempt": 1, "created_at": "2026-11-25T09:00:00+00:00",
}  # fmt: skip


def test_the_same_file_twice_gives_two_experiments_that_share_their_fitness() -> None:
    experiment = work_off(started(small_config(individuals=6)))
    networks, records = Evaluation.objects.count(), contents()["FitnessRecord"]
    done = imported(exported(experiment))
    assert Experiment.objects.count() == 2
    assert Evaluation.objects.count() == networks
    assert contents()["FitnessRecord"] == records
    assert (done.met.new, done.met.known, done.met.differing) == (0, networks, 0)


def test_fitness_that_is_finished_here_never_changes_and_the_search_keeps_what_it_saw() -> None:
    content = exported(work_off(started(small_config(individuals=6))))
    evaluation = Evaluation.objects.order_by("pk")[0]
    FitnessRecord.objects.filter(evaluation=evaluation).update(accuracy=0.123)  # as another machine found it
    Evaluation.objects.filter(pk=evaluation.pk).update(fitness=0.123)
    done = imported(content)
    assert done.met.differing == 1
    evaluation.refresh_from_db()
    assert (evaluation.fitness, evaluation.records.get().accuracy) == (0.123, 0.123)
    moved = Experiment.objects.get(pk=done.experiment_id)
    mine = moved.individuals.filter(evaluation=evaluation)[0]
    assert mine.fitness == individual(Experiment.objects.order_by("pk")[0], mine.step).fitness != 0.123


def test_what_waits_here_is_given_what_the_file_knows_and_nothing_is_trained_twice() -> None:
    config = small_config(individuals=6, in_flight=2)
    content = exported(work_off(started(config)))
    empty_the_database()
    here = started(config)
    claim = claim_next(here)  # a worker has begun with one of the two that are open
    done = imported(content)
    assert (done.met.finished, done.advance) == (2, (here.pk,))
    here.refresh_from_db()
    assert (here.evaluated, here.population) == (2, 2)
    with pytest.raises(LeaseLost):
        services.finish_evaluation(claim=claim)
    assert work_off(here).state == "finished"
    assert FitnessRecord.objects.exclude(attempt=1).count() == 0
    assert here.shared >= 3  # the other three of the initial population


def test_an_individual_that_waits_in_the_file_gets_what_has_ended_here() -> None:
    experiment = started(small_config(individuals=6, in_flight=1))
    claim = claim_next(experiment)
    content = exported(experiment)
    finish(claim, accuracy=0.75)
    moved = Experiment.objects.get(pk=imported(content).experiment_id)
    assert (moved.state, moved.evaluated, moved.population) == ("paused", 1, 1)
    assert individual(moved, 0).fitness == 0.75
    assert moved.best == individual(moved, 0)


def test_an_individual_that_waits_in_the_file_joins_what_is_under_way_or_was_given_up_here() -> None:
    experiment = started(small_config(individuals=6, in_flight=1))
    claim = claim_next(experiment)
    content = exported(experiment)
    joined = Experiment.objects.get(pk=imported(content).experiment_id)
    assert individual(joined, 0).state == "running"
    services.stop_experiment(experiment_id=joined.pk)
    services.stop_experiment(experiment_id=experiment.pk)
    services.release_evaluation(claim=claim)
    assert Evaluation.objects.get().state == "cancelled"
    again = Experiment.objects.get(pk=imported(content).experiment_id)
    assert (individual(again, 0).state, Evaluation.objects.get().state) == ("waiting", "waiting")


def test_a_failure_here_becomes_the_fitness_that_was_found_elsewhere() -> None:
    experiment = started(small_config(individuals=1))
    services.fail_evaluation(claim=claim_next(experiment), code="error", reason="broken")
    failed = exported(experiment)
    lines = documents(failed)
    by_kind = {next(iter(line)): next(iter(line.values())) for line in lines[1:]}
    by_kind["experiment"] |= {"evaluated": 1, "failed": 0, "population": 1, "best": 0}
    by_kind["evaluation"] |= {"state": "done", "fitness": 0.5, "records": [RECORD]}
    by_kind["individual"] |= {"state": "done", "fitness": 0.5, "completion": 0, "best_so_far": 0.5}
    by_kind["end"] |= {"records": 1}
    done = imported(written(lines))
    assert done.met.finished == 1
    row = Evaluation.objects.get()
    assert (row.state, row.fitness, row.reason) == ("done", 0.5, "")
    assert individual(experiment, 0).state == "failed"  # what happened here stays what happened


def test_with_a_key_the_same_file_gives_the_experiment_of_the_first_time() -> None:
    content = exported(work_off(started(small_config(individuals=3))))
    first, again = imported(content, key="mine"), imported(content, key="mine")
    assert first.experiment_id == again.experiment_id
    assert Experiment.objects.count() == 2
    other = exported(work_off(started(small_config(individuals=2))))
    with pytest.raises(Conflict, match="another request"):
        imported(other, key="mine")
    assert IdempotentReply.objects.count() == 1


def test_repeats_that_only_the_file_has_come_to_those_that_are_here() -> None:
    config = small_config(individuals=1, protocol={"repeats": 3})
    content = exported(work_off(started(config)))
    before = contents()["FitnessRecord"]
    FitnessRecord.objects.filter(repeat__gt=0).delete()  # as where one repeat was enough
    first = FitnessRecord.objects.get()
    Evaluation.objects.update(repeats=1, fitness=first.accuracy, fitness_spread=None)
    done = imported(content)
    assert (done.met.finished, done.met.differing) == (1, 0)
    assert contents()["FitnessRecord"] == before
    row = Evaluation.objects.get()
    assert (row.repeats, row.fitness) == (None, individual(Experiment.objects.order_by("-pk")[0], 0).fitness)
