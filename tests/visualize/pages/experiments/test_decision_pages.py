"""Early decisions as people meet them: the form's fold, the estimate, the search's page and the individual's."""

import re
from typing import Any

import pytest
from django.test import Client

from search.evolution.estimates.search_cost import trained_share
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.presets import PRESETS
from search.models import Experiment
from search.worker import attempts
from tests.search.decisions.curved import CurvedTrainer
from tests.search.searching import small_config, started, work_off
from tests.visualize.pages.launch.test_forms import filled
from visualize.pages.diff.fitness_verdict import fitness_verdict
from visualize.pages.experiments.configuration_summary import configuration_facts, outcome_facts
from visualize.pages.launch.form import initial_values

ALL: dict[str, Any] = {
    "hopeless_chance": 0.01, "halving": 3, "rungs": 2, "first_repeats": 1, "proxy": "multiply_adds", "proxy_share": 0.3,
}  # fmt: skip


def decided(**decisions: Any) -> ExperimentConfig:
    document = PRESETS["quick"].config.to_json()
    document["protocol"]["repeats"] = 4
    document["decisions"] = decisions
    return ExperimentConfig.model_validate(document)


def test_the_forms_fold_carries_every_decision_there_and_back() -> None:
    config = decided(**ALL)
    form = filled(**{**initial_values(config), "name": "decided"})
    assert form.is_valid(), form.errors
    assert form.config == config
    (group,) = [group for group in form.groups if group["title"] == "Early decisions"]
    assert group["folded"]
    assert len(group["fields"]) == 6


@pytest.mark.parametrize(
    "changes,field,message",
    [
        ({"halving": 1}, "halving", "would keep all"),
        ({"first_repeats": 4}, "first_repeats", "leaves none of the 4 repeats"),
        ({"hopeless_per_cent": 1, "strategy": "random"}, "hopeless_per_cent", "nobody leaves"),
        (
            {"hopeless_per_cent": 60},
            "hopeless_per_cent",
            "50\N{NO-BREAK SPACE}%, not 60",
        ),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(
    changes: dict[str, Any], field: str, message: str
) -> None:
    form = filled(**changes)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert message in form.errors[field][0]


def test_the_estimate_counts_what_decisions_leave() -> None:
    assert trained_share(decided()) == 1
    assert trained_share(decided(halving=2, rungs=1)) == pytest.approx((0.25 + 0.375 + 3 / 2) / 4)
    assert trained_share(decided(first_repeats=1)) == pytest.approx(1 / 4 + 1 / 12)
    assert trained_share(decided(hopeless_chance=0.1)) == 1


def test_a_configuration_says_what_it_decides_early() -> None:
    facts = dict(configuration_facts(decided(**ALL)))
    assert facts["Halving"] == "one in 3 goes on after 1/4 and 1/2 of the steps"
    assert " ".join(facts["Children refused"].split()) == "the worst 30 % by multiply-adds"
    assert not {"Halving", "Hopeless"} & dict(configuration_facts(decided())).keys()


@pytest.fixture
def curved(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.CHECKPOINT_DIR = tmp_path
    trainer = CurvedTrainer()
    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)


@pytest.fixture
def experiment(db: None, curved: None) -> Experiment:
    config = small_config(
        individuals=16,
        in_flight=1,
        strategy={"initial_population": 10},
        protocol={"steps": 40, "repeats": 2},
        decisions={"halving": 2, "rungs": 1, "first_repeats": 1, "proxy": "parameters"},
    )
    return work_off(started(config))


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_pages_say_who_waits_and_why_and_on_how_many_repeats_a_fitness_rests(
    client: Client, experiment: Experiment
) -> None:
    text = page(client, f"/experiments/{experiment.pk}/")
    assert f"{experiment.stopped_early} trainings are stopped or wait at a rung;" in text
    assert "children were refused before training" in text
    assert ">Waits at a rung</span>" in text
    waits = experiment.individuals.filter(state="cancelled").first()
    assert waits is not None
    text = page(client, f"/experiments/{experiment.pk}/individuals/{waits.step}/")
    assert re.search(r"Its training <[^>]+>waits<", text)
    assert waits.reason in text
    assert "Try again" in text
    text = page(client, f"/experiments/{experiment.pk}/individuals/{waits.step}/?tab=training")
    assert 'class="validation"' in text, "the curve until then is drawn"
    assert experiment.best is not None
    text = page(client, f"/experiments/{experiment.pk}/individuals/{experiment.best.step}/")
    assert "2 of 2 repeats" in text
    again = experiment.individuals.filter(origin="confirmation").first()
    assert again is not None
    text = page(client, f"/experiments/{experiment.pk}/individuals/{again.step}/")
    assert "a lead must last" in text


def test_what_was_stopped_is_found_counted_and_in_the_api(client: Client, experiment: Experiment) -> None:
    stopped = experiment.stopped_early
    assert stopped > 0
    assert ("Stopped early", f"{stopped} individuals") in outcome_facts(experiment, [])
    found = page(client, f"/experiments/{experiment.pk}/?q=stopped%3E0")
    assert f"{stopped} " in found
    api = f"/api/v1/experiments/{experiment.pk}"
    assert client.get(api).json()["stopped_early"] == stopped
    rows = client.get(f"{api}/individuals?limit=100").json()["items"]
    assert sum(row["stopped_at"] == 10 for row in rows) == stopped
    assert {row["repeats"] for row in rows} == {1, 2}


def test_a_comparison_takes_the_repeats_that_a_fitness_rests_on(experiment: Experiment) -> None:
    rows = experiment.individuals.select_related("evaluation", "experiment")
    once, stopped = rows.filter(repeats=1, state="done").first(), rows.filter(state="cancelled").first()
    assert once is not None
    assert stopped is not None
    twice = rows.filter(repeats=2, state="done").exclude(evaluation=once.evaluation_id).first()
    verdict = fitness_verdict(once, twice, same_network=False)
    assert verdict.kind == "unknown"
    assert "One repeat for one of them" in verdict.text
    why = fitness_verdict(once, stopped, same_network=False).text
    assert why == f"#{stopped.step} was stopped early, at step 10 of its training."
