"""What stands where a page cannot be had."""

from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_an_unknown_address_leads_back(client: Client) -> None:
    response = client.get("/nowhere/<b>")
    text = response.content.decode()
    assert response.status_code == 404
    assert "There is nothing at this address." in text
    assert 'href="/experiments/"' in text
    assert "<b>" not in text


@pytest.mark.parametrize("headers,whole", [({}, True), ({"HX-Request": "true"}, False)])
def test_a_fault_of_ours_is_a_page_or_a_part_with_a_way_on(
    client: Client, headers: dict[str, str], whole: bool
) -> None:
    client.raise_request_exception = False
    with patch("visualize.pages.experiments.views.selectors.experiments", side_effect=RuntimeError("secret")):
        response = client.get("/experiments/?page=2", headers=headers)
    text = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong" in text
    assert ("<html" in text) is whole
    assert "secret" not in text
    assert whole or 'href="/experiments/?page=2"' in text


def test_the_fault_page_needs_no_database(client: Client) -> None:
    client.raise_request_exception = False
    away: Any = RuntimeError("the database is away")
    with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=away):
        response = client.get("/experiments/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


def test_an_outdated_form_says_that_nothing_was_changed() -> None:
    response = Client(enforce_csrf_checks=True).post("/experiments/1/pause/")
    assert response.status_code == 403
    assert "Nothing was changed." in response.content.decode()
