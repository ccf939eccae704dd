"""The pages of shared trainings: counted before they start, watched, paused, and made use of by one click."""

from typing import Any

import pytest
from django.test import Client

from search.models import Artifact, Experiment
from search.services.workers import report_worker
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import work_off
from tests.search.shared_training_results import (
    made_up_shared_training,
    running_shared_training,
    shared_training_asked_for,
)
from visualize.pages.shared_trainings.form import initial_values
from visualize.pages.shared_trainings.heat_maps import SHADES, mean_entropy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def instant(settings: Any) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()


def filled(**changes: Any) -> dict[str, Any]:
    """The form's first values with some changes, as a browser sends them."""
    values = initial_values() | changes | {"name": "By hand"}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_the_form_starts_one_and_leads_to_its_page(client: Client) -> None:
    page = client.get("/shared-trainings/new/").content.decode()
    assert "memory in all" in page
    answer = client.post("/shared-trainings/new/", filled(method="enas"))
    row = Artifact.objects.get()
    assert answer.headers["Location"] == f"/shared-trainings/{row.pk}/"
    assert (row.name, row.document["method"], row.retrain_best) == ("By hand", "enas", 5)
    assert "Waiting for a worker" in client.get(answer.headers["Location"]).content.decode()
    assert "By hand" in client.get("/shared-trainings/").content.decode()


def test_what_is_not_right_stands_beside_its_field(client: Client) -> None:
    answer = client.post("/shared-trainings/new/", filled(epochs=300, method="darts"))
    assert answer.status_code == 422
    assert "epochs 300 are more than the 200 steps" in answer.content.decode()
    negative = client.post("/shared-trainings/new/", filled(channels=-1)).content.decode()
    assert 'id="id_channels_error"' in negative
    assert Artifact.objects.count() == 0


TWO_LEVELS = '{"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}], "primitives": ["sep3x3"]}'


def test_a_custom_space_is_counted_drawn_and_trained(client: Client) -> None:
    page = client.get("/shared-trainings/new/").content.decode()
    assert "<space-builder" in page
    custom = filled(space="custom", space_document=TWO_LEVELS)
    figures = client.post("/shared-trainings/new/space/", custom).content.decode()
    assert "1,728" in figures  # two motifs of eight, and three edges with one of two or none
    assert figures.count("<figure") == 2
    wrong_elsewhere = client.post("/shared-trainings/new/space/", custom | {"steps": "many"})
    assert "1,728" in wrong_elsewhere.content.decode()
    client.post("/shared-trainings/new/", custom)
    assert Artifact.objects.get().document["space"]["levels"][0] == {"motifs": 2, "nodes": 3}


@pytest.mark.parametrize(
    "text, said",
    [
        (TWO_LEVELS.replace('"nodes": 3', '"nodes": 1', 1), "Level 2, nodes: at least 2, not 1."),
        ("{", "The custom space is not JSON"),
        ("", "A custom space says how many levels it has"),
    ],
)
def test_what_is_wrong_with_a_custom_space_is_said_in_the_forms_words(
    client: Client, text: str, said: str
) -> None:
    custom = filled(space="custom", space_document=text)
    for address in ("/shared-trainings/new/", "/shared-trainings/new/space/"):
        assert said in client.post(address, custom).content.decode(), address
    assert Artifact.objects.count() == 0


def test_what_cannot_fit_is_refused_before_it_starts(client: Client) -> None:
    report_worker(name="w@here", device="cpu", version="1", processes=1, offers="memory=1", starting=True)
    huge = filled(method="darts", batch_size=512)
    told = client.post("/shared-trainings/new/estimate/", huge).content.decode()
    assert "20.0 MiB for each of 512 images; the largest worker has 2.0 GiB" in told
    assert client.post("/shared-trainings/new/", huge).status_code == 422
    assert Artifact.objects.count() == 0


def test_the_page_shows_loss_gates_and_entropy_over_the_epochs(client: Client) -> None:
    row = running_shared_training(epochs=5)
    page = client.get(f"/shared-trainings/{row.pk}/?motif=M2").content.decode()
    assert "Loss over the epochs" in page
    assert page.count('class="heat"') == 1 + 6
    assert "M2 in→2, epochs 1 to 5" in page
    assert 'data-live-page="/shared-trainings/' in page
    fragment = client.get(f"/shared-trainings/{row.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert 'data-open="true"' in fragment
    assert "<html" not in fragment


def test_each_epochs_derived_genotype_is_a_frame(client: Client) -> None:
    row = made_up_shared_training()
    page = client.get(f"/shared-trainings/{row.pk}/?frame=3").content.decode()
    assert "epoch 3" in page
    assert "3 of 12" in page
    frame = client.get(f"/shared-trainings/{row.pk}/epochs/4/?before=3").content.decode()
    assert 'data-step="4"' in frame
    assert frame.count("<svg") == 7
    assert client.get(f"/shared-trainings/{row.pk}/epochs/99/").status_code == 404


def test_it_is_paused_resumed_stopped_and_tried_again(client: Client) -> None:
    row = shared_training_asked_for()
    for verb, paused, state in (
        ("pause", True, "waiting"),
        ("resume", False, "waiting"),
        ("stop", False, "cancelled"),
        ("retry", False, "waiting"),
    ):
        assert client.post(f"/shared-trainings/{row.pk}/{verb}/").status_code == 302
        row.refresh_from_db()
        assert (row.paused, row.state) == (paused, state), verb


def test_one_click_trains_the_best_from_scratch_and_the_page_says_how_the_ranks_agree(client: Client) -> None:
    row = made_up_shared_training()
    before = client.get(f"/shared-trainings/{row.pk}/").content.decode()
    assert "Fewer than three of its networks were trained from scratch too" in before
    answer = client.post(f"/shared-trainings/{row.pk}/retrain/", {"best": "5"})
    experiment = Experiment.objects.get()
    assert answer.headers["Location"] == f"/experiments/{experiment.pk}/"
    work_off(experiment)
    page = client.get(f"/shared-trainings/{row.pk}/").content.decode()
    assert "number of parameters" in page
    assert page.count(" with shared weights, ") == 5
    assert "the best from scratch" in page


def test_a_search_with_its_weights_is_listed(client: Client) -> None:
    row = made_up_shared_training()
    client.post(f"/shared-trainings/{row.pk}/search/", {"individuals": "20", "strategy": "evolution"})
    experiment = Experiment.objects.get()
    assert experiment.individuals_planned == 20
    assert f"/experiments/{experiment.pk}/" in client.get(f"/shared-trainings/{row.pk}/").content.decode()
    client.post(f"/shared-trainings/{row.pk}/search/", {"individuals": "7", "strategy": "evolution"})
    assert Experiment.objects.count() == 1


@pytest.mark.parametrize(
    "rows, share", [([[0.25] * 4], 1.0), ([[1.0, 0.0, 0.0]], 0.0), ([[0.5, 0.5, 0.0, 0.0]], 0.5), ([], 0.0)]
)
def test_entropy_is_a_share_of_that_of_an_even_draw(rows: list[list[float]], share: float) -> None:
    assert mean_entropy(rows) == pytest.approx(share)
    assert SHADES == 10
