"""A protocol's host in a few words, for the keys of charts and the notes of tables."""

from collections.abc import Mapping
from typing import Any

from visualize.style.formats import count


def host_words(protocol: Mapping[str, Any]) -> str:
    """Which network was trained how, in a few words."""
    cells = f", {protocol['cells']} cells a group" if protocol["host"] == "large" else ""
    return (
        f"{protocol['host']} host, {protocol['channels']} channels{cells}, {count(protocol['steps'])} steps"
    )
