"""The pages of experiments as a person uses them, in a real browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.visualize.searches import in_training, made_search

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POPULATION = ".population-table tbody tr"
PATIENCE = 20_000
"""Milliseconds: the first genotype page of a process starts the one that draws."""


def finish(experiment: Experiment, fitness: float) -> None:
    """One more individual comes to its end."""
    row = in_training(experiment)
    row.state, row.fitness, row.best_so_far = "done", fitness, 0.99
    row.completion, row.finished_at = experiment.population, timezone.now()
    row.save()
    experiment.population += 1
    experiment.evaluated += 1
    experiment.save()


def test_the_demo_is_launched_with_one_click(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/")
    page.get_by_role("button", name="Run the quick demo").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quick demo")
    expect(page.locator(".page-head .badge")).to_have_text("Running")
    assert Experiment.objects.count() == 1


def test_a_preset_fills_the_form_the_estimate_follows_it_and_launch_starts_it(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/experiments/new/")
    page.get_by_role("link", name="Fashion-MNIST").click()
    expect(page.get_by_label("Networks to try")).to_have_value("200")
    page.get_by_label("Networks to try").fill("12")
    expect(page.locator("#estimate")).to_contain_text("12 ×")
    page.get_by_label("Networks to try").fill("0")
    expect(page.locator("#estimate")).to_contain_text("Correct Networks to try")
    page.get_by_role("button", name="Launch").click()
    expect(page.locator("[data-field=individuals] .error")).to_contain_text(
        "Write a number from 1 to 1,000,000, not 0."
    )
    page.get_by_label("Networks to try").fill("12")
    page.get_by_role("button", name="Launch").click()
    expect(page.locator(".page-head .badge")).to_have_text("Running")
    assert Experiment.objects.get().individuals_planned == 12


def test_the_list_is_filtered_while_one_types(page: Page, live_server: LiveServer) -> None:
    for name in ("alpha", "beta"):
        made_search(3, name=name, state="running", planned=9)
    page.goto(f"{live_server.url}/experiments/")
    rows = page.locator(".experiment-table tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Name").press_sequentially("bet")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("beta")
    assert "name=bet" in page.url
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("State").select_option("paused")
    expect(page.get_by_text("No experiment matches")).to_be_visible()


def test_curve_progress_table_and_title_follow_the_search_and_stop_at_its_end(
    page: Page, live_server: LiveServer
) -> None:
    experiment = made_search(3, planned=8, state="running")
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    expect(page).to_have_title("37 % · a search · nasweb")
    expect(page.locator("#curves")).to_have_attribute("data-state", "streaming")
    expect(page.locator(POPULATION)).to_have_count(3)
    for fitness in (0.91, 0.95):
        finish(experiment, fitness)
    expect(page.locator(".progress-line")).to_contain_text("5 / 8 networks")
    expect(page).to_have_title("62 % · a search · nasweb")
    expect(page.locator(POPULATION)).to_have_count(5, timeout=9000)
    page.locator("[data-plot=fitness]").press("End")
    expect(page.locator(".curve-tip")).to_contain_text("#4 95.00")
    for fitness in (0.5, 0.5, 0.97):
        finish(experiment, fitness)
    Experiment.objects.filter(pk=experiment.pk).update(state="finished", finished_at=timezone.now())
    expect(page.locator(".page-head .badge")).to_have_text("Finished")
    expect(page).to_have_title("a search · nasweb")
    expect(page.locator("#curves")).to_have_attribute("data-state", "done")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3000)
    assert [url for url in asked if "curves" in url or "live" in url] == []


def test_pause_resume_and_stop_with_its_question(page: Page, live_server: LiveServer) -> None:
    experiment = made_search(3, planned=8, state="running")
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    badge = page.locator(".page-head .badge")
    page.get_by_role("button", name="Pause").click()
    expect(badge).to_have_text("Paused")
    expect(page.get_by_role("status").filter(has_text="Paused. What is in training")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(badge).to_have_text("Running")
    page.get_by_role("link", name="Stop").click()
    page.get_by_role("link", name="Keep it running").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Stop").click()
    page.get_by_role("button", name="Stop the search").click()
    expect(badge).to_have_text("Stopped")


def test_pointing_at_a_dot_names_the_individual_and_a_click_opens_it(
    page: Page, live_server: LiveServer
) -> None:
    experiment = made_search(40)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    over = page.locator("[data-plot=fitness] .u-over")
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 20 / 40, box["y"] + box["height"] / 2)
    for height in range(0, int(box["height"]), 8):
        page.mouse.move(box["x"] + box["width"] * 20 / 40, box["y"] + height)
        if page.locator(".curve-tip").is_visible():
            break
    expect(page.locator(".curve-tip")).to_contain_text("parameters")
    name = page.locator(".curve-tip strong").inner_text()
    page.mouse.click(box["x"] + box["width"] * 20 / 40, box["y"] + height)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name, timeout=PATIENCE)


def test_the_curve_is_read_by_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    experiment = made_search(120)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    curve = page.get_by_role("group", name="Fitness of each individual")
    for key in ("Home", "ArrowRight", "PageDown", "ArrowLeft"):
        curve.press(key)
    expect(page.locator(".curve-tip strong")).to_have_text("#50")
    curve.press("Escape")
    expect(page.locator(".curve-tip")).to_be_hidden()
    curve.press("End")
    curve.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("#119", timeout=PATIENCE)


def test_the_table_is_sorted_filtered_and_paged_in_place_and_back_undoes_it(
    page: Page, live_server: LiveServer
) -> None:
    experiment = made_search(60, failing=3)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Filter the population").fill("step>10")
    page.keyboard.press("Enter")
    expect(page.locator("#population")).to_contain_text("49 networks match")
    page.get_by_role("link", name="Params").click()
    expect(page.locator(POPULATION).first).to_contain_text("#11")
    assert page.evaluate("document.activeElement.id") == "sort-parameters"
    page.get_by_role("link", name="Next").click()
    expect(page.locator(POPULATION).first).to_contain_text("#36")
    assert page.evaluate("window.sameDocument")
    assert "q=step%3E10" in page.url
    assert "page=2" in page.url
    page.go_back()
    expect(page.locator(POPULATION).first).to_contain_text("#11")
    page.goto(page.url)
    expect(page.locator(POPULATION).first).to_contain_text("#11")


def test_two_rows_are_ticked_and_compared(page: Page, live_server: LiveServer) -> None:
    experiment = made_search(30)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    page.get_by_label("Pick #29 to compare").check()
    page.get_by_label("Pick #27 to compare").check()
    page.click("#pick [data-most='2']")
    expect(page).to_have_url(f"{live_server.url}/diff/?left={experiment.pk}/27&right={experiment.pk}/29")
    expect(page.locator(".verdict")).to_be_visible()


def test_a_filter_that_cannot_be_read_says_so_in_place(page: Page, live_server: LiveServer) -> None:
    experiment = made_search(6)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    page.get_by_label("Filter the population").fill("fitnes>0.5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("unknown field")
    page.get_by_role("link", name="Clear the filter").click()
    expect(page.locator(POPULATION)).to_have_count(6)
