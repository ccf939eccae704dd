"""`python -m tests.benchmarks`: it measures what it says, on small numbers."""

import json
from itertools import count
from typing import Any

import pytest

from search.models import Experiment, Individual
from search.selectors.population_cache import cached_for_population
from tests.benchmarks.command import main
from tests.benchmarks.going_on import GoingOn
from tests.benchmarks.pages import missed
from tests.benchmarks.report import as_table, percentile
from tests.benchmarks.synthetic import fill
from tests.browser.drawing_times import FULL_PAGES

pytestmark = pytest.mark.django_db


def quiet(text: str) -> None:
    """Progress is not what these tests are about."""


def test_a_filled_experiment_is_one_that_a_search_could_have_left() -> None:
    experiment = fill(120, name="filled", say=quiet)
    experiment = Experiment.objects.get(pk=experiment.pk)
    rows = Individual.objects.filter(experiment=experiment)
    done = rows.filter(state="done")
    assert (rows.count(), experiment.evaluated) == (120, done.count())
    assert experiment.failed == rows.filter(state="failed").count() > 0
    assert rows.filter(state__in=Individual.OPEN).count() == 16
    completions = done.order_by("completion").values_list("completion", flat=True)
    assert list(completions) == list(range(experiment.population))
    assert experiment.best is not None
    assert not done.filter(fitness__gt=experiment.best.fitness).exists()


def test_every_page_of_the_table_answers(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.EMBEDDED = True
    main(["pages", "--here", "--json", "--individuals=700", "--requests=1"])
    report = json.loads(capsys.readouterr().out)
    assert {row["page"]: row["status"] for row in report["pages"] if row["status"] != 200} == {}
    assert len(report["pages"]) > 50
    assert all(row["after p95 ms"] > 0 for row in report["pages"])
    joined = Individual.objects.filter(experiment__name="benchmark 700").count() - 700
    assert joined == len(report["pages"])  # one before each request that asks for news
    assert set(FULL_PAGES) <= {row["page"] for row in report["pages"]}  # those that a browser times
    assert report["machine"]["cores"]
    [whole] = report["curves"]
    assert 0 < whole["kB"] < whole["target kB"]


def test_between_two_requests_one_individual_ends_and_what_was_kept_is_read_again() -> None:
    experiment = fill(120, name="filled", say=quiet)
    going_on, read = GoingOn(experiment), count()
    as_it_was = Experiment.objects.get()  # seen so, its numbers are kept, however far it has come
    for number in range(5):
        experiment.refresh_from_db()
        before = (experiment.proposed, experiment.evaluated + experiment.failed)
        assert [cached_for_population("numbers", as_it_was, lambda: next(read)) for _ in range(2)] == [
            number,
            number,
        ]
        going_on()
        experiment.refresh_from_db()
        after = (experiment.proposed, experiment.evaluated + experiment.failed)
        assert after == (before[0] + 1, before[1] + 1)
        assert experiment.state == "running"


def test_what_misses_its_target_is_named() -> None:
    good = {"page": "a", "status": 200, "p95 ms": 90.0, "after p95 ms": 99.0}
    rows = [good, good | {"page": "b", "p95 ms": 101.0}, good | {"page": "c", "after p95 ms": 200.0}]
    rows += [good | {"page": "d", "status": 500}]
    assert missed(rows, 100.0) == ["b", "c (after a change)", "d"]


def test_the_loop_counts_what_ended_and_what_was_trained(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    main(["loop", "--here", "--json", "--evaluations=5", "--in-flight=2"])
    [row] = json.loads(capsys.readouterr().out)["loop"]
    assert 5 <= row["ended"] == row["trained"] < 10
    assert 0 < row["queries each"] < 60


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 21)]
    assert [percentile(values, share) for share in (0.5, 0.95, 1.0)] == [10.0, 19.0, 20.0]
    assert percentile([7.0], 0.95) == 7.0


def test_a_table_has_numbers_to_the_right_and_words_to_the_left() -> None:
    assert as_table([{"page": "a", "ms": 1.25}, {"page": "longer", "ms": 1000}]) == (
        "page       ms\na        1.25\nlonger  1,000"
    )
