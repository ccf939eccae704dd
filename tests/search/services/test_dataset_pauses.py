"""A search whose data set is missing goes on by itself when it is there again; a person's pause stays."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from search import services, tasks
from search.evolution.evaluation import EvaluationFailed, instant_trainer
from search.evolution.experiments.folder_content import Look
from search.models import Evaluation, Experiment
from search.services.pauses import dataset_pauses
from search.worker import attempts, dataset_watch
from tests.search.searching import history, small_config, started, work_off

pytestmark = pytest.mark.django_db


class Machine:
    """A training worker's machine, with the data set or without."""

    def __init__(self) -> None:
        self.seen = ""
        self.looks = 0

    def train(self, *args: object, **options: object) -> object:
        if not self.seen:
            raise EvaluationFailed("dataset_unavailable", "there is no folder of that name")
        return instant_trainer(*args, **options)  # type: ignore[arg-type]

    def look(self, protocol: dict[str, object]) -> Look:
        assert protocol["dataset"] == "digits"
        self.looks += 1
        return Look(seen=self.seen, problem="" if self.seen else "there is no folder of that name")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Machine:
    machine = Machine()
    monkeypatch.setattr(attempts, "load_trainer", lambda: machine.train)
    monkeypatch.setattr(dataset_watch, "load_trainer", lambda: machine.train)
    monkeypatch.setattr(dataset_watch, "import_string", lambda path: machine.look)
    return machine


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """later(seconds) moves the database's clock on, as far as waiting for data goes."""
    passed = timedelta()

    def more(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(dataset_pauses, "database_now", lambda: timezone.now() + passed)
    return more


@pytest.fixture
def paused(machine: Machine) -> Experiment:
    experiment = work_off(started(small_config(individuals=6, in_flight=2)))
    assert (experiment.state, experiment.awaits) == ("paused", {"dataset": "digits"})
    return experiment


def sweep_and_look(experiment: Experiment) -> bool:
    """What the clock and a worker do between them: whether the search goes on."""
    return any(dataset_watch.find_data(experiment_id=key) for key in services.sweep().awaiting)


def test_it_goes_on_by_itself_after_two_looks_that_see_the_same(
    paused: Experiment, machine: Machine, later: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    assert not sweep_and_look(paused)
    machine.seen = "10 files of 900 bytes"
    later(31)
    assert not sweep_and_look(paused)
    later(31)
    machine.seen = "20 files of 1900 bytes"  # it was still being copied
    assert not sweep_and_look(paused)
    later(31)
    assert sweep_and_look(paused)
    paused.refresh_from_db()
    assert (paused.state, paused.reason, paused.awaits) == ("running", "", None)
    assert work_off(paused).state == "finished"
    assert [row[0] for row in history(paused)] == list(range(6))
    assert set(Evaluation.objects.values_list("attempts", flat=True)) == {1}  # the vain ones count as none


def test_the_journal_tells_why_it_goes_on(
    paused: Experiment,
    django_capture_on_commit_callbacks: Callable[..., object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert not services.saw_data(experiment_id=paused.pk, seen="whole")
    with caplog.at_level(logging.INFO, "search.journal"), django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert services.saw_data(experiment_id=paused.pk, seen="whole")
    [line] = [record for record in caplog.records if record.message == f"experiment {paused.pk} is running"]
    assert line.__dict__["fields"]["because"] == "data set digits is there again"


def test_a_pause_by_a_person_is_never_lifted(machine: Machine, later: Callable[[float], None]) -> None:
    machine.seen = "whole"
    experiment = started(small_config(individuals=6))
    services.pause_experiment(experiment_id=experiment.pk)
    for _ in range(3):
        later(31)
        assert not sweep_and_look(experiment)
    assert machine.looks == 0
    experiment.refresh_from_db()
    assert experiment.state == "paused"


def test_who_pauses_a_search_that_waits_for_its_data_keeps_it_paused(
    paused: Experiment, machine: Machine, later: Callable[[float], None]
) -> None:
    services.begin_to_look(experiment_id=paused.pk)
    services.saw_data(experiment_id=paused.pk, seen="whole")
    services.pause_experiment(experiment_id=paused.pk)
    assert not services.saw_data(experiment_id=paused.pk, seen="whole")  # a look that was under way
    paused.refresh_from_db()
    assert (paused.state, paused.reason, paused.awaits) == ("paused", "", None)
    with pytest.raises(services.Conflict):
        services.pause_experiment(experiment_id=paused.pk)


@pytest.mark.parametrize("change", [services.resume_experiment, services.stop_experiment])
def test_who_resumes_or_stops_it_leaves_nothing_that_waits(
    paused: Experiment, change: Callable[..., Experiment]
) -> None:
    change(experiment_id=paused.pk)
    paused.refresh_from_db()
    assert paused.awaits is None
    assert services.sweep().awaiting == []


def test_it_is_asked_for_and_looked_at_once_in_a_while_however_many_messages_there_are(
    paused: Experiment, machine: Machine, later: Callable[[float], None]
) -> None:
    assert services.sweep().awaiting == [paused.pk]
    assert services.sweep().awaiting == []
    for _ in range(5):  # messages that have gathered
        dataset_watch.find_data(experiment_id=paused.pk)
    assert machine.looks == 1
    later(31)
    assert services.sweep().awaiting == [paused.pk]
    dataset_watch.find_data(experiment_id=paused.pk)
    assert machine.looks == 2


def test_looking_for_the_data_of_an_experiment_that_is_gone_does_nothing(machine: Machine) -> None:
    assert not dataset_watch.find_data(experiment_id=987_654)
    assert not services.saw_data(experiment_id=987_654, seen="whole")


def test_a_look_that_breaks_is_no_end_of_the_waiting(
    paused: Experiment, machine: Machine, monkeypatch: pytest.MonkeyPatch, later: Callable[[float], None]
) -> None:
    def breaks(protocol: object) -> str:
        raise FileNotFoundError("it went while it was read")

    monkeypatch.setattr(dataset_watch, "import_string", lambda path: breaks)
    assert not sweep_and_look(paused)
    later(31)
    assert services.sweep().awaiting == [paused.pk]


def test_the_sweep_sends_the_look_to_those_who_train(
    paused: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(tasks, "hand_over", lambda task, key: sent.append((task.name, key)))
    tasks.sweep()
    assert ("search.tasks.look_for_data", paused.pk) in sent
    assert tasks.look_for_data.app.conf.task_routes["search.tasks.look_for_data"] == {"queue": "training"}
