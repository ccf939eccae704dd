"""Rename, tag, note, budget, archive, clone and delete, by forms that need no script."""

import pytest
from django.test import Client

from search import services
from search.evolution.experiments.presets import preset
from search.models import Evaluation, Experiment, Individual
from tests.visualize.prose import prose
from visualize.pages.settings.forms import TAG_LENGTH

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment() -> Experiment:
    made = services.create_experiment(name="First <b>one</b>", config=preset("quick").config)
    services.start_experiment(experiment_id=made.pk)
    services.advance_experiment(experiment_id=made.pk)
    return Experiment.objects.get(pk=made.pk)


def fields(experiment: Experiment, **changes: object) -> dict[str, object]:
    return {"name": experiment.name, "tags": "", "notes": "", "individuals": 80, "in_flight": 2, **changes}


def test_words_and_budget_change_while_it_runs(client: Client, experiment: Experiment) -> None:
    answer = client.post(
        f"/experiments/{experiment.pk}/settings/",
        fields(experiment, name="Second", tags="a, b ,a,", notes="why", individuals=120, in_flight=5),
    )
    assert answer.status_code == 302
    experiment.refresh_from_db()
    assert (experiment.name, experiment.tags, experiment.notes) == ("Second", ["a", "b"], "why")
    assert experiment.individuals_planned == 120
    assert experiment.config["budget"].items() >= {"individuals": 120, "in_flight": 5}.items()


def test_a_budget_below_what_was_proposed_is_refused_beside_its_field(
    client: Client, experiment: Experiment
) -> None:
    answer = client.post(f"/experiments/{experiment.pk}/settings/", fields(experiment, individuals=1))
    assert answer.status_code == 400
    assert "has proposed 2 individuals already; its budget cannot be 1" in answer.content.decode()


def test_a_tag_that_is_too_long_is_named(client: Client, experiment: Experiment) -> None:
    answer = client.post(
        f"/experiments/{experiment.pk}/settings/", fields(experiment, tags="x" * (TAG_LENGTH + 1))
    )
    assert "is too long; a tag has at most 40 characters" in answer.content.decode()


def test_a_running_experiment_is_not_deleted(client: Client, experiment: Experiment) -> None:
    page = client.get(f"/experiments/{experiment.pk}/settings/").content.decode()
    assert "It is running. Stop it before it is deleted." in page
    answer = client.post(f"/experiments/{experiment.pk}/delete/", {"name": experiment.name}, follow=True)
    assert "stop it before it is deleted" in answer.content.decode()
    assert Experiment.objects.filter(pk=experiment.pk).exists()


def test_deletion_says_what_goes_and_wants_the_name(client: Client, experiment: Experiment) -> None:
    services.stop_experiment(experiment_id=experiment.pk)
    page = prose(client.get(f"/experiments/{experiment.pk}/settings/").content.decode())
    assert "its 2 individuals with their lineage" in page
    assert "0 trained" not in page
    assert "<b>one</b>" not in page
    client.post(f"/experiments/{experiment.pk}/delete/", {"name": "something else"})
    assert Experiment.objects.filter(pk=experiment.pk).exists()
    client.post(f"/experiments/{experiment.pk}/delete/", {"name": experiment.name})
    assert not Experiment.objects.filter(pk=experiment.pk).exists()
    assert not Individual.objects.exists()
    assert Evaluation.objects.count() == 2


def test_archived_experiments_leave_the_list_and_come_back(client: Client, experiment: Experiment) -> None:
    client.post(f"/experiments/{experiment.pk}/archive/", {"archived": "yes"})
    assert f'href="/experiments/{experiment.pk}/"' not in client.get("/experiments/").content.decode()
    assert (
        f'href="/experiments/{experiment.pk}/"' in client.get("/experiments/?archived=yes").content.decode()
    )
    client.post(f"/experiments/{experiment.pk}/archive/", {"archived": "no"})
    assert f'href="/experiments/{experiment.pk}/"' in client.get("/experiments/").content.decode()


def test_a_clone_starts_from_the_same_configuration(client: Client, experiment: Experiment) -> None:
    page = client.get(f"/experiments/new/?from={experiment.pk}").content.decode()
    assert "First &lt;b&gt;one&lt;/b&gt; (copy)" in page
    assert 'value="90"' in page
    assert client.get("/experiments/new/?from=999").status_code == 404
    assert client.get("/experiments/new/?from=x").status_code == 404


def test_notes_and_tags_of_an_individual_stand_on_its_page(client: Client, experiment: Experiment) -> None:
    address = f"/experiments/{experiment.pk}/individuals/0/"
    answer = client.post(f"{address}words/", {"tags": "odd", "notes": "<i>look</i>"}, follow=True)
    text = answer.content.decode()
    assert '<span class="tag">odd</span>' in text
    assert "&lt;i&gt;look&lt;/i&gt;" in text
    assert client.get(f"/experiments/{experiment.pk}/individuals/99/words/").status_code == 404
