"""The motif editor as plain pages and forms: everything without a script."""

import re
from typing import Any

import pytest
from django.test import Client

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, Individual
from search.selectors import genotype_of, individual
from search.services.proposing.genotypes import store_genotype
from tests.search.searching import small_config, started, work_off
from tests.visualize.editor_forms import address, field, page, selected, send
from tests.visualize.pictures import FOUR_LEVELS, some_genotype

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


def test_it_shows_the_cell_first_with_a_place_for_every_edge(client: Client, row: Individual) -> None:
    text = page(client, address(row))
    assert "The cell" in text
    assert "Edit a copy of #3" in text
    assert text.count('class="edge ') >= 10
    for successor in range(2, 6):
        for predecessor in range(1, successor):
            assert f'href="#choice-L3-M1-e{predecessor}-{successor}"' in text
    assert "<i>" not in text
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_the_page_of_an_individual_and_of_a_genotype_lead_to_it(client: Client, row: Individual) -> None:
    assert f'href="{address(row)}"' in page(client, f"/experiments/{row.experiment_id}/individuals/3/")
    there = f"/genotypes/{row.genotype.key}/edit/"
    assert f'href="{there}"' in page(client, f"/genotypes/{row.genotype.key}/")
    assert "Edit a copy of genotype" in page(client, there)


def test_the_matrix_is_a_form_whose_answer_is_the_page_of_the_changed_genotype(
    client: Client, row: Individual
) -> None:
    text = page(client, address(row, "?motif=L2-M2"))
    before = genotype_of(row).edge(2, 2, 3, 1)
    wanted = str(before % 6 + 1)
    assert selected(text, "L2-M2-e1-3") == str(before)
    text = send(client, text, address(row), **{"edge-1-3": wanted})
    assert selected(text, "L2-M2-e1-3") == wanted
    assert "1 change from #3" in text
    assert parse_genotype(field(text, "genotype")).edge(2, 2, 3, 1) == int(wanted)


def test_another_motif_is_chosen_without_losing_what_was_changed(client: Client, row: Individual) -> None:
    text = page(client, address(row, "?motif=L2-M2"))
    wanted = str(genotype_of(row).edge(2, 2, 3, 1) % 6 + 1)
    text = send(client, text, address(row), **{"edge-1-3": wanted, "go": "L3-M1"})
    assert field(text, "motif") == "L3-M1"
    assert parse_genotype(field(text, "genotype")).edge(2, 2, 3, 1) == int(wanted)
    assert "1 change from #3" in text


def test_the_state_is_in_the_address_and_can_be_sent_to_somebody(client: Client, row: Individual) -> None:
    text = page(client, address(row))
    response = client.post(
        address(row), {"genotype": field(text, "genotype"), "motif": "L3-M1", "edge-1-5": "0", "in": ""}
    )
    assert response.status_code == 302
    shared = page(client, response.headers["Location"])
    assert selected(shared, "L3-M1-e1-5") == "0"


def test_a_change_is_told_with_its_cost(client: Client, row: Individual) -> None:
    text = page(client, address(row))
    genotype = genotype_of(row)
    for predecessor in range(1, 5):
        genotype = genotype.with_edge(3, 1, 5, predecessor, 0 if predecessor > 1 else 1)
    text = page(client, address(row, f"?genotype={genotype.text}"))
    assert re.search(r'data-number="parameters".*?class="num change[^"]*">\u2212[\d,]+<', text)
    assert "Of all parameters:" in text


def test_a_genotype_that_builds_no_network_cannot_be_evaluated_and_says_why(
    client: Client, row: Individual
) -> None:
    genotype = genotype_of(row)
    for predecessor in range(1, 5):
        genotype = genotype.with_edge(3, 1, 5, predecessor, 0)
    text = page(client, address(row, f"?genotype={genotype.text}"))
    assert '<p class="verdict bad">It builds no network' in text
    assert re.search(r'data-act="evaluate" disabled', text)


def test_what_is_known_already_is_opened_instead(client: Client, row: Individual) -> None:
    text = page(client, address(row))
    best = Individual.objects.filter(
        experiment=row.experiment_id, genotype__phenotype_key=row.genotype.phenotype_key
    ).order_by("-fitness", "pk")[0]
    assert f"Open #{best.step} ({100 * (best.fitness or 0):.1f}\xa0%)" in text


@pytest.mark.parametrize(
    "query,said",
    [
        ("?genotype=nonsense", "neither JSON nor"),
        ("?genotype=flat:1.06.006.0006.00006.000006.0000006.00000006.000000006.0000000006", "another shape"),
        ("?genotype=hierarchical:9", "levels: has 1"),
    ],
)
def test_a_state_that_cannot_be_read_is_refused_and_the_edit_begins_anew(
    client: Client, row: Individual, query: str, said: str
) -> None:
    text = page(client, address(row, query), status=422)
    assert said in text
    assert "No changes" in text


@pytest.mark.parametrize(
    "query", ["?motif=L9-M9", "?motif=<script>", "?in=99", "?in=preset:none", "?motif=L2-M99"]
)
def test_nonsense_in_the_address_is_passed_over(client: Client, row: Individual, query: str) -> None:
    assert "The cell" in page(client, address(row, query))


def test_nonsense_in_the_form_is_refused(client: Client, row: Individual) -> None:
    response = client.post(address(row), {"motif": "L2-M1", "edge-1-3": "99"})
    assert response.status_code == 422
    assert "use 0 (no edge) to 6" in response.content.decode()
    assert client.post(address(row), {"motif": "L2-M1", "edge-9-3": "1"}).status_code == 422


def test_what_does_not_exist_is_a_page_that_says_so(client: Client) -> None:
    assert "#5" in page(client, "/experiments/1/individuals/5/edit/", status=404)
    assert "unknown" in page(client, "/genotypes/unknown/edit/", status=404)


@pytest.mark.parametrize("space", ["flat", FOUR_LEVELS])
def test_flat_and_deeper_spaces_have_the_same_page(client: Client, space: Any) -> None:
    genotype = some_genotype(space)
    store_genotype(genotype, build_phenotype(genotype))
    text = page(client, f"/genotypes/{genotype.key}/edit/?motif=L2-M1")
    assert text.count('role="menu"') - 1 == len(genotype.space.levels)  # one is the theme's
    assert "computed for" in text
