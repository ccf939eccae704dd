"""More than two genotypes side by side."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from search.evolution.genotypes.diff import diff_genotypes
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.models import Experiment
from tests.search.searching import small_config, started, work_off
from visualize.templatetags.drawings import engine_genotype

pytestmark = pytest.mark.django_db
PATH = "/diff/several/"


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(started(small_config(individuals=20), name="<b>search</b>"))


def page(client: Client, of: str, status: int = 200) -> str:
    response = client.get(PATH, {"of": of})
    assert response.status_code == status
    return str(response.content.decode())


def heads(text: str) -> list[str]:
    return re.findall(r'<span class="of">(?:<a [^>]*>)?([^<]*)', text)


def test_picked_rows_become_an_address_in_the_order_of_their_steps(
    client: Client, experiment: Experiment
) -> None:
    key = experiment.pk
    asked = client.get(PATH, {"pick": [f"{key}/11", f"{key}/2", f"{key}/12"]})
    assert unquote(asked.headers["Location"]) == f"{PATH}?of={key}/2,{key}/11,{key}/12"
    added = client.get(PATH, {"of": f"{key}/2", "add": f"{key}/5"})
    assert unquote(added.headers["Location"]) == f"{PATH}?of={key}/2,{key}/5"


def test_three_columns_show_figures_and_how_many_edges_differ(client: Client, experiment: Experiment) -> None:
    rows = list(experiment.individuals.select_related("genotype").order_by("step")[:3])
    text = page(client, ",".join(f"{experiment.pk}/{row.step}" for row in rows))
    assert heads(text) == ["#0", "#1", "#2"]
    assert "<b>search" not in text
    first, *others = [engine_genotype(row.genotype) for row in rows]
    for other in others:
        assert f"{diff_genotypes(first, other).distance} edge" in text
    for label in ("Fitness", "Parameters", "Multiply-adds", "Network depth"):
        assert label in text
    assert text.count('class="figure best"') >= 1
    assert ">Cell</a>" in text


def test_ids_are_unique_although_every_column_draws_the_same_places(
    client: Client, experiment: Experiment
) -> None:
    text = page(client, ",".join(f"{experiment.pk}/{step}" for step in range(6)))
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert "6 columns are the most" in text


def test_a_seventh_is_said_to_be_left_out_and_twice_the_same_is_once(
    client: Client, experiment: Experiment
) -> None:
    key = experiment.pk
    assert len(heads(page(client, ",".join(f"{key}/{step}" for step in range(7))))) == 6
    assert "1 more were asked for" in page(client, ",".join(f"{key}/{step}" for step in range(7)))
    assert heads(page(client, f"{key}/1,{key}/1,liu2018")) == ["#1", PUBLISHED["liu2018"].title]


def test_the_same_genotype_in_every_column_differs_nowhere(client: Client) -> None:
    text = page(client, f"liu2018,{PUBLISHED['liu2018'].genotype.text}")
    assert "diff-altered" not in re.sub(r'<ul class="diff-key.*?</ul>', "", text, flags=re.S)
    assert "the same in all" in text


def test_what_cannot_be_read_is_said_and_the_rest_shown(client: Client, experiment: Experiment) -> None:
    text = page(client, f"nonsense,{experiment.pk}/1,{experiment.pk}/9999", status=422)
    assert heads(text) == ["#1"]
    assert "has no individual #9999" in text
    assert "Add a second one" in text
    assert "Choose two to 6 genotypes" in page(client, "")


def test_a_column_is_taken_away_or_put_in_front_by_a_link(client: Client, experiment: Experiment) -> None:
    key = experiment.pk
    text = page(client, f"{key}/1,{key}/2,{key}/3").replace("%2C", ",").replace("%2F", "/")
    assert f'href="{PATH}?of={key}/1,{key}/3"' in text
    assert f'href="{PATH}?of={key}/3,{key}/1,{key}/2"' in text


def test_tables_offer_to_pick(client: Client, experiment: Experiment) -> None:
    best = experiment.best
    assert best is not None
    for address in ("", "pareto/", f"individuals/{best.step}/lineage/"):
        text = client.get(f"/experiments/{experiment.pk}/{address}").content.decode()
        assert f'name="pick" value="{experiment.pk}/{best.step}"' in text
        assert f'formaction="{PATH}"' in text


def test_a_pair_of_cells_has_a_row_for_each_and_one_cell_no_counterpart(client: Client) -> None:
    space = SearchSpace(
        levels=(LevelShape(motifs=2, nodes=3), LevelShape(motifs=2, nodes=3)), reduction_cell=True
    )
    text = page(client, f"{trivial_genotype(space).text},liu2018")
    assert "Normal <a" in text
    assert "Reduction <a" in text
    assert "no counterpart" in text
