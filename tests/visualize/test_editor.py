"""The motif editor as plain pages and forms: everything without a script."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from search.evolution.genotype import Genotype, parse_genotype, trivial_genotype
from search.evolution.phenotype import build_phenotype
from search.evolution.presets import PRESETS
from search.evolution.published import PUBLISHED
from search.evolution.space import SearchSpace
from search.models import Experiment, Individual
from search.selectors import genotype_of, individual
from search.services import evaluate_genotype
from search.services.genotypes import store_genotype
from tests.search.searching import small_config, started, work_off
from tests.visualize.pictures import FOUR_LEVELS, PAPER, some_genotype

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


def address(row: Individual, query: str = "") -> str:
    return f"/experiments/{row.experiment_id}/individuals/{row.step}/edit/{query}"


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:500]
    return str(response.content.decode())


def field(text: str, name: str) -> str:
    """The value of a hidden field of the matrix."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', text)
    assert found
    return found[1]


def selected(text: str, edge: str) -> str:
    """What the matrix offers for an edge at present."""
    found = re.search(rf'<select id="choice-{edge}".*?</select>', text)
    assert found
    chosen = re.search(r'value="(\d+)" selected', found[0])
    assert chosen
    return chosen[1]


def send(client: Client, text: str, path: str, **changes: str) -> str:
    """The matrix's form with some fields changed, and the page that answers."""
    fields = {"genotype": field(text, "genotype"), "motif": field(text, "motif")}
    response = client.post(path, {**fields, **changes}, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


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
    assert "counted in" in text


# --- where an edit begins


def test_the_beginnings_are_listed_each_with_its_picture(client: Client) -> None:
    text = page(client, "/editor/")
    for title in (PUBLISHED["liu2018"].title, PRESETS["paper-flat"].title, "Hierarchical space"):
        assert title in text
    for there in set(re.findall(r'class="card offer" href="([^"]+)"', text)):
        assert "Evaluate" in page(client, there.replace("&amp;", "&"))


def test_spaces_of_ones_own_experiments_are_offered(client: Client) -> None:
    space = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
    started(small_config(space=space))
    text = page(client, "/editor/")
    assert "2 motifs of 3 nodes, a cell of 3 nodes" in text
    [there] = re.findall(r'href="(/editor/\?start=[^"]+)"', text)
    assert "the pasted genotype" in page(client, there)


@pytest.mark.parametrize("given", [PAPER.text, str(PAPER.to_json()).replace("'", '"'), f"  {PAPER.text}\n"])
def test_pasted_text_and_json_are_opened(client: Client, given: str) -> None:
    response = client.post("/editor/", {"start": given}, follow=True)
    assert response.status_code == 200
    assert field(response.content.decode(), "genotype") == PAPER.text


@pytest.mark.parametrize(
    "given,said",
    [
        ("", "the text is empty"),
        ("lorem ipsum", "is neither JSON nor"),
        ('{"space": "hierarchical"}', "levels is missing"),
        ('{"space": "hierarchical",', "not readable as JSON"),
        ("cubic:1", "unknown search space"),
        ("hierarchical:4.12.314:5", "level 2 has 6 motifs, got 1"),
        ("<script>alert(1)</script>:1", "unknown search space"),
    ],
)
def test_pasted_nonsense_is_answered_with_what_is_wrong_and_what_would_be_right(
    client: Client, given: str, said: str
) -> None:
    response = client.post("/editor/", {"start": given})
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text.replace("&#x27;", "'").replace("&quot;", '"')
    assert PAPER.text in text
    assert "<script>alert" not in text


def test_a_genotype_too_long_for_an_address_travels_in_the_form(client: Client) -> None:
    shape = {"levels": [{"motifs": 61, "nodes": 12}, {"motifs": 1, "nodes": 3}]}
    long = trivial_genotype(SearchSpace.model_validate(shape))
    assert len(long.text) > 3000
    response = client.post("/editor/", {"start": long.text})
    assert response.status_code == 200
    text = response.content.decode()
    fields = {"start": field(text, "start"), "genotype": field(text, "genotype"), "motif": "L2-M7"}
    response = client.post("/editor/", {**fields, "edge-1-2": "3", "go": "L2-M8"})
    assert response.status_code == 200
    text = response.content.decode()
    assert parse_genotype(field(text, "genotype")).edge(2, 7, 2, 1) == 3
    assert field(text, "motif") == "L2-M8"
    assert "1 change from the pasted genotype" in text


# --- evaluation


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
    assert "It may win tournaments" in asked
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
    assert re.search(r"Fitness [\d.]+\s% among 8 others of the population: fitter than \d+ % of them", text)
