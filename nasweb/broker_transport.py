"""Redis transport that drops what is no message: kombu's ends the worker that takes it from the list.

Anybody who can write to the broker can put anything there, and so can another program that uses the same database.
Nothing is lost by it: a message only carries an id, and the rows are the queue.
"""

import base64
import binascii
import logging
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis

log = logging.getLogger(__name__)

DROPPED = "dropped what is no message from the broker's list %s: %.100r"
PATH = f"{__name__}:Transport"


def is_message(document: Any) -> bool:
    """Whether a worker can take it: as kombu writes them."""
    properties = document.get("properties") if isinstance(document, dict) else None
    if not isinstance(properties, dict) or not isinstance(properties.get("delivery_tag"), str):
        return False
    place = properties.get("delivery_info")
    if not isinstance(place, dict) or not {"exchange", "routing_key"} <= set(place):
        return False
    body = document.get("body")
    if not isinstance(body, str) or not isinstance(document.get("headers"), dict):
        return False
    try:
        base64.b64decode(body if properties.get("body_encoding") == "base64" else "", validate=True)
    except binascii.Error:
        return False
    return True


class Channel(redis.Channel):
    """Reads on after bytes that are no JSON."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except ValueError as error:  # JSON, or UTF-8; what takes a message handles its own errors
            log.warning(DROPPED, "", error)
            raise Empty from None


class Transport(redis.Transport):
    """Hands over what is a message."""

    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        if is_message(message):
            super()._deliver(message, queue)
        else:
            log.warning(DROPPED, queue, message)


def use_here() -> None:
    """From now on, in this process, for addresses that begin with redis:// or rediss://."""
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = PATH
