"""Every page that shows a genotype shows a pair of cells, each with its name."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import search_space
from search.models import Experiment, Individual
from tests.search.searching import small_config, started, work_off
from tests.visualize.prose import prose

PAIR = {"levels": [{"motifs": 3, "nodes": 3}, {"motifs": 2, "nodes": 4}], "reduction_cell": True}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(started(small_config(individuals=14, space=PAIR)))


def child(experiment: Experiment) -> Individual:
    return experiment.individuals.exclude(parent=None).select_related("parent", "genotype").latest("step")


def page(client: Client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return prose(answer.content.decode())


def address(individual: Individual, rest: str = "") -> str:
    return f"/experiments/{individual.experiment_id}/individuals/{individual.step}/{rest}"


def test_the_hierarchy_draws_both_cells_with_their_names_and_matrices(
    client: Client, experiment: Experiment
) -> None:
    text = page(client, address(child(experiment)))
    assert text.count('class="drawing motif-drawing') == text.count('<table class="matrix">') == 5
    for name in ("normal cell", "reduction cell"):
        assert f'aria-label="The {name}"' in text
        assert f'aria-label="The {name}’s matrix"' in text
    assert 'aria-label="The cell"' not in text
    assert "operations of both cells" in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert "Reduction cell as PNG" in text


def test_the_flattened_networks_of_both_cells_are_drawn(client: Client, experiment: Experiment) -> None:
    text = page(client, address(child(experiment), "?tab=flattened"))
    assert text.count("flattened-drawing") == 2
    assert "Flattened network of the reduction cell" in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_whole_network_names_the_cell_in_each_place(client: Client, experiment: Experiment) -> None:
    text = page(client, address(child(experiment), "?tab=network"))
    assert "reduction cell" in text
    assert "normal cell" in text


def test_files_of_the_reduction_cell_are_drawn_and_there_are_none_in_a_space_of_one_cell(
    client: Client, experiment: Experiment
) -> None:
    key = child(experiment).genotype.key
    for name in ("L3-M1", "L3-M2", "flattened", "flattened-reduction"):
        assert b"<svg" in client.get(f"/api/v1/genotypes/{key}/drawings/{name}.svg").content
    plain = work_off(started(small_config(individuals=2), name="plain"))
    lacks = plain.individuals.select_related("genotype")[0].genotype.key
    answer = client.get(f"/api/v1/genotypes/{lacks}/drawings/flattened-reduction.svg")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "edit/",
        "edit/?motif=L3-M2",
        "lineage/",
        "lineage/?view=replay",
        "diff/",
        "?tab=raw",
        "?tab=training",
        "replay.svg",
    ],
)
def test_the_pages_of_an_individual_open(client: Client, experiment: Experiment, path: str) -> None:
    text = page(client, address(child(experiment), path))
    if "motif=L3-M2" in path:
        assert "The reduction cell" in text
    if path == "diff/":
        assert "<h2>The normal cell</h2>" in text
        assert "<h2>The reduction cell</h2>" in text


def test_the_pages_of_the_experiment_and_its_report_name_both_cells(
    client: Client, experiment: Experiment
) -> None:
    home = f"/experiments/{experiment.pk}/"
    for path in (
        "",
        "motifs/",
        "mutations/",
        "what-works/",
        "map/",
        "replay/",
        "finals/",
        "pareto/",
        "strategy/",
    ):
        page(client, home + path)
    report = client.get(f"/api/v1/experiments/{experiment.pk}/report.html").content.decode()
    assert "<h3>The normal cell</h3>" in report
    assert "<h3>The reduction cell</h3>" in report
    assert "a normal and a reduction cell" in report


def test_a_genotype_of_one_cell_can_be_compared_with_a_pair(client: Client, experiment: Experiment) -> None:
    pair = Genotype.of_row(child(experiment).genotype)
    levels = (*PAIR["levels"][:1], {"motifs": 1, "nodes": 4})  # type: ignore[index]
    plain = Genotype(search_space({"levels": levels}), (*pair.levels[:-1], pair.levels[-1][:1]))
    text = page(client, "/diff/?" + urlencode({"left": plain.text, "right": pair.text}))
    assert "<h2>The normal cell</h2>" in text
    assert "only after" in text


def test_a_mutation_of_the_reduction_cell_says_so(client: Client, experiment: Experiment) -> None:
    changed = next(
        row
        for row in experiment.individuals.exclude(mutation=None)
        if row.mutation and (row.mutation["level"], row.mutation["motif"]) == (3, 2)
    )
    text = page(client, address(changed))
    assert re.search(r'class="mutation">reduction cell \w+→\w+: .* → .*<', text)
