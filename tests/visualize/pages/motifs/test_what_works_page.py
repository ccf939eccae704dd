"""What works: correlations, parallel coordinates with their filter, motifs and edits to try, without a browser."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from search.evolution.experiments.config import experiment_config
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.models import Evaluation, Experiment, Genotype, Individual
from search.selectors.network_features import network_features
from tests.search.populations import Population
from tests.search.searching import small_config, started, work_off
from tests.visualize.prose import prose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def made() -> Population:
    """Twelve networks: the more separable convolutions, the fitter; depth says nothing."""
    population = Population()
    for step in range(12):
        row = population.add(0.5 + step / 40, network=f"n{step}", parameters=1000 * (step + 1))
        Genotype.objects.filter(pk=row.genotype_id).update(operation_counts={"sep3x3": step}, depth=4)
    return population


def page(client: Client, made: Population | Experiment, query: str = "", **headers: str) -> str:
    experiment = made if isinstance(made, Experiment) else made.experiment
    response = client.get(f"/experiments/{experiment.pk}/what-works/{query}", headers=headers)
    assert response.status_code == 200
    text = response.content.decode()
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)", text)
    return str(text)


def test_what_rises_with_fitness_stands_first_and_what_never_differs_says_nothing(
    client: Client, made: Population
) -> None:
    factors = prose(page(client, made)).partition('id="factors"')[2]
    rows = re.findall(r'<th scope="row">(?:<span[^>]*></span>)?(?:<a[^>]*>)?([^<]+)', factors)
    assert set(rows[:3]) == {"parameters", "multiply-adds", "sep 3×3"}
    assert "more goes with fitter" in factors
    assert "the same in all networks" in factors


def test_twins_are_one_network(made: Population) -> None:
    for _ in range(3):
        made.add(0.5, network="n0")
    assert len(network_features(made.experiment).networks) == 12


def test_a_large_population_is_read_in_part(made: Population) -> None:
    table = network_features(made.experiment, most=4)
    assert (table.every, [row.step for row in table.networks]) == (3, [0, 3, 6, 9])


def test_a_filter_picks_lines_and_rows_and_shows_on_its_axis(client: Client, made: Population) -> None:
    text = page(client, made, "?q=op:sep3x3>=9 params<=11k", HX_Request="true")
    assert "<html" not in text
    assert sorted(map(int, re.findall(r'<path class="fit-\d" data-step="(\d+)"', text))) == [9, 10]
    assert re.findall(r'<tr data-step="(\d+)"', text) == ["10", "9"]
    assert len(re.findall(r'class="bound"', text)) == 2


def test_depth_is_a_word_of_the_filter(client: Client, made: Population) -> None:
    assert "12 of them match" in prose(page(client, made, "?q=depth=4"))
    assert "No evaluated network matches" in page(client, made, "?q=depth>4")


def test_a_filter_that_cannot_be_read_says_so_and_keeps_the_picture(client: Client, made: Population) -> None:
    text = page(client, made, "?q=depth")
    assert "compare depth with a number" in text
    assert '<svg class="parallel"' in text


def test_an_experiment_without_results_says_when_there_will_be_some(client: Client) -> None:
    assert "It begins with the first evaluated networks" in page(client, Population())
    assert client.get("/experiments/999/what-works/").status_code == 404


@pytest.mark.parametrize("space", ["hierarchical", "flat"])
def test_untried_edits_build_networks_that_the_search_does_not_know(client: Client, space: str) -> None:
    experiment = started(small_config(individuals=60, space=space))
    work_off(experiment)
    _spread(experiment)
    text = page(client, experiment)
    known = set(Evaluation.objects.values_list("phenotype_key", flat=True))
    edits = text.partition('class="untried"')[2].partition("</ol>")[0]
    addresses = re.findall(r'href="([^"]*genotype=[^"]*)"', edits)
    assert len(addresses) == 2
    for address in addresses:
        answer = client.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        found = re.search(r"genotype=([^&]*)", address)
        assert found is not None
        genotype = parse_genotype(unquote(found[1]))
        assert genotype.space == experiment_config(experiment.config).search_space
        assert build_phenotype(genotype).key not in known


def test_the_best_motif_goes_into_the_editor(client: Client) -> None:
    experiment = started(small_config(individuals=40))
    work_off(experiment)
    _spread(experiment)
    text = page(client, experiment)
    addresses = re.findall(r'href="([^"]*)">Put it into the editor', text)
    assert addresses
    assert client.get(addresses[0].replace("&amp;", "&")).status_code == 200


def _spread(experiment: Experiment) -> None:
    """Fitness that differs between networks, so that differences have intervals."""
    for row in Individual.objects.filter(experiment=experiment, fitness__isnull=False):
        value = 0.5 + (row.evaluation_id * 37 % 100) / 250
        Individual.objects.filter(pk=row.pk).update(fitness=value)
    experiment.refresh_from_db()
    best = experiment.individuals.filter(fitness__isnull=False).order_by("-fitness", "step").first()
    Experiment.objects.filter(pk=experiment.pk).update(best=best)
    experiment.refresh_from_db()
