"""The best networks with what chose them, trained afresh and on the test set; and how early their order is known."""

from typing import Any

import pytest
from django.test import Client

from search import services
from search.models import Experiment, FitnessRecord, Individual
from search.selectors.finals import best_individuals
from search.selectors.selection import chosen, early_ranks
from tests.search.final_scores import scored
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def search() -> Experiment:
    return work_off(started(small_config(individuals=12)))


def test_another_network_than_the_best_is_trained_afresh_and_stands_beside_it(search: Experiment) -> None:
    best, second, third = best_individuals(search, 3)
    work_off(services.rescore_best(experiment_id=search.pk, repeats=3, step=second.step))
    scored(third, right=(6, 8), preset="search")
    scored(third, right=(2,), host="large")
    rows = chosen(search, 3)
    assert [row.individual.step for row in rows] == [best.step, second.step, third.step]
    assert (rows[0].afresh, rows[0].test, rows[0].change) == (None, None, None)
    afresh = rows[1].afresh
    assert afresh is not None
    assert afresh.estimate is not None
    assert (afresh.step, afresh.trainings) == (second.step, 3)
    assert rows[1].change == pytest.approx(afresh.estimate.value - (second.fitness or 0))
    assert rows[2].test == pytest.approx(0.7), "the large host is another training than the search's"
    assert rows[2].change == pytest.approx(0.7 - (third.fitness or 0))


def test_one_that_is_not_there_or_has_no_fitness_is_refused(search: Experiment) -> None:
    with pytest.raises(services.NotFound):
        services.rescore_best(experiment_id=search.pk, step=99)
    Individual.objects.filter(experiment=search, step=3).update(
        fitness=None, state="failed", completion=None, best_so_far=None
    )
    with pytest.raises(services.Conflict, match=r"#3 of experiment .* has no fitness yet"):
        services.rescore_best(experiment_id=search.pk, step=3)


def test_the_ranks_of_early_scorings_are_compared_with_the_final_ones(search: Experiment) -> None:
    assert early_ranks(search) == [], "the instant trainer scores once, at its end"
    curves: list[list[dict[str, Any]]] = []
    records = list(FitnessRecord.objects.filter(repeat=0).order_by("accuracy"))
    for number, record in enumerate(records):
        early, wrong = number / 100, 1 - number / 100
        curves.append([point(2, wrong), point(4, None), point(5, early), point(10, record.accuracy)])
        FitnessRecord.objects.filter(pk=record.pk).update(curve=curves[-1])
    found = early_ranks(search)
    assert [(row.step, row.share) for row in found] == [(2, 0.2), (5, 0.5)]
    assert [round(row.correlation.rho, 6) for row in found] == [-1.0, 1.0]
    assert found[0].correlation.pairs == len(records)


def test_the_page_shows_both_and_asks_for_what_is_missing(client: Client, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/finals/"
    _, second = best_individuals(search, 2)
    page = client.get(address).content.decode()
    assert f'aria-label="Train #{second.step} afresh"' in page
    assert "Does what starts better end better?" not in page
    for number, record in enumerate(FitnessRecord.objects.filter(repeat=0).order_by("accuracy")):
        FitnessRecord.objects.filter(pk=record.pk).update(curve=[point(5, number / 100)])
    answer = client.post(f"/experiments/{search.pk}/rescore/", {"step": second.step})
    assert answer.headers["Location"] == address
    assert Experiment.objects.latest("pk").rescores == second
    client.post(f"/experiments/{search.pk}/individuals/{second.step}/final/", {"preset": "search"})
    page = client.get(address).content.decode()
    assert f'aria-label="Train #{second.step} afresh"' not in page
    assert "0 of 5" in page
    assert "after 50 % of the steps 1.00 (1.00 to 1.00)" in page.replace("\u00a0", " ")


def point(step: int, accuracy: float | None) -> dict[str, Any]:
    return {"step": step, "loss": 1.0, "train_accuracy": 0.5, "validation_accuracy": accuracy, "seconds": 1.0}
