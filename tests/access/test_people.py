"""Accounts by the admins' page and by command."""

import io
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from search.models import Account, Experiment, Role
from search.selectors.accounts import role_of
from tests.access.conftest import As

pytestmark = pytest.mark.django_db


def user(name: str) -> Any:
    return get_user_model().objects.get(username=name)


def run(*words: object) -> str:
    out = io.StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()


def test_an_admin_makes_an_account_whose_password_is_shown_once(as_: As) -> None:
    admin = as_("admin")
    made = admin.post("/people/new/", {"name": "ada", "role": "researcher"})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    password = re.search(r'id="new-password">([^<]+)<', made.text)
    assert password is not None
    assert password[1] not in admin.get("/people/").text
    assert Client().login(username="ada", password=password[1])
    assert role_of(user("ada")) == Role.RESEARCHER


@pytest.mark.parametrize(
    "name, why", [("owner", "already"), ("OWNER", "already"), ("a b", "cannot be a name"), ("<b>", "name")]
)
def test_a_bad_name_is_refused(as_: As, name: str, why: str) -> None:
    refused = as_("admin").post("/people/new/", {"name": name, "role": "viewer"})
    assert refused.status_code == 409
    assert why in refused.text
    assert "<b>" not in refused.text


def test_an_admin_changes_roles_closes_opens_and_sets_passwords(as_: As) -> None:
    admin, address = as_("admin"), f"/people/{user('viewer').pk}/"
    admin.post(address, {"do": "role", "role": "researcher"})
    assert role_of(user("viewer")) == Role.RESEARCHER
    admin.post(address, {"do": "close"})
    assert role_of(user("viewer")) is None
    assert "Closed" in admin.get("/people/").text
    admin.post(address, {"do": "open"})
    assert role_of(user("viewer")) == Role.RESEARCHER
    shown = re.search(r'id="new-password">([^<]+)<', admin.post(address, {"do": "password"}).text)
    assert shown is not None
    assert Client().login(username="viewer", password=shown[1])
    assert admin.post(address, {"do": "promote"}).status_code == 400
    assert admin.post("/people/987654/", {"do": "close"}).status_code == 404


@pytest.mark.parametrize("form", [{"do": "role", "role": "viewer"}, {"do": "close"}])
def test_the_last_admin_stays(as_: As, form: dict[str, str]) -> None:
    admin = as_("admin")
    said = admin.post(f"/people/{user('admin').pk}/", form, follow=True)
    assert "admin is the last admin" in said.text
    assert role_of(user("admin")) == Role.ADMIN


def test_the_pages_show_only_what_the_role_allows(as_: As, search: Experiment) -> None:
    pages = {
        name: as_(name).get(f"/experiments/{search.pk}/").text
        for name in ("viewer", "stranger", "owner", "admin")
    }
    shown = {name: "Settings</a>" in text for name, text in pages.items()}
    assert shown == {"viewer": False, "stranger": False, "owner": True, "admin": True}
    assert "by <bdi>owner</bdi>" in pages["viewer"]
    assert {name: 'href="/people/"' in text for name, text in pages.items()} == {
        "viewer": False,
        "stranger": False,
        "owner": False,
        "admin": True,
    }
    word = f"/experiments/{search.pk}/individuals/3/words/"
    for name, expected in shown.items():
        assert (word in as_(name).get(f"/experiments/{search.pk}/individuals/3/").text) is expected


def test_an_experiment_without_an_owner_is_the_admins(as_: As, search: Experiment) -> None:
    Experiment.objects.update(owner=None)
    address = f"/experiments/{search.pk}/settings/"
    refused = as_("owner").get(address)
    assert refused.status_code == 403
    assert "has no owner" in refused.text
    assert as_("admin").get(address).status_code == 200


def test_commands_make_list_change_and_close_accounts(as_: As, search: Experiment) -> None:
    password = run("accounts", "create", "ada", "--role", "researcher", "--generate").split()[-1]
    assert Client().login(username="ada", password=password)
    run("accounts", "role", "ada", "admin")
    assert re.search(r"^ada +admin +0 experiments$", run("accounts", "list"), re.MULTILINE)
    run("accounts", "close", "ada")
    assert re.search(r"^ada +closed", run("accounts", "list"), re.MULTILINE)
    run("accounts", "open", "ada")
    again = run("accounts", "password", "ada", "--generate").split()[-1]
    assert Client().login(username="ada", password=again)
    run("accounts", "give", "ada", search.pk)
    assert Experiment.objects.get().owner == user("ada")
    Experiment.objects.update(owner=None)
    assert run("accounts", "give", "owner", "--ownerless") == "owner owns 1 more.\n"


@pytest.mark.parametrize(
    "words, why",
    [
        (("close", "nobody"), "no account nobody"),
        (("close", "admin"), "last admin"),
        (("give", "owner", "4711"), "no experiment 4711"),
        (("give", "owner"), "--ownerless"),
        (("create", "viewer", "--generate"), "already"),
    ],
)
def test_commands_say_what_is_wrong(people: object, words: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run("accounts", *words)


def test_somebody_without_an_account_row_reads(people: object) -> None:
    Account.objects.all().delete()
    assert role_of(user("admin")) == Role.VIEWER
    user_of_django = get_user_model().objects.create_superuser("root")
    assert role_of(user_of_django) == Role.ADMIN
