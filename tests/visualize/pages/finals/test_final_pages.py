"""The pages of final evaluations: one click asks for a test score, and its page says what it is worth."""

from typing import Any

import pytest
from django.test import Client

from search.evolution.genotypes.reference_cells import RESIDUAL
from search.evolution.statistics.optimism import expected_maximum
from search.models import Experiment, FinalEvaluation
from search.selectors.evolution_gain import best_along, best_at_steps
from search.selectors.finals import optimism
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.final_scores import made_up_final, scored
from tests.search.searching import small_config, started, work_off
from visualize.pages.finals.training_fields import AS_PRESET
from visualize.style.formats import per_cent

pytestmark = pytest.mark.django_db


@pytest.fixture
def search(settings: Any) -> Experiment:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()
    return work_off(started(small_config(individuals=6)))


def test_one_click_on_an_individual_asks_for_its_test_score(client: Client, search: Experiment) -> None:
    assert search.best is not None
    address = f"/experiments/{search.pk}/individuals/{search.best.step}/"
    assert f'action="{address}final/"' in client.get(address).content.decode()
    answer = client.post(f"{address}final/")
    row = FinalEvaluation.objects.get()
    assert answer.headers["Location"] == f"/finals/{row.pk}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Waiting for a worker" in page
    assert "never read by a search" in page


def test_the_page_shows_mean_deviation_classes_and_the_worst_images(
    client: Client, search: Experiment
) -> None:
    row = made_up_final(search, right=(7, 9))
    page = client.get(f"/finals/{row.pk}/").content.decode()
    assert per_cent(0.8) in page
    assert f"± {per_cent(0.141421)}" in page
    assert "These 30 test images were never read by the search" in page
    assert "1 of them is, pixel for pixel, among the training images too" in page
    assert "<strong>bag</strong> taken for <strong>coat</strong>" in page
    assert "2 of 2 runs" in page
    assert page.count("data:image/png;base64,") == 2


def test_the_best_of_an_experiment_are_listed_beside_the_fitness_that_chose_them(
    client: Client, search: Experiment
) -> None:
    made_up_final(search)
    client.post(f"/experiments/{search.pk}/finals/new/", {"best": "3", "preset": "search", "runs": "2"})
    assert FinalEvaluation.objects.count() == 4
    page = client.get(f"/experiments/{search.pk}/finals/").content.decode()
    assert page.count('<th scope="row"><a href="/finals/') == 4
    assert per_cent(0.8) in page
    wrong = client.post(f"/experiments/{search.pk}/finals/new/", {"best": "4"}, follow=True)
    assert "Choose a preset" in wrong.content.decode()


def test_the_optimism_of_the_choice_is_told_beside_what_noise_alone_would_give(
    client: Client, search: Experiment
) -> None:
    made_up_final(search, right=(7, 9), preset="search")
    found = optimism(search)
    assert found is not None
    assert search.best is not None
    assert found.difference == pytest.approx(float(search.best.fitness or 0) - 0.8)
    assert found.noise == pytest.approx(0.1414, abs=1e-4)
    assert found.by_chance == pytest.approx(expected_maximum(found.tried, 0.141421), abs=1e-4)
    page = client.get(f"/experiments/{search.pk}/finals/").content.decode()
    assert f"The best of {found.tried} networks that were all equally good" in page


def test_the_form_tells_the_cost_before_anything_is_asked_for(client: Client, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/finals/"
    assert "3 runs to make" in client.get(address).content.decode()
    sent = {"best": "along:3", "preset": "laptop-large", "runs": "2", "act": "cost"}
    page = client.post(f"{address}new/", sent).content.decode()
    asked = best_along(search, 3)
    assert f"{len(asked)} networks, {2 * len(asked)} runs to make" in page
    assert '<option value="along:3" selected>' in page
    assert FinalEvaluation.objects.count() == 0
    part = client.post(f"{address}new/", sent | {"best": "baseline:random"}, headers={"HX-Request": "true"})
    assert "1 network, 2 runs to make" in part.content.decode()
    wrong = client.post(f"{address}new/", sent | {"best": "along:4"}, headers={"HX-Request": "true"})
    assert "Choose a preset" in wrong.content.decode()
    client.post(f"{address}new/", {name: sent[name] for name in ("best", "preset", "runs")})
    assert FinalEvaluation.objects.filter(protocol__host="large", runs=2).count() == len(asked)


def test_the_training_of_a_preset_may_be_changed_field_by_field(client: Client, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/finals/"
    page = client.get(address).content.decode()
    assert page.count(f">{AS_PRESET}</option>") == 3
    sent = {"best": "1", "preset": "short", "runs": "2", "steps": "7", "flip": "yes", "precision": "bfloat16"}
    sent |= {"auxiliary_weight": "0.4", "resized_crop": "0.3", "scoring": "ten", "scoring_size": "6"}
    sent |= {"contrast": "0.2", "cutout": ""}
    cost = client.post(f"{address}new/", sent | {"act": "cost"}).content.decode()
    assert "2 runs to make" in cost
    assert '<details class="final-training" open>' in cost
    client.post(f"{address}new/", sent)
    asked = FinalEvaluation.objects.get()
    told = asked.protocol
    assert (told["steps"], told["flip"], told["precision"], told["repeats"]) == (7, True, "bfloat16", 2)
    assert (told["auxiliary_weight"], told["resized_crop"], told["scoring"], told["scoring_size"]) == (
        0.4,
        0.3,
        "ten",
        6,
    )
    assert (told["contrast"], told["brightness"], told["cutout"]) == (0.2, 0.0, 0)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"drop_path": "1.5"}, "Write a number from 0 to 1, not 1.5"),
        ({"steps": "many"}, "Enter a whole number"),
        ({"scoring": "ten"}, "scoring ten needs scoring_size"),
        ({"crop": "400"}, "crop 400 is larger than the padded image of 8 pixels"),
    ],
)
def test_a_training_that_cannot_be_is_told_where_it_was_filled_in(
    client: Client, search: Experiment, change: dict[str, str], told: str
) -> None:
    address = f"/experiments/{search.pk}/finals/new/"
    refused = client.post(address, {"best": "1", "preset": "short"} | change)
    assert refused.status_code == 400
    assert told in refused.content.decode()
    assert '<details class="final-training" open>' in refused.content.decode()
    cost = client.post(
        address, {"best": "1", "preset": "short", "act": "cost"} | change, headers={"HX-Request": "true"}
    )
    assert "to see what it takes" in cost.content.decode()
    assert not FinalEvaluation.objects.exists()


def test_the_gain_along_the_search_is_drawn_once_first_and_best_are_scored(
    client: Client, search: Experiment
) -> None:
    address = f"/experiments/{search.pk}/finals/"
    first, *_, last = best_at_steps(search)
    scored(last, right=(9, 9), host="large")
    assert "Gain along the evolution" not in client.get(address).content.decode()
    scored(first, right=(5, 7), host="large")
    page = client.get(address).content.decode()
    assert f"<title>#{last.step}: +30.00 points</title>" in page
    assert "test accuracy: large host, 4 channels, 1 cells a group, 10 steps" in page
    assert "random up to here" in page


def test_the_host_is_drawn_layer_by_layer_beside_the_cell(client: Client, search: Experiment) -> None:
    made_up_final(search, host="large", cells=2, channels=6)
    page = client.get(f"/finals/{FinalEvaluation.objects.get().pk}/").content.decode()
    assert page.count('class="is-cell"') == 6
    assert "3×3 separable ÷2" in page
    assert "<span>C = 24</span>" in page
    assert page.count("group 2, N = 2") == 1
    searched = client.get(f"/experiments/{search.pk}/individuals/0/").content.decode()
    assert "as it is trained in this search: small" in searched
    assert searched.count('class="is-cell"') == 3


def test_one_is_stopped_and_tried_again(client: Client, search: Experiment) -> None:
    client.post(f"/experiments/{search.pk}/finals/new/", {"best": "1"})
    row = FinalEvaluation.objects.get()
    stopped = client.post(f"/finals/{row.pk}/stop/", follow=True).content.decode()
    assert "Stopped by hand." in stopped
    assert "Try again" in stopped
    client.post(f"/finals/{row.pk}/retry/")
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_baseline_is_scored_and_evaluated_by_one_click_each(client: Client, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/finals/"
    page = client.get(address).content.decode()
    assert page.count('aria-label="Test score of') == 4
    answer = client.post(f"{address}new/", {"best": "baseline:residual"})
    row = FinalEvaluation.objects.get()
    assert answer.headers["Location"] == f"/finals/{row.pk}/"
    assert (row.genotype.key, row.protocol["dataset"]) == (RESIDUAL.genotype.key, "digits")
    assert f'<a href="/finals/{row.pk}/">waiting' in client.get(address).content.decode()
    token = "00000000-0000-4000-8000-000000000001"
    body = {"genotype": RESIDUAL.genotype.text, "in": str(search.pk), "token": token, "back": address}
    if 'value="' + RESIDUAL.genotype.text in page:
        client.post("/editor/evaluate/", body)
        assert 'aria-label="Evaluate Residual-like cell' not in client.get(address).content.decode()
