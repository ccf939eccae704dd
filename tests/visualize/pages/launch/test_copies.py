"""A copy of a search has its settings, all of them, or says which it lacks."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.strategies import STRATEGIES
from search.models import Experiment
from search.tables.reports import table_names
from tests.search.shared_training_results import DOCUMENT, made_up_shared_training, shared_training_asked_for

pytestmark = pytest.mark.django_db
QUICK = PRESETS["quick"].config.to_json()
FOLDER = {"dataset": "folder:pets", "crop": None, "train_images": None, "validation_images": 9}
ODD = 0.0123456789012345
"""A fraction that no rounded text gives back."""


class FormValues(HTMLParser):
    """What a browser would send of the launch form: fields, ticked boxes, chosen options."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside = False
        self._list = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._inside |= tag == "form" and found.get("id") == "launch"
        name = found.get("name", "")
        if tag == "select":
            self._list = name
        elif tag == "textarea":
            self._text = name
        if not self._inside:
            return
        ticked = found.get("type") == "checkbox"
        if tag == "input" and name and (not ticked or "checked" in found):
            self.values[name] = found.get("value", "on" if ticked else "")
        if tag == "option" and self._list and ("selected" in found or self._list not in self.values):
            self.values[self._list] = found["value"]

    def handle_data(self, data: str) -> None:
        if self._inside and self._text:
            self.values[self._text] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "form"
        self._list = "" if tag == "select" else self._list
        self._text = "" if tag == "textarea" else self._text


def stored(document: dict[str, Any]) -> Experiment:
    config = experiment_config(document)
    return Experiment.objects.create(
        name="the source", config=config.to_json(), individuals_planned=config.budget.individuals
    )


def clone_page(client: Client, source: Experiment) -> str:
    return str(client.get(f"/experiments/new/?from={source.pk}").content.decode())


def copied(client: Client, source: Experiment) -> ExperimentConfig:
    """Launched from the form as it stands, without a change."""
    page = clone_page(client, source)
    assert "Not all of it is taken over" not in page
    answer = client.post("/experiments/new/", FormValues(page).values)
    assert answer.status_code == 302, answer.content.decode()
    made = Experiment.objects.latest("pk")
    assert made.name == "the source (copy)"
    return made.configuration


def changed(**sections: dict[str, Any]) -> dict[str, Any]:
    return QUICK | {name: QUICK[name] | section for name, section in sections.items()}


DOCUMENTS: dict[str, dict[str, Any]] = {
    **{f"preset {name}": row.config.to_json() for name, row in PRESETS.items()},
    **{f"strategy {kind}": QUICK | {"strategy": {"kind": kind, "initial_population": 7}} for kind in STRATEGIES},
    **{f"table {name}": changed(protocol={"evaluator": {"kind": "table", "table": name}}) for name in table_names()},
    "inherited weights": changed(protocol={"evaluator": {"kind": "inherit"}}),
    "odd fractions": changed(
        protocol={"learning_rate": ODD, "weight_decay": 1e-7, "momentum": 0.1 + 0.2, "drop_path": 1 / 3},
        strategy={"tournament_fraction": ODD},
        decisions={"hopeless_chance": 1 / 7, "proxy": "parameters", "proxy_share": 1 / 3},
        budget={"device_hours": 1 / 3},
    ),
    "a known fitness": changed(
        strategy={"start_from": [{"genotype": PUBLISHED["liu2018"].genotype.text, "fitness": 1 / 3}]}
    ),
    "a share of a folder": changed(protocol=FOLDER | {"validation_share": 1 / 3}),
    "needs of a worker": changed(protocol={"needs": ["gpu", "lab-2"], "memory_gib": 7}),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_copy_launched_as_it_stands_has_the_same_configuration(client: Client, name: str) -> None:
    source = stored(DOCUMENTS[name])
    assert copied(client, source) == source.configuration


def with_shared_weights(key: str) -> dict[str, Any]:
    told = DOCUMENT["protocol"] | {"evaluator": {"kind": "shared_weights", "artifact": key}}
    return {"strategy": {"kind": "random"}, "protocol": told, "budget": {"individuals": 5}}


def test_a_copy_is_scored_with_the_same_shared_weights(client: Client) -> None:
    for training in (made_up_shared_training(), shared_training_asked_for("Waits", seed=2)):
        source = stored(with_shared_weights(training.key))
        assert copied(client, source) == source.configuration


def test_it_says_that_shared_weights_or_a_table_are_not_here(client: Client) -> None:
    page = clone_page(client, stored(with_shared_weights("0" * 32)))
    assert "Its shared training is not stored here, or has failed: the copy would train each network." in page
    elsewhere = changed(protocol={"evaluator": {"kind": "table", "table": "of-another-server"}})
    page = clone_page(client, stored(elsewhere))
    assert "Its benchmark table “of-another-server” is not here: the copy would train each network." in page


def test_it_says_that_a_folder_is_looked_at_afresh(client: Client) -> None:
    content = {"fingerprint": "0123456789abcdef" * 2, "images": 60, "classes": 2}
    page = clone_page(client, stored(changed(protocol=FOLDER | {"content": content})))
    assert "The images of its folder are counted and looked at afresh when the copy begins." in page


def test_shared_weights_of_another_space_or_host_are_refused_before_the_launch(client: Client) -> None:
    training = made_up_shared_training()
    values = FormValues(clone_page(client, stored(with_shared_weights(training.key)))).values
    for change, said in (
        ({"space": "flat"}, "is a shared training of another search space"),
        ({"channels": "8"}, "host small, 4 channels"),
        ({"inherit": "on"}, "from a shared training: choose one"),
    ):
        assert said in client.post("/experiments/new/", values | change).content.decode()
    assert Experiment.objects.count() == 1


def test_the_form_offers_shared_weights_to_a_new_search_and_says_that_they_are_quick(client: Client) -> None:
    training = made_up_shared_training()
    page = client.get("/experiments/new/").content.decode()
    assert f'<option value="{training.key}">Gates on digits</option>' in page
    copy = clone_page(client, stored(with_shared_weights(training.key)))
    assert "about 10\u00a0s" in copy
