"""A person's genotype evaluated: asked for by forms, refused with the reason, never twice."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from search.evolution.genotypes.genotype import Genotype
from search.models import Experiment, Individual
from search.selectors import genotype_of, individual
from search.services import evaluate_genotype
from tests.search.searching import small_config, started, work_off
from tests.visualize.editor_forms import address, field, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(started(small_config(individuals=8), name='<i>"mine"</i>'))


@pytest.fixture
def row(experiment: Experiment) -> Individual:
    return individual(experiment.pk, 3)


def evaluate(client: Client, row: Individual, wanted: Genotype, **fields: str) -> Any:
    given = {
        "genotype": wanted.text,
        "in": str(row.experiment_id),
        "token": str(uuid4()),
        "parent": f"{row.experiment_id}:{row.step}",
        "copied": row.genotype.key,
        "eligible": "on",
        "back": address(row),
        **fields,
    }
    return client.post("/editor/evaluate/", {name: value for name, value in given.items() if value})


def edited(row: Individual) -> Genotype:
    genotype = genotype_of(row)
    return genotype.with_edge(2, 1, 4, 1, genotype.edge(2, 1, 4, 1) % 6 + 1)


def test_without_scripts_a_page_of_its_own_asks_before_anything_is_evaluated(
    client: Client, row: Individual
) -> None:
    text = page(client, address(row))
    fields = {"genotype": edited(row).text, "motif": field(text, "motif"), "go": "evaluate"}
    response = client.post(address(row), fields)
    asked = response.content.decode()
    assert response.status_code == 200
    assert "Eligible as a parent" in asked
    assert "1 change from #3" in asked
    assert Experiment.objects.get().proposed == 8
    token = re.search(r'name="token" value="([^"]+)"', asked)
    assert token
    response = evaluate(client, row, edited(row), token=token[1])
    assert response.headers["Location"] == f"/experiments/{row.experiment_id}/individuals/8/"


def test_it_joins_the_population_as_a_child_of_what_was_copied(client: Client, row: Individual) -> None:
    response = evaluate(client, row, edited(row))
    added = individual(row.experiment_id, 8)
    assert response.headers["Location"] == f"/experiments/{row.experiment_id}/individuals/8/"
    assert (added.origin, added.parent, added.eligible) == ("human", row, True)
    assert added.mutation is not None
    text = page(client, response.headers["Location"])
    assert "made by hand" in text
    assert "to which #8 will be compared" in text


def test_it_may_be_kept_out_of_tournaments(client: Client, row: Individual) -> None:
    evaluate(client, row, edited(row), eligible="")
    assert individual(row.experiment_id, 8).eligible is False


def test_a_second_click_changes_nothing(client: Client, row: Individual) -> None:
    token = str(uuid4())
    first, second = (evaluate(client, row, edited(row), token=token) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Experiment.objects.get().proposed == 9


def test_in_another_experiment_its_parent_is_whoever_is_the_same_there(
    client: Client, row: Individual
) -> None:
    other = work_off(started(small_config(individuals=2, seed=9), name="other"))
    evaluate(client, row, edited(row), **{"in": str(other.pk)})
    assert individual(other.pk, 2).parent is None
    again = evaluate_genotype(experiment_id=other.pk, genotype=genotype_of(row), token=uuid4())
    evaluate(client, row, edited(row), **{"in": str(other.pk), "token": str(uuid4())})
    added = individual(other.pk, 4)
    assert added.parent is not None
    assert added.parent.step == again.step


@pytest.mark.parametrize(
    "fields,said",
    [
        ({"in": "999"}, "There is no experiment 999"),
        ({"in": "preset:quick"}, "Choose an experiment"),
        ({"in": "9" * 30}, "Choose an experiment"),
        ({"genotype": "nonsense"}, "neither JSON nor"),
        ({"token": "x"}, "Nothing was evaluated"),
    ],
)
def test_what_cannot_be_evaluated_is_said_on_the_page_one_comes_back_to(
    client: Client, row: Individual, fields: dict[str, str], said: str
) -> None:
    response = evaluate(client, row, edited(row), **fields)
    assert response.headers["Location"] == address(row)
    assert said in page(client, response.headers["Location"])


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", ""]
)
def test_nobody_is_led_to_another_site(client: Client, row: Individual, back: str) -> None:
    response = evaluate(client, row, edited(row), **{"in": "999", "back": back})
    assert response.headers["Location"] == "/editor/"


def test_a_stopped_experiment_says_that_it_takes_nothing(client: Client, row: Individual) -> None:
    Experiment.objects.update(state="stopped")
    assert "it takes no genotypes" in page(client, address(row))
    response = evaluate(client, row, edited(row))
    assert "was stopped for good" in page(client, response.headers["Location"])


def test_evaluation_is_asked_for_by_post_alone(client: Client) -> None:
    assert client.get("/editor/evaluate/").status_code == 405


def test_the_others_are_shown_with_the_new_one_among_them(client: Client, row: Individual) -> None:
    response = evaluate(client, row, edited(row))
    work_off(Experiment.objects.get())
    text = page(client, response.headers["Location"])
    assert re.search(
        r"Fitness [\d.]+\s% among 8 other networks of the population: fitter than \d+ % of them", text
    )
