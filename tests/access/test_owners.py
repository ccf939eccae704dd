"""Whose an experiment is, and what that means for what several share."""

import json
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search import services
from search.evolution.genotypes.published import PUBLISHED
from search.models import Evaluation, Experiment, IdempotentReply, Individual, Scope, WorkState
from tests.access.conftest import As, WithToken
from tests.search.searching import small_config

pytestmark = pytest.mark.django_db


def post(client: Any, address: str, document: object = None, **headers: str) -> Any:
    body = b"" if document is None else json.dumps(document).encode()
    return client.post(f"/api/v1{address}", body, content_type="application/json", headers=headers)


def test_what_one_makes_is_ones_own(as_: As, with_token: WithToken, people: dict[str, Any]) -> None:
    as_("owner").post("/experiments/new/demo/")
    made = post(with_token("stranger", Scope.RUN), "/experiments", {"preset": "quick"})
    assert made.json()["owner"] == "stranger"
    assert list(Experiment.objects.order_by("pk").values_list("owner__username", flat=True)) == [
        "owner",
        "stranger",
    ]


def test_a_forms_token_starts_nobody_elses_experiment(as_: As) -> None:
    form = {"token": "a5a2c1de-5c2b-4a7b-9d27-0123456789ab"}
    as_("owner").post("/experiments/new/demo/", form)
    said = as_("stranger").post("/experiments/new/demo/", form, follow=True)
    assert "sent by somebody else" in said.text
    assert Experiment.objects.get().owner is not None


def test_an_idempotency_key_is_ones_own(with_token: WithToken) -> None:
    """Else a guessed key would show somebody else's answer."""
    key = {"Idempotency-Key": "the-same"}
    scripts = [with_token(name, Scope.RUN) for name in ("owner", "stranger", "owner")]
    made = [post(script, "/experiments", {"preset": "quick"}, **key).json()["id"] for script in scripts]
    assert made[0] == made[2] != made[1]
    assert IdempotentReply.objects.values("caller").distinct().count() == 2


def test_a_clone_of_somebody_elses_experiment_is_ones_own(search: Experiment, with_token: WithToken) -> None:
    made = post(with_token("stranger", Scope.RUN), "/experiments", {"clone_of": search.pk})
    assert made.json()["owner"] == "stranger"


def test_an_evaluation_that_two_people_need_is_changed_by_admins_only(
    search: Experiment, with_token: WithToken, people: dict[str, Any]
) -> None:
    row = search.individuals.get(state=WorkState.FAILED)
    other = services.create_experiment(name="Other", config=small_config(), owner_id=people["stranger"].pk)
    other.proposed = 1
    other.save()
    Individual.objects.create(
        experiment=other, step=0, genotype=row.genotype, evaluation=row.evaluation, origin="initial",
        parameters=1, multiply_adds=1, state=WorkState.FAILED,
    )  # fmt: skip
    other.failed = 1
    other.state = "finished"
    other.save()
    for verb in ("retry", "cancel"):
        for name in ("owner", "stranger"):
            refused = post(with_token(name, Scope.RUN), f"/evaluations/{row.evaluation_id}/{verb}")
            assert refused.status_code == 403
    assert Evaluation.objects.get(pk=row.evaluation_id).state == WorkState.FAILED
    done = post(with_token("admin", Scope.ADMIN), f"/evaluations/{row.evaluation_id}/retry")
    assert done.json()["state"] == "waiting"


def test_somebody_elses_stopped_experiment_does_not_stand_in_the_way(
    search: Experiment, with_token: WithToken, people: dict[str, Any]
) -> None:
    """A retry leaves it as it is."""
    row = search.individuals.get(state=WorkState.FAILED)
    other = services.create_experiment(name="Other", config=small_config(), owner_id=people["stranger"].pk)
    Experiment.objects.filter(pk=other.pk).update(proposed=1, failed=1, state="stopped")
    Individual.objects.create(
        experiment=other, step=0, genotype=row.genotype, evaluation=row.evaluation, origin="initial",
        parameters=1, multiply_adds=1, state=WorkState.FAILED,
    )  # fmt: skip
    done = post(with_token("owner", Scope.RUN), f"/evaluations/{row.evaluation_id}/retry")
    assert done.status_code == 200


def test_a_genotype_of_ones_own_goes_into_ones_own_experiment(
    search: Experiment, as_: As, with_token: WithToken
) -> None:
    genotype = PUBLISHED["liu2018"].genotype.text
    form = {"in": search.pk, "genotype": genotype, "token": "a5a2c1de-5c2b-4a7b-9d27-0123456789ab"}
    assert as_("stranger").post("/editor/evaluate/", form).status_code == 403
    document = {"genotype": genotype}
    assert (
        post(with_token("stranger", Scope.RUN), f"/experiments/{search.pk}/individuals", document).status_code
        == 403
    )
    assert not search.individuals.filter(origin="human").exists()
    assert as_("owner").post("/editor/evaluate/", form).status_code == 302
    assert search.individuals.filter(origin="human").exists()


def test_the_editor_offers_only_ones_own_experiments(search: Experiment, as_: As) -> None:
    address = f"/experiments/{search.pk}/individuals/3/edit/"
    option = f'<option value="{search.pk}" data-state'
    assert option in as_("owner").get(address).text
    assert option not in as_("stranger").get(address).text
    assert "A viewer looks and tries" in as_("viewer").get(address).text


def test_without_accounts_nobody_owns_and_everything_may_be_changed(
    search: Experiment, client: Any, settings: Settings
) -> None:
    settings.ACCOUNTS = False
    Experiment.objects.update(owner=None)
    assert client.get(f"/experiments/{search.pk}/settings/").status_code == 200
    assert post(client, "/experiments", {"preset": "quick"}).json()["owner"] is None
    for address in ("/login/", "/account/", "/people/"):
        gone = client.get(address)
        assert gone.status_code == 404
        assert "NASWEB_ACCOUNTS=1" in gone.text
