"""TLS to PostgreSQL and Redis: real servers with certificates made here, verified; those of strangers are refused."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from kombu.exceptions import OperationalError as BrokerError

from nasweb import environment
from nasweb.celery import app
from nasweb.embedded.broker import free_port, server_binary
from search import tasks
from tests.processes import (
    UNPRIVILEGED,
    Running,
    eventually,
    postgresql_command,
    postgresql_folder,
)

pytestmark = pytest.mark.service


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: a server's certificate for 127.0.0.1 with its key, who signed it, and a stranger."""

    certificate: Path
    key: Path
    authority: Path
    stranger: Path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("authority", "stranger"):
        _openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                 "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    _openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout", "server.key",
             "-out", "server.csr")  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    _openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
             "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem")  # fmt: skip
    names = ("server.pem", "server.key", "authority.pem", "stranger.pem")
    return Certificates(*(folder / name for name in names))


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def postgresql(certificates: Certificates) -> Iterator[str]:
    """A server that takes connections with TLS alone; its address without options."""
    port = free_port()
    with postgresql_folder() as folder:
        for path in (certificates.certificate, certificates.key):
            copy = Path(shutil.copy(path, folder / path.name))
            copy.chmod(0o600)
            if UNPRIVILEGED:
                shutil.chown(copy, user=UNPRIVILEGED)
        (folder / "data/pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
        command = postgresql_command(
            folder, port=port, ssl="on", ssl_cert_file=folder / "server.pem", ssl_key_file=folder / "server.key"
        )  # fmt: skip
        with Running(command, folder / "log", user=UNPRIVILEGED) as server:
            eventually(lambda: server.said("ready to accept connections"), "PostgreSQL answers")
            yield f"postgres://nasweb@127.0.0.1:{port}/postgres"


@pytest.fixture(scope="module")
def broker_address(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a Redis that speaks TLS alone, without options."""
    folder, port = tmp_path_factory.mktemp("redis-tls"), free_port()
    command = [server_binary(), "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "",
               "--tls-cert-file", str(certificates.certificate), "--tls-key-file", str(certificates.key),
               "--tls-ca-cert-file", str(certificates.authority), "--tls-auth-clients", "no",
               "--dir", str(folder)]  # fmt: skip
    with Running(command, folder / "log") as server:
        eventually(lambda: server.said("Ready to accept connections"), "Redis answers")
        yield f"127.0.0.1:{port}/0"


@pytest.fixture(autouse=True)
def may_connect(django_db_blocker: Any) -> Iterator[None]:
    """To servers of their own: these tests need none of the tables."""
    with django_db_blocker.unblock():
        yield


def encrypted(address: str) -> bool:
    """As this connection's server sees it, through the settings that DATABASE_URL gives."""
    connection = ConnectionHandler({"default": environment.database(address)})["default"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            return bool(cursor.fetchone()[0])
    finally:
        connection.close()


def test_the_database_is_reached_over_tls_whose_certificate_is_verified(
    postgresql: str, certificates: Certificates
) -> None:
    assert encrypted(f"{postgresql}?sslmode=verify-full&sslrootcert={certificates.authority}")


def test_a_database_whose_certificate_a_stranger_signed_is_refused(
    postgresql: str, certificates: Certificates
) -> None:
    with pytest.raises(OperationalError, match="certificate verify failed"):
        encrypted(f"{postgresql}?sslmode=verify-full&sslrootcert={certificates.stranger}")


def test_a_database_under_a_name_that_its_certificate_does_not_have_is_refused(
    postgresql: str, certificates: Certificates
) -> None:
    address = postgresql.replace("127.0.0.1", "localhost")
    with pytest.raises(OperationalError, match="does not match host name"):
        encrypted(f"{address}?sslmode=verify-full&sslrootcert={certificates.authority}")


def test_this_server_takes_nothing_in_the_clear(postgresql: str) -> None:
    with pytest.raises(OperationalError, match="no encryption"):
        encrypted(f"{postgresql}?sslmode=disable")


def broker_url(address: str, authority: Path) -> str:
    return f"rediss://{address}?ssl_cert_reqs=required&ssl_ca_certs={authority}"


@contextmanager
def sending_to(url: str) -> Iterator[None]:
    """This process's application with that broker."""
    before = app.conf.broker_url
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = url
    app._after_fork()
    yield
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = before
    app._after_fork()


def test_messages_travel_over_tls_whose_certificate_is_verified(
    broker_address: str, certificates: Certificates
) -> None:
    """This server has no other port."""
    url = broker_url(broker_address, certificates.authority)
    with sending_to(url), redis.Redis.from_url(url) as client:
        tasks.evaluate.delay(1)
        assert [client.llen(key) for key in keys_of(client) if key.endswith(b"training")] == [1]


def keys_of(client: Any) -> list[bytes]:
    return [bytes(key) for key in client.scan_iter() if b"binding" not in key]


def test_a_broker_whose_certificate_a_stranger_signed_is_refused(
    broker_address: str, certificates: Certificates
) -> None:
    url = broker_url(broker_address, certificates.stranger)
    with (
        sending_to(url),
        app.connection_for_write() as connection,
        pytest.raises((BrokerError, redis.ConnectionError, ssl.SSLError), match="CERTIFICATE_VERIFY_FAILED"),
    ):
        connection.ensure_connection(max_retries=1, interval_start=0)
    with pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        redis.Redis.from_url(url).ping()
