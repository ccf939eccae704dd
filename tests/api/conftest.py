"""A client that speaks JSON, and a small finished search to ask about."""

import json
from typing import Any

import pytest
from django.core import serializers
from django.db import models, transaction
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from search import services
from search.models import Evaluation, Experiment, FitnessRecord, Genotype, Individual, Motif, MotifUse
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import claim_next, small_config, started, work_off

ROOT = "/api/v1"
TABLES: tuple[type[models.Model], ...] = (
    Genotype,
    Motif,
    MotifUse,
    Experiment,
    Evaluation,
    FitnessRecord,
    Individual,
)


class Answer:
    """What came back: its status, its headers, and the document in it."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.content: bytes = b"" if response.streaming else response.content
        is_json = response.headers.get("Content-Type", "").partition(";")[0].endswith("json")
        self.document: Any = json.loads(self.content) if is_json and self.content else None

    def __getitem__(self, name: str) -> Any:
        return self.document[name]

    @property
    def fields(self) -> list[str]:
        """The fields that a refusal names."""
        return [row["field"] for row in self.document["errors"]]

    @property
    def items(self) -> list[Any]:
        rows: list[Any] = self.document["items"]
        return rows


class Api:
    """Addresses begin behind /api/v1. A failure of the server raises, as Django's client has it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, address: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        return Answer(self.client.get(ROOT + address, query, headers=headers))

    def post(self, address: str, document: Any = None, headers: dict[str, str] | None = None) -> Answer:
        body = b"" if document is None else json.dumps(document).encode()
        return self.send(address, body, headers=headers)

    def send(
        self,
        address: str,
        body: bytes,
        *,
        method: str = "POST",
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        return Answer(
            self.client.generic(method, ROOT + address, body, content_type=content_type, headers=headers)
        )


@pytest.fixture
def api(client: Client) -> Api:
    return Api(client)


@pytest.fixture(autouse=True)
def instant_trainer(settings: Settings) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()


@pytest.fixture(scope="session")
def remembered_search(django_db_setup: None, django_db_blocker: Any) -> str:
    """The rows of a finished search of twelve individuals, one of which failed: searched once, for it takes a
    second, and gone from the database again."""
    with django_db_blocker.unblock(), override_settings(TRAINER=INSTANT_TRAINER), transaction.atomic():
        load_trainer.cache_clear()
        experiment = started(small_config(individuals=12, in_flight=1), name="Finished search")
        claim = claim_next(experiment)
        services.fail_evaluation(
            claim=claim, code="not_finite", reason="The loss was nan.", log="Traceback …"
        )
        work_off(experiment)
        rows = [row for model in TABLES for row in model._default_manager.all()]
        text: str = serializers.serialize("json", rows)
        transaction.set_rollback(True)
    return text


@pytest.fixture
def search(db: None, remembered_search: str) -> Experiment:
    """The remembered search, in the database of this test."""
    rows: list[Any] = [row.object for row in serializers.deserialize("json", remembered_search)]
    with transaction.atomic():  # an experiment names its best individual, which comes later
        for model in TABLES:
            model._default_manager.bulk_create([row for row in rows if type(row) is model])
    return Experiment.objects.get()
