"""The lineage of an individual as a page: the picture, the table with the same content, what it is bounded by."""

import re
from typing import Any

import pytest
from django.test import Client

from search import services
from search.models import Experiment, Individual
from search.selectors import lineage
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db

SHOWS = ("path", "siblings", "descendants", "fittest")


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(started(small_config(individuals=25), name='<i>"search" & more</i>'))


def deepest(experiment: Experiment) -> Individual:
    return experiment.individuals.order_by("-generation", "-step")[0]


def page(client: Client, row: Individual, query: str = "") -> str:
    response = client.get(f"/experiments/{row.experiment_id}/individuals/{row.step}/lineage/{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def drawn(text: str) -> list[int]:
    """Steps of the dots of the wide picture."""
    wide = text.split("<lineage-tree")[1]
    return [int(step) for step in re.findall(r'data-step="(\d+)"', wide)]


def listed(text: str) -> list[int]:
    table = text.split('<table class="table kin-table">')[1]
    return [int(step) for step in re.findall(r'class="step mono" href="[^"]+">#(\d+)<', table)]


def line(row: Individual) -> list[int]:
    return [kin.step for kin in lineage.ancestors(row).members]


def test_the_picture_and_the_table_show_the_line(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    text = page(client, row)
    assert drawn(text) == line(row)
    assert listed(text) == line(row)[::-1]
    assert f"{row.generation} generation" in text
    assert listed(page(client, row, "?order=step")) == line(row)


def test_every_step_of_the_line_says_its_edit_and_what_it_did(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    assert row.parent is not None
    assert row.fitness is not None
    assert row.parent.fitness is not None
    text = page(client, row)
    texts = re.findall(r"<text x=[^>]*>((?:cell|M\d) [^<]+): ", text)
    assert len(texts) >= row.generation
    change = 100 * (row.fitness - row.parent.fitness)
    assert f"{abs(change):.2f}" in text if change else "=" in text


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize("by", ["step", "generation"])
def test_every_view_has_an_address_and_contains_the_line(
    client: Client, experiment: Experiment, show: str, by: str
) -> None:
    row = deepest(experiment)
    text = page(client, row, f"?show={show}&x={by}")
    assert set(line(row)) <= set(drawn(text))
    assert text.count('aria-current="true"') == 5  # view, scale, what to play, order, its own row
    assert f"{by} 0" in text


def test_siblings_and_descendants_are_those_of_the_database(client: Client, experiment: Experiment) -> None:
    root = experiment.individuals.get(step=line(deepest(experiment))[0])
    below = {kin.step for kin in lineage.descendants(root).members}
    assert set(drawn(page(client, root, "?show=descendants"))) == below | {root.step}
    row = deepest(experiment)
    beside = {kin.step for kin in lineage.branches(row).members}
    assert set(drawn(page(client, row, "?show=siblings"))) == beside | set(line(row))


def test_a_first_one_without_descendants_is_a_page_too(client: Client, experiment: Experiment) -> None:
    (lonely,) = family(experiment)
    Individual.objects.filter(pk=lonely.pk).update(origin="initial", mutation=None)
    for show in SHOWS:
        text = page(client, lonely, f"?show={show}")
        assert "drawn at random, mutated from nobody" in text
    assert "It has no descendants" in page(client, lonely, "?show=descendants")
    assert "One individual is no film" in text


def test_failed_and_waiting_relatives_are_told_apart(client: Client) -> None:
    experiment = started(small_config(in_flight=3))
    first, *_ = services.advance_experiment(experiment_id=experiment.pk)
    claim = services.claim_evaluation(evaluation_id=first, worker="box-2")
    assert claim is not None
    services.fail_evaluation(claim=claim, code="out_of_memory", reason="needs 9 GB")
    rows = list(experiment.individuals.order_by("step"))
    Individual.objects.filter(pk=rows[1].pk).update(parent=rows[0])
    text = page(client, rows[0], "?show=descendants")
    assert 'class="dot no-fitness failed on-path self"' in text
    assert 'class="dot no-fitness waiting"' in text
    assert "failed, " in text


def test_it_prunes_itself_above_three_hundred_and_says_so(client: Client, experiment: Experiment) -> None:
    rows = family(experiment, children=400)
    text = page(client, rows[0], "?show=descendants")
    assert len(drawn(text)) == 300
    assert "300 of 401 individuals are drawn" in text
    assert "401 individuals" in text  # in the table
    long = page(client, family(experiment, depth=500)[-1])
    assert len(drawn(long)) == 300
    assert "skips" in long
    assert "300 of 501 individuals are drawn" in long


def test_the_fittest_of_a_large_family_stay(client: Client, experiment: Experiment) -> None:
    rows = family(experiment, children=400)
    text = page(client, rows[0], "?show=descendants")
    best = max(rows[1:], key=lambda row: row.fitness or 0)
    assert best.step in drawn(text)


@pytest.mark.parametrize("show", SHOWS)
def test_the_queries_do_not_grow_with_the_family(
    client: Client, experiment: Experiment, show: str, django_assert_max_num_queries: Any
) -> None:
    rows = family(experiment, children=150, depth=150)
    with django_assert_max_num_queries(16):
        page(client, rows[100], f"?show={show}")


def test_names_are_escaped_and_nothing_is_inline(client: Client, experiment: Experiment) -> None:
    hostile = "?show=%22%3E%3Cscript%3E&x=%3Cb%3E&order=%27&page=-1&frame=-9&replay=%22%3E"
    text = page(client, deepest(experiment), hostile)
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert "<i>" not in text
    assert "&lt;i&gt;&quot;search&quot; &amp; more" in text


def test_an_origin_that_somebody_made_up_is_escaped(client: Client, experiment: Experiment) -> None:
    Individual.objects.filter(step=0).update(origin="<b>x</b>")
    text = page(client, experiment.individuals.get(step=0))
    assert "<b>x" not in text
    assert "&lt;b&gt;x" in text


def test_ids_on_the_page_are_unique(client: Client, experiment: Experiment) -> None:
    for query in ("", "?show=siblings"):
        ids = re.findall(r'\sid="([^"]+)"', page(client, deepest(experiment), query))
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", ["individuals/999/lineage/", "individuals/99999999999/lineage/"])
def test_what_does_not_exist_is_not_found(client: Client, experiment: Experiment, path: str) -> None:
    assert client.get(f"/experiments/{experiment.pk}/{path}").status_code == 404
    assert client.get(f"/experiments/99999999999/{path}").status_code == 404


def test_the_tab_has_an_address_of_its_own(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    base = f"/experiments/{experiment.pk}/individuals/{row.step}/"
    assert client.get(f"{base}?tab=lineage").headers["Location"] == f"{base}lineage/"
    assert f'href="{base}lineage/"' in client.get(base).content.decode()
    assert client.get(f"/genotypes/{row.genotype.key}/?tab=lineage").status_code == 200


def family(experiment: Experiment, *, children: int = 0, depth: int = 0) -> list[Individual]:
    """One with so many children, or the first of a line so deep, or both."""
    pattern = experiment.individuals.select_related("evaluation").order_by("step")[0]
    start = experiment.individuals.order_by("-step")[0].step + 1
    key = Individual.objects.order_by("-pk")[0].pk + 1
    rows: list[Individual] = []
    for place in range(1 + children + depth):
        above = None if place == 0 else rows[0] if place <= children else rows[-1]
        row = Individual(
            pk=key + place,
            experiment=experiment,
            step=start + place,
            genotype_id=pattern.genotype_id,
            parent=above,
            mutation={"level": 2, "motif": 1, "successor": 2, "predecessor": 1, "old": 1, "new": 2},
            origin="mutation",
            generation=0 if above is None else above.generation + 1,
            parameters=1000,
            multiply_adds=1,
            evaluation_id=pattern.evaluation_id,
            state="done",
            fitness=0.001 * (place % 700),
        )
        rows.append(row)
    return Individual.objects.bulk_create(rows)


def test_the_table_says_why_each_was_proposed(client: Client) -> None:
    told = {"kind": "crossover", "initial_population": 4, "crossover_probability": 1.0}
    experiment = work_off(started(small_config(individuals=16, in_flight=1, strategy=told)))
    row = experiment.individuals.filter(origin="crossover").order_by("-generation")[0]
    assert row.why
    assert f'<span class="why small muted">{row.why}</span>' in page(client, row)
