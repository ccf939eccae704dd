"""The pages of studies: the cost stands before the start, one form starts all cells once, one page reports them."""

import math
import re
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from search.evolution.studies import matched_networks
from search.models import Study, StudyCell
from search.services.studies.advancing import advance_study
from search.services.studies.launching import create_study
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.studies.running import QUALITY, finished_spaces, launched, run_to_its_end

pytestmark = pytest.mark.django_db
SENT: dict[str, Any] = {
    "kind": "paper-table-1",
    "title": "A table",
    "preset": "quick",
    "protocol": '{"channels": 4}',
    "seeds": "2",
    "in_flight": "2",
    "final": "none",
    "final_runs": "1",
    "along": "0",
    "scale": "0.001",
    "spaces": ["flat", "hierarchical"],
    "searches": ["one", "evolution"],
}


@pytest.fixture(autouse=True)
def instant(settings: Any, tmp_path: Any) -> None:
    settings.TRAINER, settings.CHECKPOINT_DIR = INSTANT_TRAINER, tmp_path
    load_trainer.cache_clear()


def text(content: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", content.decode())).replace("\u00a0", " ")


def test_the_cost_is_shown_before_anything_starts(client: Client) -> None:
    page = text(client.get("/studies/new/?kind=paper-table-1").content)
    assert "12 parts · 219 networks in searches" in page
    assert "81 trainings for test scores" in page
    shown = client.post("/studies/new/", SENT | {"act": "cost"})
    assert "8 parts · 32 networks in searches" in text(shown.content)
    part = client.post("/studies/new/", SENT | {"act": "cost"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert not Study.objects.exists()


def test_choices_are_said_in_words_and_sent_by_name(client: Client) -> None:
    page = client.get("/studies/new/?kind=paper-table-1").content.decode()
    for name, words in (
        ("flat-constrained", "Flat, parameters limited"),
        ("random-7000", "Random search, the paper&#x27;s 7,000"),
    ):
        assert re.search(rf'<input[^>]*value="{name}"[^>]*> {re.escape(words)}</label>', page), name
    assert '<option value="none">None</option>' in page
    assert '<option value="quick" selected>Quick demo</option>' in page


def test_one_button_starts_all_cells_once_and_leads_to_the_study(client: Client) -> None:
    token = re.search(r'name="token" value="([^"]+)"', client.get("/studies/new/").content.decode())
    assert token is not None
    for _ in range(2):
        answer = client.post("/studies/new/", SENT | {"token": token[1]})
    study = Study.objects.get()
    assert answer.headers["Location"] == f"/studies/{study.pk}/"
    assert (study.title, StudyCell.objects.count()) == ("A table", 8)
    assert StudyCell.objects.order_by("number")[0].plan["search"]["protocol"]["channels"] == 4
    page = text(client.get(f"/studies/{study.pk}/").content)
    assert "0 of 8 parts complete" in page
    assert "A table" in text(client.get("/studies/").content)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"scale": "7"}, "Write a number above 0 and up to 1, not 7"),
        ({"protocol": '{"steps": -4}'}, "greater than or equal to 1, got -4"),
        ({"protocol": "steps"}, "Write a JSON object"),
        ({"spaces": []}, "This field is required"),
        ({"protocol": '{"dataset": "mars"}'}, "unknown data set"),
    ],
)
def test_what_is_not_right_is_told_at_its_field_and_nothing_starts(
    client: Client, change: dict[str, Any], told: str
) -> None:
    answer = client.post("/studies/new/", SENT | change)
    assert answer.status_code == 400
    assert told in text(answer.content)
    assert not Study.objects.exists()


def test_a_finished_study_shows_means_deviations_and_p_values(client: Client) -> None:
    study = run_to_its_end(launched(seeds=2, spaces=["flat"], searches=["one", "random-200"]))
    page = text(client.get(f"/studies/{study.pk}/").content)
    assert "2 of 2" not in page
    assert "4 of 4 parts complete" in page
    assert "1 differences were tested" in page
    assert "±" in page
    told = {name: value for name, value in study.settings.items() if value is not None}
    again = client.get("/studies/new/", {**told, "kind": "paper-table-1", "protocol": "{}"})
    assert "4 parts" in text(again.content)


def test_a_study_is_paused_resumed_and_stopped_from_its_page(client: Client) -> None:
    study = launched(spaces=["flat"], searches=["one"])
    advance_study(study_id=study.pk)
    for act, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        assert f'action="/studies/{study.pk}/{act}/"' in client.get(f"/studies/{study.pk}/").content.decode()
        client.post(f"/studies/{study.pk}/{act}/")
        study.refresh_from_db()
        assert study.state == state
    refused = client.post(f"/studies/{study.pk}/pause/", follow=True)
    assert "only running ones can be paused" in text(refused.content)


def test_what_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/studies/99/").status_code == 404
    assert client.post("/studies/99/stop/").status_code == 404
    assert client.get("/studies/new/?kind=magic").status_code == 404


def test_the_comparison_of_strategies_is_one_click_from_compare(client: Client) -> None:
    assert 'href="/studies/new/?kind=comparison"' in client.get("/compare/").content.decode()
    page = client.get("/studies/new/?kind=comparison").content.decode()
    assert page.count('name="strategies"') > 10
    sent = {
        "kind": "comparison",
        "preset": "quick",
        "seeds": "1",
        "in_flight": "2",
        "final": "none",
        "final_runs": "1",
        "networks": "6",
        "spaces": ["flat"],
        "strategies": ["random", "aging"],
    }
    study = Study.objects.get(pk=client.post("/studies/new/", sent).headers["Location"].split("/")[2])
    run_to_its_end(study)
    page = text(client.get(f"/studies/{study.pk}/").content)
    assert "Flat · Aging evolution" in page
    assert "by networks trained" in page


def test_published_networks_stand_beside_a_scaling_study_as_not_measured(client: Client) -> None:
    tiny = {"protocol": {"channels": 4, "steps": 5, "repeats": 1}, "final": "none", "seeds": 1}
    study = run_to_its_end(create_study(kind="scaling", settings=tiny))
    content = client.get(f"/studies/{study.pk}/").content
    assert "Published networks for reference" in text(content)
    assert "not measured here" in text(content)
    assert content.count(b"<title>resnet18</title>") == 2
    other = client.get(f"/studies/{run_to_its_end(launched(seeds=1, spaces=['flat'], searches=['one'])).pk}/")
    assert "Published networks for reference" not in text(other.content)


def test_spaces_are_compared_at_equal_size_with_an_answer_for_each_figure(client: Client) -> None:
    page = text(client.get(f"/studies/{finished_spaces().pk}/").content)
    assert "Spaces at equal size" in page
    assert "Hierarchical less flat" in page
    assert "at most 10 % more parameters" in page
    assert "Large network: large host, 8 channels, 2 cells a group, 1,000 steps" in page
    assert page.count("3 pairs") == 3
    assert "Test accuracy in the large host against fitness" in page
    bare = text(client.get(f"/studies/{finished_spaces(final='none').pk}/").content)
    assert "No large network was asked for" in bare
    assert "not measured yet" in bare
    before = text(client.get(f"/studies/{launched('space', networks=2).pk}/").content)
    assert "0 / 2" in before


def test_networks_whose_sizes_do_not_match_are_told_at_their_field(client: Client) -> None:
    sent = {name: value for name, value in SENT.items() if name not in ("scale", "searches", "seeds")}
    asked = {"kind": "space", "networks": "5", "size_difference": "0.0000001", "draw_seed": "1"}
    with patch.object(matched_networks, "MOST_DRAWN", 60):
        answer = client.post("/studies/new/", sent | asked)
    assert answer.status_code == 400
    assert "have equal sizes within" in text(answer.content)


def test_best_so_far_is_drawn_against_device_hours_on_a_logarithmic_axis(client: Client) -> None:
    study = run_to_its_end(launched("time-to-quality", **QUALITY))
    content = client.get(f"/studies/{study.pk}/").content
    page = text(content)
    assert "Best so far against device hours" in page
    figure = content.decode().partition('aria-label="Quality over time"')[2].partition("</section>")[0]
    assert figure.count('class="area"') >= 2
    ticks = re.findall(r'<text x="([0-9.]+)" y="[0-9.]+" dy="16"[^>]*>([0-9.e-]+).h<', figure)
    places = [(float(at), float(hours)) for at, hours in ticks]
    assert len(places) >= 2
    steps = [(later[0] - sooner[0]) / math.log(later[1] / sooner[1]) for sooner, later in pairwise(places)]
    assert max(steps) == pytest.approx(min(steps), rel=0.05)
    assert "Time to a fitness" in page
    empty = launched("time-to-quality", **QUALITY | {"strategies": ["random"]})
    assert "Best so far against device hours" not in text(client.get(f"/studies/{empty.pk}/").content)
