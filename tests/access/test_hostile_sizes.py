"""What is long, deep or many is refused before it costs anything."""

import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from search.api.bodies import MOST_BYTES
from search.evolution.genotypes.genotype import MAX_DOCUMENT, GenotypeError, parse_genotype
from search.models import Experiment
from search.selectors.query import MAX_WORDS, QueryError, parse_query
from tests.api.conftest import Api

SECONDS = 2.0
"""Of the processor, for one refusal: a hundred times what it takes."""


@pytest.fixture(autouse=True)
def without_accounts(settings: Settings) -> None:
    settings.ACCOUNTS = False


DOCUMENTS = {
    "long": "hierarchical:" + "1" * MAX_DOCUMENT,
    "deep": '{"space": "hierarchical", "levels": ' + "[" * 40_000 + "]" * 40_000 + "}",
    "deep within objects": '{"space": ' + '{"levels":' * 9_000 + "1" + "}" * 9_000 + "}",
    "huge number": '{"space": "hierarchical", "levels": [[[[' + "9" * 90_000 + "]]]]}",
    "huge exponent": '{"space": "hierarchical", "levels": [[[[1e999999999]]]]}',
    "many motifs": '{"space": {"levels": [{"motifs": 1000000000, "nodes": 4}]}, "levels": []}',
    "many nodes": '{"space": {"levels": [{"motifs": 1, "nodes": 1000000000}]}, "levels": []}',
    "many levels": '{"space": {"levels": ['
    + ",".join(['{"motifs": 6, "nodes": 4}'] * 3_000)
    + ']}, "levels": []}',
    "many fields": "{" + ",".join(f'"field{number}": 1' for number in range(8_000)) + "}",
    "digits of another script": "hierarchical:" + "\u0661" * 50,
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_genotype_is_refused_before_it_costs_anything(document: str) -> None:
    began = time.process_time()
    with pytest.raises(GenotypeError) as refusal:
        parse_genotype(document)
    assert time.process_time() - began < SECONDS
    assert len(str(refusal.value)) < 2_000, "it does not repeat what it was sent"


@pytest.mark.django_db
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_pages_and_the_api_say_so(document: str, api: Api) -> None:
    page = api.client.post("/editor/", {"start": document})
    assert page.status_code == 422
    answer = api.post("/genotypes/preview", {"genotype": document})
    assert answer.status in (200, 422)
    if answer.status == 200:
        assert answer["valid"] is False
    assert len(answer.content) < 10_000
    if document.startswith("{") and len(document) < MOST_BYTES:
        raw = api.send("/genotypes/preview", b'{"genotype": ' + document.encode() + b"}")
        assert raw.status in (200, 400, 422)


@pytest.mark.parametrize(
    "text, why",
    [
        ("fitness>1 " * 21, "terms"),
        ("x" * 1001, "characters"),
        ("tag:" + ",".join("abcdefghij"[number % 10] for number in range(MAX_WORDS + 1)), "words"),
        ("tag:a,b,c " * 15, "words"),
    ],
)
def test_a_filter_has_so_many_terms_and_words_and_no_more(text: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        parse_query(text)


@pytest.mark.django_db
def test_the_largest_filter_is_answered_in_time(search: Experiment, api: Api) -> None:
    words = " ".join(["-tag:a,b", "op:sep3x3>=0", "motif:ab"] * 6)
    began = time.process_time()
    assert api.get(f"/experiments/{search.pk}/individuals", query=words).status == 200
    assert time.process_time() - began < SECONDS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/login/", "/editor/", "/experiments/new/", "/experiments/new/demo/", "/account/"]
)
def test_a_form_takes_no_file(client: Client, path: str, settings: Settings) -> None:
    """Whoever asks: Django reads the whole of a form before it knows, for the token in it."""
    kept: list[int] = []
    settings.FILE_UPLOAD_HANDLERS = [settings.FILE_UPLOAD_HANDLERS[0], f"{__name__}.Counting"]
    Counting.kept = kept
    asked = Client(enforce_csrf_checks=True)
    for browser in (client, asked):
        answer = browser.post(path, {"file": SimpleUploadedFile("big.bin", b"x" * 2**18), "name": "x"})
        assert answer.status_code < 500
    assert kept == []


class Counting:
    """Stands where a handler would write to the disk."""

    kept: list[int] = []  # noqa: RUF012 - set by the test
    chunk_size = 2**16

    def __init__(self, request: object = None) -> None:
        self.request = request

    def handle_raw_input(self, *args: object, **kwargs: object) -> None:
        return None

    def new_file(self, *args: object, **kwargs: object) -> None:
        self.kept.append(0)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.kept.append(len(raw_data))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def upload_complete(self) -> None:
        return None

    def upload_interrupted(self) -> None:
        return None


@pytest.mark.django_db
def test_a_form_has_so_many_fields_and_bytes_and_no_more(client: Client) -> None:
    assert client.post("/experiments/new/", {f"f{number}": "1" for number in range(1100)}).status_code == 400
    assert client.post("/editor/", {"start": "x" * 3 * 2**20}).status_code == 400


@pytest.mark.django_db
def test_words_have_their_length(search: Experiment, api: Api) -> None:
    long_name, many_tags = {"name": "x" * 201}, {"tags": ["x"] * 21}
    for document in (long_name, many_tags, {"tags": ["x" * 41]}, {"notes": "x" * 20_001}):
        body = json.dumps(document).encode()
        assert api.send(f"/experiments/{search.pk}", body, method="PATCH").status == 422
        assert api.client.post(f"/experiments/{search.pk}/settings/", document).status_code == 400
