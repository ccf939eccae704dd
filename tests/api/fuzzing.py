"""What both fuzzers ask about, on a PostgreSQL of their own: integers beyond 64 bits, NUL and half surrogates are
refused there and not by SQLite.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.utils import ConnectionHandler
from django.test import override_settings

from nasweb import environment
from nasweb.wsgi import application
from search import services
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment
from search.services.proposing.genotypes import resolved_motifs, store_genotype
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.databases import new_database
from tests.search.searching import claim_next, created, small_config, started, work_off

CELLS = (PUBLISHED["liu2018"].genotype, trivial_genotype(SPACES["flat"]))
KNOWN: dict[str, list[Any]] = {
    "experiment_id": [1, 2, 3],
    "step": [0, 1, 5],
    "evaluation_id": [1, 2, 9],
    "final_id": [1, 2, 9],
    "study_id": [1, 2, 9],
    "training_id": [1, 2, 9],
    "key": [cell.key for cell in CELLS],
    "other": [cell.key for cell in CELLS],
    "name": ["L2-M1", "flattened"],
    "motif_key": [key for key, _ in resolved_motifs(CELLS[0]).values()][:3],
}
"""What most requests ask about; the others ask about what does not exist."""


@pytest.fixture(scope="module")
def postgresql(postgresql_url: str, django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    """A migrated database of the module's own, in the place of the default one."""
    name = request.module.__name__.rpartition(".")[2]
    before = connections["default"]
    with (
        new_database(postgresql_url, name) as database,
        django_db_blocker.unblock(),
        override_settings(TRAINER=INSTANT_TRAINER),
    ):
        handler = ConnectionHandler({"default": environment.database(database.address)})
        connections["default"] = handler["default"]
        load_trainer.cache_clear()
        assert connection.vendor == "postgresql"
        call_command("migrate", verbosity=0)
        yield
        connections["default"].close()
    connections["default"] = before


@pytest.fixture(scope="module", autouse=True)
def something_to_ask_about(postgresql: None) -> None:
    """A finished search with a failure, a draft and a running search: experiments 1, 2 and 3 of a new database."""
    with transaction.atomic():
        for genotype in CELLS:
            store_genotype(genotype, build_phenotype(genotype))
    finished = started(small_config(individuals=8, in_flight=1), name="Finished")
    services.fail_evaluation(claim=claim_next(finished), code="error", reason="broken", log="Traceback")
    work_off(finished)
    created(name="Draft")
    claim_next(started(small_config(individuals=30), name="Running"))
    assert list(Experiment.objects.order_by("pk").values_list("pk", flat=True)) == KNOWN["experiment_id"]


@schemathesis.serializer("application/jsonl", "application/gzip")
def as_file(_: Any, value: Any) -> bytes:
    """What is drawn for a file that is imported."""
    return value if isinstance(value, bytes) else str(value).encode()


def config(examples: int, **more: Any) -> "schemathesis.Config":
    """So many examples for each operation, always the same."""
    return schemathesis.Config.from_dict(
        {
            "seed": 1,
            "dictionaries": {name: {"values": values} for name, values in KNOWN.items()},
            "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.7} for name in KNOWN},
            "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
            **more,
        }
    )


def answer_and_close(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The application as servers call it. Schemathesis closes no answer, so exports would keep their places."""
    with closing(application(environ, start_response)) as answer:
        return [b"".join(answer)]


def wait_no_longer(case: "schemathesis.Case[Any]") -> None:
    """An operation that waits for a search is asked to answer at once."""
    if case.path.endswith("/wait"):
        seconds = (case.query or {}).get("seconds", "9")
        case.query = {**(case.query or {}), "seconds": "0" if str(seconds).isdigit() else seconds}
