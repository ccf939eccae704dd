"""A finished search that is extended takes the course that one longer search would have taken."""

import pytest

from search.models import Experiment, Individual
from search.services import Conflict
from search.services.experiments.changes import Changes, update_experiment
from tests.search.searching import (
    claim_next,
    finish,
    forget_everything,
    history,
    small_config,
    started,
    work_off,
)

pytestmark = pytest.mark.django_db


def extended(experiment: Experiment, individuals: int) -> Experiment:
    return work_off(update_experiment(experiment_id=experiment.pk, changes=Changes(individuals=individuals)))


@pytest.mark.parametrize("strategy", ["evolution", "aging", "random"])
def test_an_extended_search_has_the_children_of_one_longer_search(strategy: str) -> None:
    section = {"kind": strategy} | ({"initial_population": 5} if strategy != "random" else {})
    whole = history(work_off(started(small_config(individuals=20, in_flight=1, strategy=section))))
    forget_everything()
    half = work_off(started(small_config(individuals=9, in_flight=1, strategy=section)))
    assert (half.state, half.proposed) == ("finished", 9)
    half = extended(half, 20)
    assert (half.state, half.proposed, half.evaluated) == ("finished", 20, 20)
    assert history(half) == whole


def test_random_search_goes_on_the_same_way_however_many_were_at_once() -> None:
    """What it proposes depends on nothing that it has seen."""
    section = {"kind": "random"}

    def drawn(experiment: Experiment) -> list[str]:
        return list(experiment.individuals.order_by("step").values_list("genotype__key", flat=True))

    whole = drawn(work_off(started(small_config(individuals=16, in_flight=4, strategy=section))))
    forget_everything()
    assert (
        drawn(extended(work_off(started(small_config(individuals=7, in_flight=4, strategy=section))), 16))
        == whole
    )


def test_an_extension_to_no_more_than_it_has_is_refused() -> None:
    experiment = work_off(started(small_config(individuals=3)))
    with pytest.raises(
        Conflict, match="is finished with 3 networks; to extend it name more than that, not 3"
    ):
        update_experiment(experiment_id=experiment.pk, changes=Changes(individuals=3))
    experiment.refresh_from_db()
    assert experiment.state == "finished"


def test_another_time_limit_is_for_networks_proposed_from_now_on() -> None:
    experiment = started(small_config(in_flight=1))
    first = claim_next(experiment)
    with pytest.raises(Conflict, match="is running; pause it before its time limit is changed"):
        update_experiment(experiment_id=experiment.pk, changes=Changes(time_limit_seconds=7))
    Experiment.objects.update(state="paused")
    update_experiment(experiment_id=experiment.pk, changes=Changes(time_limit_seconds=7))
    Experiment.objects.update(state="running")
    finish(first)
    second = claim_next(experiment)
    assert second.protocol["time_limit_seconds"] == 7
    assert first.protocol["time_limit_seconds"] != 7
    assert Individual.objects.get(step=0).fitness == 0.5
    assert first.protocol_key != second.protocol_key
