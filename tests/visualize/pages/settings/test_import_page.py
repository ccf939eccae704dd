"""An experiment is taken in by a form, and what is wrong with a file stands beside it."""

import gzip
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from search.models import Experiment
from search.services import importing
from tests.search.importing.files import exported
from tests.search.searching import small_config, started, work_off
from visualize.pages.settings import transfer_views

pytestmark = pytest.mark.django_db


@pytest.fixture
def content() -> bytes:
    return exported(work_off(started(small_config(individuals=3), name="Travelled")))


def send(client: Client, content: bytes, **given: Any) -> Any:
    return client.post("/experiments/import/", {"file": SimpleUploadedFile("x.gz", content)}, **given)


def test_a_file_becomes_an_experiment(client: Client, content: bytes) -> None:
    page = send(client, content, follow=True)
    made = Experiment.objects.order_by("-pk")[0]
    assert page.redirect_chain == [(f"/experiments/{made.pk}/", 302)]
    assert "Imported with 3 individuals. Its networks were all known here." in page.content.decode()
    assert Experiment.objects.filter(name="Travelled").count() == 2


def test_a_line_that_is_not_right_is_said_beside_the_field(client: Client, content: bytes) -> None:
    broken = gzip.decompress(content).replace(b'"step":1,', b'"step":7,')
    page = send(client, broken)
    assert page.status_code == 400
    assert "individual.step must be 1, got 7." in page.content.decode()
    assert Experiment.objects.count() == 1


def test_no_file_and_an_empty_one_are_said(client: Client) -> None:
    assert "Choose a file first." in client.post("/experiments/import/").content.decode()
    assert "empty" in send(client, b"").content.decode()


def test_what_is_too_large_is_refused_before_it_is_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_BYTES", 10)
    monkeypatch.setattr(transfer_views, "ROOM_FOR_THE_FORM", 0)
    page = send(client, b"x" * 100)
    assert page.status_code == 413
    assert "at most 0 MiB are read here" in page.content.decode()


def test_another_sites_form_imports_nothing(content: bytes) -> None:
    assert send(Client(enforce_csrf_checks=True), content).status_code == 403
    assert Experiment.objects.count() == 1


def test_the_settings_link_the_export_and_the_list_the_form(client: Client, content: bytes) -> None:
    experiment = Experiment.objects.get()
    settings = client.get(f"/experiments/{experiment.pk}/settings/").content.decode()
    assert f'href="/api/v1/experiments/{experiment.pk}/export"' in settings
    assert 'href="/experiments/import/"' in client.get("/experiments/").content.decode()
