"""Processor time, which means the same on a busy machine as on a quiet one."""

from pathlib import Path

from django.db import connection


def database_seconds() -> float:
    """Processor time of the database's process that serves our connection, where it runs on this machine."""
    if connection.vendor != "postgresql":
        return 0.0
    try:
        return (
            int(Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0])
            / 1e9
        )
    except (OSError, AttributeError):  # another machine; or the connection is closed
        return 0.0
