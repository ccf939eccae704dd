"""The curves as data: only what is new, nothing missed."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from search.models import Experiment, Individual
from tests.visualize.searches import in_training, made_search

pytestmark = pytest.mark.django_db


def ask(client: Client, experiment: Experiment, after: str = "") -> dict[str, Any]:
    response = client.get(f"/experiments/{experiment.pk}/curves.json", {"after": after})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def finish(experiment: Experiment, row: Individual, fitness: float) -> None:
    row.state, row.fitness, row.completion, row.best_so_far = "done", fitness, experiment.population, 0.99
    row.save()
    experiment.population += 1
    experiment.evaluated += 1
    experiment.save()


def test_the_first_answer_holds_everything(client: Client) -> None:
    answer = ask(client, made_search(40, failing=2))
    assert len(answer["points"]) == 40
    assert answer["points"][0] == [2, 0.52, 10_002, 0, "done"]
    assert [point for point in answer["points"] if point[4] == "failed"] == [
        [0, None, 10_000, None, "failed"],
        [1, None, 10_001, None, "failed"],
    ]
    assert answer["best"][-1] == [39, 0.89]
    assert len(answer["median"]) == len(answer["parameters_median"]) == 38
    assert (answer["open"], answer["more"], answer["thinned"]) == (False, False, False)


def test_a_cursor_brings_only_what_is_new(client: Client) -> None:
    experiment = made_search(40, failing=2, planned=80, state="running")
    cursor = ask(client, experiment)["cursor"]
    again = ask(client, experiment, cursor)
    assert again["points"] == again["best"] == again["median"] == []
    assert again["cursor"] == cursor
    assert again["open"]


def test_individuals_that_finish_out_of_order_are_not_lost(client: Client) -> None:
    experiment = made_search(30, planned=80, state="running")
    early, late = in_training(experiment), in_training(experiment)
    finish(experiment, late, 0.8)
    first = ask(client, experiment)
    assert [31, 0.8, 1, 30, "done"] in first["points"]
    finish(experiment, early, 0.7)
    second = ask(client, experiment, first["cursor"])
    assert second["points"] == [[30, 0.7, 1, 31, "done"]]
    assert second["median"][0][0] == 31, "the line does not go back to the earlier step"


def test_what_is_open_is_no_point_of_the_curve(client: Client) -> None:
    experiment = made_search(0, planned=8, state="running")
    in_training(experiment)
    assert ask(client, experiment)["points"] == []


def test_lines_asked_for_in_parts_are_the_lines_of_the_whole(client: Client) -> None:
    experiment = made_search(25, planned=80, state="running")
    cursor = ask(client, experiment)["cursor"]
    for fitness in (0.2, 0.95, 0.6):
        finish(experiment, in_training(experiment), fitness)
    delta = ask(client, experiment, cursor)
    whole = ask(client, experiment)
    assert delta["median"] == whole["median"][-3:]
    assert delta["parameters_median"] == whole["parameters_median"][-3:]


def test_failed_individuals_are_sent_again_when_there_are_more(client: Client) -> None:
    experiment = made_search(10, failing=1, planned=80, state="running")
    cursor = ask(client, experiment)["cursor"]
    assert ask(client, experiment, cursor)["points"] == []
    row = in_training(experiment)
    row.state = "failed"
    row.save()
    experiment.failed += 1
    experiment.save()
    assert [point[0] for point in ask(client, experiment, cursor)["points"]] == [0, 10]


@pytest.mark.parametrize("after", ["5", "-2.0.0", "1.1", "x", "1.2.3.4.5", "9999999999.0.0", "' OR 1"])
def test_a_cursor_that_no_answer_gave_is_refused_with_words(client: Client, after: str) -> None:
    response = client.get(f"/experiments/{made_search(3).pk}/curves.json", {"after": after})
    assert response.status_code == 422
    assert "is no cursor" in response.json()["detail"]


def test_long_curves_come_in_parts_and_thinned(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr("visualize.pages.experiments.live_curves.PAGE", 1000)
    monkeypatch.setattr("visualize.pages.experiments.live_curves.DOTS", 1600)
    experiment = made_search(2500, planned=2500)
    sent, thinned, cursor, more = [], [], "", True
    while more:
        with django_assert_max_num_queries(4):
            answer = ask(client, experiment, cursor)
        sent += [point[0] for point in answer["points"]]
        cursor, more = answer["cursor"], answer["more"]
        thinned.append(answer["thinned"])
    assert thinned == [True, True, False], "a short rest is sent whole"
    assert cursor.startswith("2500.")
    assert 500 < len(sent) < 2000
    assert {0, 2499} <= set(sent)


def test_a_point_whose_fitness_has_changed_is_sent_again(client: Client) -> None:
    """A lucky first repeat at the head of a search, and what its further repeats say."""
    experiment = made_search(10, planned=80, state="running")
    first = ask(client, experiment)
    assert not first["anew"]
    experiment.individuals.filter(completion=9).update(fitness=0.31)
    experiment.revision += 1
    experiment.save()
    again = ask(client, experiment, first["cursor"])
    assert again["anew"]
    assert again["points"][:9] == first["points"][:9]
    assert again["points"][9][1] == 0.31
    assert len(again["median"]) == 10
    after = ask(client, experiment, again["cursor"])
    assert (after["anew"], after["points"]) == (False, [])
