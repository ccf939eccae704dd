"""Accounts are on, and there is somebody of each role; `search` belongs to the researcher called owner."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django.fixtures import Settings

from search.models import Experiment, Role, Scope
from search.services.accounts.accounts import create_account
from search.services.accounts.tokens import create_token
from tests.api.conftest import api as api
from tests.api.conftest import instant_trainer as instant_trainer
from tests.api.conftest import remembered_search as remembered_search
from tests.api.conftest import search as search_of_nobody

__all__ = ["search_of_nobody"]
PASSWORD = "correct horse battery"
PEOPLE = {
    "viewer": Role.VIEWER,
    "owner": Role.RESEARCHER,
    "stranger": Role.RESEARCHER,
    "admin": Role.ADMIN,
}
As = Callable[..., Client]
WithToken = Callable[..., Client]


@pytest.fixture(autouse=True)
def accounts_are_on(settings: Settings) -> None:
    settings.ACCOUNTS = True
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # a real one takes half a second


@pytest.fixture
def people(db: None) -> dict[str, Any]:
    return {name: create_account(name=name, role=role, password=PASSWORD) for name, role in PEOPLE.items()}


@pytest.fixture
def search(search_of_nobody: Experiment, people: dict[str, Any]) -> Experiment:
    search_of_nobody.owner = people["owner"]
    search_of_nobody.save(update_fields=["owner"])
    return search_of_nobody


@pytest.fixture
def as_(people: dict[str, Any]) -> As:
    """as_("viewer") is a browser in which that one is logged in; as_("") one in which nobody is."""

    def browser(name: str, **options: Any) -> Client:
        client = Client(headers={"Accept": "text/html"}, **options)
        if name:
            client.force_login(get_user_model().objects.get(username=name))
        return client

    return browser


@pytest.fixture
def with_token(people: dict[str, Any]) -> WithToken:
    """with_token("owner", Scope.READ) is a script that sends such a token."""

    def script(name: str, scope: Scope = Scope.READ, *, days: int | None = None) -> Client:
        _, text = create_token(owner=people[name], name="A script", scope=scope, days=days)
        return Client(headers={"Authorization": f"Bearer {text}"}, enforce_csrf_checks=True)

    return script
