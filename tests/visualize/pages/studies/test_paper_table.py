"""The page of `paper-table-1`: measured figures beside published ones, each named as what it is."""

import re
from typing import Any

import pytest
from django.test import Client

from search.evolution.studies.paper_table import PUBLISHED_TABLE_1, PaperTableSettings, cells
from search.selectors.evolution_gain import best_at_steps
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.final_scores import scored
from tests.search.studies.running import launched, run_to_its_end
from tests.visualize.pages.studies.test_study_pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def instant(settings: Any, tmp_path: Any) -> None:
    settings.TRAINER, settings.CHECKPOINT_DIR = INSTANT_TRAINER, tmp_path
    load_trainer.cache_clear()


def test_the_factorial_is_whole_and_scaled_alike() -> None:
    made = cells(PaperTableSettings(scale=0.01, seeds=2))
    assert len(made) == 2 * 3 * 4
    sizes = {cell.arm.partition("/")[2]: cell.search.budget.individuals for cell in made}
    assert sizes == {"one": 1, "random-200": 2, "random-7000": 70, "evolution": 70}
    whole = cells(PaperTableSettings(scale=1))
    assert {cell.search.budget.individuals for cell in whole} == {1, 200, 7000}
    assert {cell.search.strategy.initial_population for cell in whole} == {200}
    assert len({cell.search.seed for cell in made}) == len(made)
    assert {row.arm for row in PUBLISHED_TABLE_1} < {cell.arm for cell in made}


def test_measured_and_published_figures_stand_apart_and_say_whose_they_are(client: Client) -> None:
    study = run_to_its_end(launched())
    page = client.get(f"/studies/{study.pk}/").content.decode()
    words = text(page.encode())
    assert "Black figures were made here, with made-up fitness, on digits" in words
    assert (
        "Made-up figures: fitness in these searches was given by search.evolution.evaluation.instant_trainer"
        in words
    )
    assert "evolution in each space, made up here" in words
    assert "Measured here, on digits" in words
    own = re.search(r"Hierarchical, evolution \(7\)</th><td class=\"num\">(\d+\.\d\d)", page)
    assert own is not None, "the measured row of Table 2"
    table_3 = page.partition('aria-label="Table 3"')[2].partition("</table>")[0]
    assert "Measured here, on digits" in table_3
    measured = re.search(
        r'Hierarchical, evolution \(7\)</th><td class="num">([^<]+)</td><td class="num">([^<]+)<', table_3
    )
    assert measured is not None, "the measured row of Table 3"
    assert measured[1].startswith(own[1])
    assert measured[2] == "0.00"
    assert "scaled by 0.10 % to 2 and 7" in words
    assert "Grey figures are the paper's" in words
    assert "3.75 ± 0.12 %" in words
    assert page.count(">empty</td>") == 2 * 4
    assert page.count("random up to here") == 3
    assert "Hierarchical evolution, c0 = 128" in words
    assert "66 differences were tested" in words


def test_before_anything_ends_the_table_is_there_without_figures(client: Client) -> None:
    words = text(client.get(f"/studies/{launched(final='none').pk}/").content)
    assert "no test score was asked for" in words
    assert "random search (2)" in words


def test_figure_4_is_drawn_of_each_evolution_whose_networks_are_scored(client: Client) -> None:
    study = run_to_its_end(launched(searches=["evolution"], final="none"))
    address = f"/studies/{study.pk}/"
    page = client.get(address).content.decode()
    searches = [cell.experiment for cell in study.cells.select_related("experiment") if cell.experiment]
    assert [page.count(f'href="/experiments/{search.pk}/finals/"') for search in searches] == [1, 1, 1]
    risen = next(search for search in searches if len(best_at_steps(search)) > 1)
    first, *_, last = best_at_steps(risen)
    for individual, right in ((first, (5, 7)), (last, (9, 9))):
        scored(individual, right=right)
    page = client.get(address).content.decode()
    assert f"<title>#{last.step}: +30.00 points</title>" in page
    assert page.count('/finals/">Score networks along') == 2
