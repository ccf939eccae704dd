"""Responses that are files."""

import os
from pathlib import Path
from typing import Any

from nasweb.client.transport import Transport


def save(transport: Transport, address: str, path: str | os.PathLike[str], **query: Any) -> None:
    """Beside it first, then under its name: what stands there is whole."""
    part = Path(f"{os.fspath(path)}.part")
    with part.open("w+b") as file:
        try:
            transport.download(address, file, **query)
        except BaseException:
            part.unlink()
            raise
    part.replace(path)
