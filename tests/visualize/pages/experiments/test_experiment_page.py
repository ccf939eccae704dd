"""The page of one experiment, as the server writes it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from search.evolution.experiments.presets import PRESETS
from search.models import Experiment, Individual
from search.services.pauses.dataset_pauses import await_data
from search.services.workers import report_worker
from tests.visualize.prose import prose
from tests.visualize.searches import REASON, in_training, made_search

pytestmark = pytest.mark.django_db


def page(client: Client, experiment: Experiment, query: str = "", **headers: str) -> str:
    response = client.get(f"/experiments/{experiment.pk}/{query}", headers=headers)
    assert response.status_code == 200
    return prose(response.content.decode()).replace("\u00a0", " ")


def test_a_search_without_individuals_says_what_comes(client: Client) -> None:
    draft = made_search(0, planned=80, state="draft")
    text = page(client, draft)
    assert "Start the search to see its curve grow." in text
    assert "No individuals yet" in text
    assert ">Start<" in text
    running = made_search(0, planned=80, state="running")
    assert "The curve begins with the first trained network." in page(client, running)


def test_it_shows_how_far_how_fast_and_how_good(client: Client) -> None:
    experiment = made_search(100, failing=3, planned=200, state="running", seconds_each=6)
    text = page(client, experiment)
    for shown in ("100</span>", "/ 200 networks · 50.0 %", "10.0 a minute", "10 min left", "89.60 %", "#99"):
        assert shown in text
    assert "<title>50 % · a search · nasweb</title>" in text
    assert "seed 1 · Evolution, tournament 20 %" in text
    assert " · hierarchical · digits" in text
    assert 'id="pause"' in text
    assert 'id="resume"' not in text


def test_before_four_results_the_time_left_is_a_rough_one_from_the_first_moment(client: Client) -> None:
    for tried in (0, 3):
        text = page(client, made_search(tried, planned=80, state="running"))
        assert re.search(r">about \d+ (s|min)[^<]* left<", text), tried
        assert "· rough, as estimated before the start, until 4 results are there" in text
        assert 'title="From arithmetic: random networks of this space need' in text
    assert "rough, as estimated" not in page(client, made_search(4, planned=80, state="running"))


def test_the_rough_figure_is_what_the_launch_form_said_of_all_networks(client: Client) -> None:
    form = client.get("/experiments/new/?preset=quick").content.decode()
    said = re.search(r'<p class="value">about ([^<]+)</p>', form)
    assert said is not None
    planned = PRESETS["quick"].config.budget.individuals
    address = f"/experiments/{made_search(0, planned=planned, state='running').pk}/"
    assert f">about {said[1]} left<" in client.get(address).content.decode()


def test_failed_individuals_say_why(client: Client) -> None:
    experiment = made_search(10, failing=2)
    assert "see why" in page(client, experiment)
    failed = page(client, experiment, "?state=failed")
    assert failed.count(REASON) == 2
    assert "2 networks match" in failed


def test_a_search_of_failures_only_has_no_best_and_still_a_page(client: Client) -> None:
    experiment = made_search(4, failing=4)
    text = page(client, experiment)
    assert "no network was evaluated" in text
    assert "Every evaluation failed: none has a fitness." in text
    assert "All 4 networks failed: there is no fitness to draw." in text
    assert "none finished yet" not in text
    assert "will stand here" not in text


def test_a_search_that_found_nothing_says_so_everywhere_and_what_to_do(client: Client) -> None:
    experiment = made_search(4, failing=4)
    text = page(client, experiment)
    assert ">Finished, nothing found</span>" in text
    assert "Nothing was found.</strong> All 4 evaluations failed: 4 × out of memory." in text
    assert "Out of memory: a smaller batch, fewer channels or a limit of parameters needs less" in text
    assert f'href="/experiments/{experiment.pk}/?state=failed#population"' in text
    assert f'href="/experiments/new/?from={experiment.pk}">Clone with other settings' in text
    assert ">Finished, nothing found</span>" in client.get("/experiments/").content.decode()
    assert "finished, nothing found" in client.get("/jump/", {"q": "a search"}).content.decode()
    assert (
        "Finished, nothing found ·"
        in client.get(f"/api/v1/experiments/{experiment.pk}/report.html").content.decode()
    )


def test_only_a_search_that_is_over_without_any_fitness_found_nothing(client: Client) -> None:
    stopped = page(client, made_search(2, failing=2, planned=9, state="stopped"))
    assert ">Stopped, nothing found</span>" in stopped
    assert "each of which can be tried again" not in stopped
    for other in (
        made_search(4, failing=3),
        made_search(0, planned=9, state="stopped"),
        made_search(2, failing=2, planned=9, state="running"),
        made_search(2, failing=2, planned=9, state="paused"),
    ):
        assert "othing found" not in page(client, other)


def test_buttons_follow_the_state(client: Client) -> None:
    buttons = {
        "draft": {"start"},
        "running": {"pause", "stop"},
        "paused": {"resume", "stop"},
        "failed": {"resume", "stop"},
        "stopped": set(),
        "finished": set(),
    }
    for state, wanted in buttons.items():
        text = page(client, made_search(1, planned=2, state=state))
        assert {name for name in ("start", "pause", "resume", "stop") if f'id="{name}"' in text} == wanted


def test_a_paused_or_failed_search_says_why(client: Client) -> None:
    experiment = made_search(1, planned=2, state="failed")
    experiment.reason = "The strategy <raised> an error."
    experiment.save()
    assert "The strategy &lt;raised&gt; an error." in page(client, experiment)


def test_a_search_that_waits_for_its_data_set_says_so_and_can_be_paused_for_good(client: Client) -> None:
    experiment = made_search(1, planned=2, state="paused")
    assert 'id="pause"' not in page(client, experiment)
    experiment.state = "running"
    await_data(experiment, dataset="folder:leaves", found="worker: there is no folder.")
    experiment.save()
    text = page(client, experiment)
    assert "Waits for data set folder:leaves, goes on by itself when it is there." in text
    assert 'id="pause"' in text
    assert 'id="resume"' in text
    client.post(f"/experiments/{experiment.pk}/pause/")
    experiment.refresh_from_db()
    assert (experiment.state, experiment.awaits) == ("paused", None)


def test_waiting_without_a_worker_is_named_after_half_a_minute(client: Client) -> None:
    experiment = made_search(1, planned=5, state="running")
    waiting = in_training(experiment, state="waiting")
    assert "No worker" not in page(client, experiment)
    Individual.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(seconds=75))
    assert "No worker has taken the 1 network waiting for 1 min 15 s." in page(client, experiment)
    in_training(experiment)
    assert "No worker" not in page(client, experiment)


def test_a_worker_that_trains_for_others_or_still_loads_is_no_missing_worker(client: Client) -> None:
    experiment = made_search(1, planned=5, state="running")
    waiting = in_training(experiment, state="waiting")
    Individual.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(seconds=75))
    report_worker(name="w@here", device="cpu", version="1", processes=1, starting=True)
    assert "A worker is there and trains nothing" in page(client, experiment)
    in_training(made_search(1, planned=5, state="running"))
    text = page(client, experiment)
    assert "1 network in the queue for 1 min" in text
    assert "the workers train what came before, of other searches." in text
    assert "No worker" not in text


def test_what_is_in_training_stands_beside_the_curves(client: Client) -> None:
    experiment = made_search(3, planned=9, state="running")
    row = in_training(experiment)
    text = page(client, experiment)
    assert f'aria-label="Training of #{row.step}"' in text
    assert "1 now" in text


def test_a_search_that_is_over_says_what_it_took_and_saved(client: Client) -> None:
    experiment = made_search(10, failing=2)
    experiment.shared, experiment.train_seconds = 5, 600
    experiment.finished_at = experiment.started_at + timedelta(minutes=9) if experiment.started_at else None
    experiment.save()
    text = page(client, experiment)
    for shown in ("9 min", "10 min over all workers", "about 10 min by sharing fitness", "2 × out of memory"):
        assert shown in text


def test_the_live_part_is_small_and_says_when_to_stop(client: Client) -> None:
    experiment = made_search(300, planned=400, state="running")
    response = client.get(f"/experiments/{experiment.pk}/fragments/live/", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert 'data-open="true"' in text
    assert 'data-fraction="0.75"' in text
    assert "<html" not in text
    assert len(text) < 20_000
    done = made_search(3)
    assert 'data-open="false"' in client.get(f"/experiments/{done.pk}/fragments/live/").content.decode()


def test_an_unknown_experiment_is_not_found_as_page_and_as_part(client: Client) -> None:
    for path in ("", "fragments/live/", "curves.json", "stop/"):
        response = client.get(f"/experiments/999/{path}")
        assert response.status_code == 404
    part = client.get("/experiments/999/", headers={"HX-Request": "true"})
    assert part.status_code == 404
    assert "There is no experiment 999." in part.content.decode()
    assert "<html" not in part.content.decode()


def test_the_still_picture_holds_both_curves_for_those_without_scripts(client: Client) -> None:
    text = page(client, made_search(50, failing=1))
    assert text.count('<svg class="chart"') == 2
    assert '<path class="failed" d="M' in text
    assert "Fitness of 49 individuals against their evolution step; best so far 89.20 %." in text
    assert text.count('<path class="initial" d="M') == 2
    assert "the initial population. Ticks at the lower edge: 1 failed." in text
    for axis in ("evolution step", "validation accuracy", "parameters"):
        assert f">{axis}</text>" in text


def test_seven_thousand_individuals_cost_no_more_queries_than_seven(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for size in (7, 7000):
        experiment = made_search(size, failing=1, planned=7000, state="running")
        # Three fold twins, one sees where the initial population ends.
        with django_assert_max_num_queries(13):
            page(client, experiment)
        with django_assert_max_num_queries(5):
            client.get(f"/experiments/{experiment.pk}/fragments/live/")


def test_nothing_stands_inline_that_the_policy_forbids(client: Client) -> None:
    text = page(client, made_search(30, planned=40, state="running"))
    for forbidden in (" style=", "<style", " onclick=", "javascript:", "hx-on"):
        assert forbidden not in text
    assert all('src="' in tag for tag in text.split("<script")[1:])


def test_cancelled_networks_are_no_progress(client: Client) -> None:
    experiment = made_search(2, planned=3, state="running")
    experiment.individuals.update(state="cancelled", fitness=None, completion=None)
    Experiment.objects.filter(pk=experiment.pk).update(evaluated=0, population=0, best=None)
    text = page(client, experiment)
    assert "0</span>" in text
    assert "/ 3 networks · 0.0 % · 2 cancelled" in text.replace("\xa0", " ")


def test_a_search_that_is_over_says_in_one_sentence_how_its_best_came_about_and_plays_how(
    client: Client,
) -> None:
    experiment = made_search(40, planned=40, state="finished")
    text = page(client, experiment)
    best = experiment.individuals.order_by("-fitness").first()
    assert best is not None
    assert 'id="winner"' in text
    assert "made it." in text if best.generation else "from the start" in text
    assert ("?replay=path#replay" in text) is bool(best.generation)
    assert 'id="winner"' not in page(client, made_search(3, planned=80, state="running"))
