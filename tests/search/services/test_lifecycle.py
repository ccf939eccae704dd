from uuid import uuid4

import pytest

from search import services
from search.models import Experiment, Individual
from search.services import errors
from tests.search.searching import created, small_config, started, work_off

pytestmark = pytest.mark.django_db


def test_a_new_experiment_is_a_draft_that_proposes_nothing() -> None:
    experiment = created()
    assert experiment.state == "draft"
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    assert Individual.objects.count() == 0


def test_the_stored_configuration_is_the_one_given() -> None:
    config = small_config(individuals=7, seed=3)
    assert created(config).config == config.to_json()


def test_a_started_experiment_runs_to_its_budget_and_finishes() -> None:
    experiment = work_off(started(small_config(individuals=9)))
    assert (experiment.state, experiment.proposed, experiment.evaluated) == ("finished", 9, 9)
    assert experiment.finished_at is not None


def test_a_finished_experiment_advances_no_further() -> None:
    experiment = work_off(started(small_config(individuals=3)))
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    assert Individual.objects.count() == 3


@pytest.mark.parametrize(
    "change",
    [
        services.start_experiment,
        services.pause_experiment,
        services.resume_experiment,
        services.stop_experiment,
    ],
)
def test_a_finished_experiment_refuses_every_change(change: object) -> None:
    experiment = work_off(started(small_config(individuals=3)))
    with pytest.raises(services.Conflict, match=f"Experiment {experiment.pk} is finished; only "):
        change(experiment_id=experiment.pk)  # type: ignore[operator]


def test_an_unknown_experiment_is_not_found() -> None:
    with pytest.raises(services.NotFound, match=errors.NOT_FOUND.format(what="experiment", key=404)):
        services.start_experiment(experiment_id=404)


def test_the_same_launch_sent_twice_makes_one_experiment() -> None:
    token = uuid4()
    first = services.create_experiment(name="a", config=small_config(), launch=token)
    second = services.create_experiment(name="a", config=small_config(), launch=token)
    assert first.pk == second.pk
    assert Experiment.objects.count() == 1
