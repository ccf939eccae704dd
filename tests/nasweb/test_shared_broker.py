"""Two installations on one database of Redis: their keys differ, and where they cannot, they are told."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from unittest.mock import Mock

import pytest
import redis

from nasweb import shared_broker
from nasweb.celery import app
from nasweb.environment import broker_key_prefix, database, sqlite
from nasweb.shared_broker import tell_of_another_installation
from search import tasks

pytestmark = pytest.mark.service


def test_each_database_has_a_prefix_of_its_own_and_the_same_on_all_machines() -> None:
    here = database("postgres://me:secret@db.example.org:5432/nas")
    there = database("postgres://worker:other@10.0.0.7/nas")
    other = database("postgres://me:secret@db.example.org:5432/nas2")
    assert broker_key_prefix(here) == broker_key_prefix(there)
    files = [sqlite(path) for path in ("/a/nasweb.sqlite3", "/b/nasweb.sqlite3")]
    assert len({broker_key_prefix(one) for one in (here, other, *files)}) == 4


@pytest.mark.django_db(transaction=True)
def test_messages_of_one_installation_are_not_seen_by_the_other(broker: str) -> None:
    options = app.conf.broker_transport_options
    ours = options["global_keyprefix"]
    tasks.advance.delay(1)
    with closing(redis.Redis.from_url(broker)) as client:
        assert client.llen(f"{ours}steps") == 1
        assert client.llen("steps") == 0
    options["global_keyprefix"] = "nasweb-another:"
    app._after_fork()
    try:
        tasks.advance.delay(2)
        with closing(redis.Redis.from_url(broker)) as client:
            assert (client.llen(f"{ours}steps"), client.llen("nasweb-another:steps")) == (1, 1)
    finally:
        options["global_keyprefix"] = ours
        app._after_fork()


@contextmanager
def installation(monkeypatch: pytest.MonkeyPatch, name: bytes) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(shared_broker, "this_installation", lambda: name)
        patch.setattr(shared_broker, "connection", Mock(vendor="postgresql"))
        yield


def test_a_second_installation_of_the_same_name_is_told_of(
    broker: str, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    with installation(monkeypatch, b"one"):
        assert tell_of_another_installation(app) == ""
        assert tell_of_another_installation(app) == "", "the same again"
    with installation(monkeypatch, b"two"):
        told = tell_of_another_installation(app)
    assert "Give each a number of its own in REDIS_URL" in told
    assert "Another installation" in caplog.text
