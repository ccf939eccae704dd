"""The motif editor's pages and forms, read and sent as a browser without scripts does."""

import re

from django.test import Client

from search.models import Individual


def address(row: Individual, query: str = "") -> str:
    return f"/experiments/{row.experiment_id}/individuals/{row.step}/edit/{query}"


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:500]
    return str(response.content.decode())


def field(text: str, name: str) -> str:
    """The value of a hidden field of the matrix."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', text)
    assert found
    return found[1]


def selected(text: str, edge: str) -> str:
    """What the matrix offers for an edge at present."""
    found = re.search(rf'<select id="choice-{edge}".*?</select>', text)
    assert found
    chosen = re.search(r'value="(\d+)" selected', found[0])
    assert chosen
    return chosen[1]


def send(client: Client, text: str, path: str, **changes: str) -> str:
    """The matrix's form with some fields changed, and the page that answers."""
    fields = {"genotype": field(text, "genotype"), "motif": field(text, "motif")}
    response = client.post(path, {**fields, **changes}, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())
