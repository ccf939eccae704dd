"""The population's columns stay as they were last chosen."""

import re

import pytest
from django.test import Client

from tests.search.populations import Population

pytestmark = pytest.mark.django_db


def shown(client: Client, address: str) -> set[str]:
    text = client.get(address).content.decode()
    return set(re.findall(r'name="columns" value="(\w+)" checked', text))


def test_columns_that_were_chosen_stay_for_every_experiment_until_others_are(client: Client) -> None:
    first, second = (f"/experiments/{Population(name).experiment.pk}/" for name in ("one", "two"))
    usual = shown(client, first)
    assert usual != {"fitness"}
    assert shown(client, f"{first}?columns=fitness") == {"fitness"}
    assert shown(client, second) == {"fitness"}
    assert shown(client, f"{second}?columns=fitness&columns=parent") == {"fitness", "parent"}
    assert shown(client, first) == {"fitness", "parent"}


def test_a_cookie_of_nonsense_changes_nothing(client: Client) -> None:
    address = f"/experiments/{Population().experiment.pk}/"
    usual = shown(client, address)
    client.cookies["population_columns"] = "<script>,nothing"
    assert shown(client, address) == usual
