"""The comparison of two genotypes as a page."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from search import services
from search.models import Evaluation, Experiment, Genotype, Individual
from tests.search.searching import small_config, started, work_off
from tests.visualize.pictures import PAPER, disconnected, some_genotype

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(
        started(small_config(individuals=20, protocol={"repeats": 3}), name='<i>"search" & more</i>')
    )


def page(client: Client, left: str, right: str, status: int = 200) -> str:
    response = client.get(f"/diff/?left={quote(left)}&right={quote(right)}")
    assert response.status_code == status
    return str(response.content.decode())


def verdict(text: str) -> str:
    (kind,) = re.findall(r'data-verdict="(\w+)"', text)
    return str(kind)


def child(experiment: Experiment) -> Individual:
    rows = experiment.individuals.exclude(parent=None).exclude(mutation=None).exclude(shared=True)
    return rows.select_related("parent", "genotype").latest("step")


def test_an_empty_page_asks_for_two_genotypes(client: Client) -> None:
    text = page(client, "", "")
    assert "Choose two genotypes" in text
    assert 'name="left"' in text


def test_two_rows_ticked_in_a_population_become_a_diff_the_earlier_one_first(
    client: Client, experiment: Experiment
) -> None:
    population = client.get(f"/experiments/{experiment.pk}/?sort=step").content.decode()
    for step in (2, 11):
        assert f'name="pick" value="{experiment.pk}/{step}"' in population
    picked = [("pick", f"{experiment.pk}/{step}") for step in (11, 2, 12)]
    asked = client.get("/diff/", {"pick": [value for _, value in picked[:2]]})
    assert asked.headers["Location"] == f"/diff/?left={experiment.pk}/2&right={experiment.pk}/11"
    assert "What differs" in client.get(asked.headers["Location"]).content.decode()
    for number in (1, 3):
        answer = client.get("/diff/", {"pick": [value for _, value in picked[:number]]}, follow=True)
        assert f"A diff is of two: {number} were ticked." in answer.content.decode()


def test_a_child_is_compared_with_its_parent_on_its_own_page(client: Client, experiment: Experiment) -> None:
    row = child(experiment)
    assert row.parent is not None
    text = page(client, f"{experiment.pk}/{row.parent.step}", f"{experiment.pk}/{row.step}")
    tab = client.get(f"/experiments/{experiment.pk}/individuals/{row.step}/diff/").content.decode()
    for said in ("1 edge differs, in 1 of 7 motifs", "Welch’s t", "degrees of freedom"):
        assert said in text
        assert said in tab
    assert tab.count('aria-current="page"') == 2
    assert "Diff with parent" in tab
    assert client.get(f"/experiments/{experiment.pk}/individuals/{row.step}/?tab=diff").status_code == 302


def test_the_difference_of_costs_is_what_the_table_of_individuals_says(
    client: Client, experiment: Experiment
) -> None:
    one, other = (
        experiment.individuals.order_by("parameters").first(),
        experiment.individuals.latest("parameters"),
    )
    assert one is not None
    text = page(client, f"{experiment.pk}/{one.step}", f"{experiment.pk}/{other.step}")
    assert f"+{other.parameters - one.parameters:,}" in text
    assert "Both computed for" not in text  # in their own host


def test_an_individual_without_a_parent_says_so(client: Client, experiment: Experiment) -> None:
    text = client.get(f"/experiments/{experiment.pk}/individuals/0/diff/").content.decode()
    assert "No parent" in text
    assert "drawn at random" in text


def test_motifs_that_have_nothing_to_do_with_each_other_are_drawn_beside_each_other(client: Client) -> None:
    other = PAPER
    for successor, predecessor in ((2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3)):
        other = other.with_edge(2, 1, successor, predecessor, 5)
    text = page(client, PAPER.text, other.text)
    assert re.search(r">M\d replaced by M\d′<", text)
    assert "1 of them replaced by another" in text
    assert text.count('class="card motif-card diff-replaced') == 1
    table = text.partition('id="changes"')[2]
    assert "replaced by" not in table
    edit = page(client, PAPER.text, PAPER.with_edge(2, 1, 2, 1, 1).text)
    assert "replaced" not in edit
    beside = client.get("/diff/several/", {"of": f"{PAPER.text},{other.text}"}).content.decode()
    assert "Another motif, no edit of it: " in beside


def test_both_sides_may_be_the_same(client: Client, experiment: Experiment) -> None:
    text = page(client, f"{experiment.pk}/3", f"{experiment.pk}/3")
    assert "The same genotype" in text
    assert verdict(text) == "same"
    assert 'class="drawing' not in text


def test_two_genotypes_of_one_network_are_the_same_network(client: Client) -> None:
    assert "build different networks" in page(client, PAPER.text, PAPER.with_edge(2, 1, 2, 1, 1).text)
    text = page(client, PAPER.text, PAPER.with_edge(2, 2, 2, 1, 1).text)  # no edge carries motif 2
    assert "The same network" in text
    assert "the motif is unused" in text


def test_the_same_network_trained_twice_shows_nothing_but_noise(client: Client) -> None:
    first = work_off(started(small_config(individuals=3)))
    row = first.individuals.latest("step")
    second = work_off(
        started(small_config(individuals=3, seed=1, strategy={"share_fitness": False}, protocol={"seed": 7}))
    )
    text = page(client, f"{first.pk}/{row.step}", f"{second.pk}/{row.step}")
    assert verdict(text) == "same"
    assert "Nothing but noise" in text


def test_one_repeat_each_leaves_the_noise_unknown(client: Client) -> None:
    experiment = work_off(started(small_config(individuals=8)))
    rows = list(experiment.individuals.order_by("fitness"))
    text = page(client, f"{experiment.pk}/{rows[0].step}", f"{experiment.pk}/{rows[-1].step}")
    assert verdict(text) == "unknown"
    assert "One repeat each" in text
    assert "image" in text


def test_one_repeat_each_is_judged_by_networks_that_were_trained_again(client: Client) -> None:
    config = small_config(individuals=8, strategy={"share_fitness": False, "initial_population": 8})
    experiment = work_off(started(config))
    twin = experiment.individuals.get(step=0)
    again = experiment.individuals.get(step=1)
    Genotype.objects.filter(pk=again.genotype_id).update(phenotype_key=twin.genotype.phenotype_key)
    text = page(client, f"{experiment.pk}/2", f"{experiment.pk}/3")
    assert verdict(text) in ("within", "beyond")
    assert "pooled over 1 networks" in text


def test_protocols_that_differ_make_fitness_incomparable(client: Client, experiment: Experiment) -> None:
    other = work_off(started(small_config(individuals=2, protocol={"steps": 20, "repeats": 3})))
    text = page(client, f"{experiment.pk}/0", f"{other.pk}/0")
    assert verdict(text) == "incomparable"
    assert "steps 10 against 20" in text


def test_failed_and_waiting_individuals_say_so_in_place_of_a_verdict(client: Client) -> None:
    experiment = started(small_config(in_flight=3))
    first, *_ = services.advance_experiment(experiment_id=experiment.pk)
    claim = services.claim_evaluation(evaluation_id=first, worker="box-2")
    assert claim is not None
    services.fail_evaluation(claim=claim, code="out_of_memory", reason="needs <9 GB>.")
    text = page(client, f"{experiment.pk}/0", f"{experiment.pk}/1")
    assert verdict(text) == "absent"
    assert "#0 failed: needs &lt;9 GB&gt;." in text
    assert "#1 waits for a worker." in text
    assert 'class="drawing' in text


def test_genotypes_are_taken_by_key_name_address_and_text(client: Client, experiment: Experiment) -> None:
    row = child(experiment)
    address = f"http://somewhere/experiments/{experiment.pk}/individuals/{row.step}/?tab=raw"
    for left in (row.genotype.key, f"{experiment.pk}/#{row.step}", address, row.genotype.text):
        assert "The same genotype" in page(client, left, f"/genotypes/{row.genotype.key}/")
    assert "Best hierarchical cell of Liu et al. 2018" in page(client, "liu2018", row.genotype.key)


def test_genotypes_on_their_own_have_costs_but_no_fitness(client: Client) -> None:
    text = page(client, "liu2018", PAPER.with_edge(2, 5, 2, 1, 3).text)
    assert "A genotype on its own has no fitness" in text
    assert "Both computed for the small host with 16 channels" in text


def test_a_genotype_that_builds_no_network_is_compared_all_the_same(client: Client) -> None:
    text = page(client, disconnected().text, "liu2018")
    assert "builds no network" in text
    assert 'class="drawing' in text


def test_spaces_of_different_heights_stand_beside_each_other(client: Client) -> None:
    text = page(client, some_genotype("flat").text, "liu2018")
    assert "differ in their number of" in text
    assert "8 motifs without a counterpart" in text


@pytest.mark.parametrize(
    "left, said",
    [
        ("99/1", "Experiment 99 has no individual #1."),
        ("9999999999/9999999999", "has no individual"),
        ("0" * 32, "No genotype with the key"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("x" * 5000, "is nothing that can be compared"),
        ('{"space": "hierarchical"}', "levels is missing"),
        ("\x00", "is nothing that can be compared"),
    ],
)
def test_what_is_no_genotype_is_refused_at_its_field(client: Client, left: str, said: str) -> None:
    text = page(client, left, "liu2018", status=422)
    assert said in text
    assert 'aria-invalid="true"' in text
    assert "<script>" not in text


def test_names_are_escaped_and_nothing_is_inline(client: Client, experiment: Experiment) -> None:
    other = work_off(started(small_config(individuals=2, protocol={"repeats": 3}), name="other"))
    text = page(client, f"{experiment.pk}/0", f"{other.pk}/1")
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert "<i>" not in text
    assert "&lt;i&gt;&quot;search&quot; &amp; more" in text


def test_ids_on_the_page_are_unique_and_every_link_within_it_leads_somewhere(
    client: Client, experiment: Experiment
) -> None:
    for text in (
        page(client, f"{experiment.pk}/0", f"{experiment.pk}/19"),
        page(client, "liu2018", PAPER.with_edge(2, 5, 2, 1, 3).text),
    ):
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        assert {link for link in re.findall(r'href="#([^"]+)"', text) if link != "content"} <= set(ids)


def test_the_queries_do_not_grow_with_what_differs(
    client: Client, experiment: Experiment, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(4):
        page(client, f"{experiment.pk}/0", f"{experiment.pk}/19")


def test_an_old_protocol_without_fields_is_read(client: Client, experiment: Experiment) -> None:
    Evaluation.objects.update(protocol={})
    assert verdict(page(client, f"{experiment.pk}/0", f"{experiment.pk}/19")) == "unknown"
