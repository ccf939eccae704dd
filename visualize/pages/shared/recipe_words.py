"""A protocol's recipe in words: what is on, for the summary of a search and the report of a training."""

from collections.abc import Mapping
from typing import Any

Facts = list[tuple[str, str]]


def augmentation_words(protocol: Mapping[str, Any]) -> str:
    """How training images are changed; empty where they are not."""
    crop, cutout = protocol.get("crop"), protocol.get("cutout")
    parts = [
        f"random crops of {crop} pixels" if crop else "",
        "flips" if protocol.get("flip") else "",
        f"cutout of {cutout} pixels" if cutout else "",
    ]
    return ", ".join(part for part in parts if part)


def recipe_facts(protocol: Mapping[str, Any]) -> Facts:
    """The other settings of a recipe that are on, each with its value."""
    found: Facts = []
    for label, name in (
        ("Label smoothing", "label_smoothing"),
        ("Drop path", "drop_path"),
        ("Weight averaging", "weight_averaging"),
    ):
        if value := protocol.get(name):
            found.append((label, f"{value:g}"))
    if weight := protocol.get("auxiliary_weight"):
        found.append(("Auxiliary head", f"its loss counts {weight:g}"))
    return found
