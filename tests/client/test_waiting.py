"""Whoever waits for a search waits on while its server or the database is away."""

from typing import Any

import pytest

from nasweb.client import Client, waiting
from nasweb.client.errors import ApiError, NaswebError, ServerUnreachable
from nasweb.client.transport import Transport
from search import services
from tests.search.searching import started

pytestmark = pytest.mark.django_db(transaction=True)
TROUBLES: list[NaswebError] = [
    ApiError(503, {"type": "/api/v1/problems#unavailable", "title": "The database does not answer"}),
    ApiError(502, {"title": "Bad gateway"}),
    ServerUnreachable("does not answer", refused=True),
]


def test_waiting_survives_a_server_that_is_away(server: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It died after six seconds."""
    monkeypatch.setattr(waiting, "AWAY_SECONDS", 0.001)
    experiment, call, troubles = started(), Transport.call, TROUBLES * 4

    def troubled(self: Transport, method: str, path: str, **given: Any) -> Any:
        if path.endswith("/wait") and troubles:
            if len(troubles) == 1:
                services.stop_experiment(experiment_id=experiment.pk)
            raise troubles.pop()
        return call(self, method, path, **given)

    handle = server.experiments.get(experiment.pk)
    monkeypatch.setattr(Transport, "call", troubled)
    handle.wait(progress=False, timeout=60)
    assert not troubles


def test_a_refusal_ends_the_waiting(server: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = server.experiments.get(started().pk)

    def refuse(*_: object, **__: object) -> Any:
        raise ApiError(403, {"title": "Not allowed"})

    monkeypatch.setattr(waiting, "next_record", refuse)
    with pytest.raises(ApiError, match="Not allowed"):
        handle.wait(progress=False, timeout=60)
