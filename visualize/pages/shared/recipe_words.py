"""A protocol's recipe in words: what is on, for the summary of a search and the report of a training."""

from collections.abc import Mapping
from typing import Any

Facts = list[tuple[str, str]]

_SCORED = {"centre": "the centre", "ten": "ten crops"}


def augmentation_words(protocol: Mapping[str, Any]) -> str:
    """How training images are changed; empty where they are not."""
    crop, cutout, part = protocol.get("crop"), protocol.get("cutout"), protocol.get("resized_crop")
    parts = [
        f"random crops of {crop} pixels" if crop and not part else "",
        f"random parts of at least {100 * part:g} % of the image" if part else "",
        "flips" if protocol.get("flip") else "",
        f"cutout of {cutout} pixels" if cutout else "",
        *(
            f"{name} by up to {100 * amount:g} %"
            for name in ("brightness", "contrast")
            if (amount := protocol.get(name))
        ),
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
    if (scoring := protocol.get("scoring", "whole")) in _SCORED:
        side = protocol.get("scoring_size") or protocol.get("crop")
        found.append(("Scored", f"{_SCORED[scoring]} of {side} pixels"))
    if (precision := protocol.get("precision", "auto")) != "auto":
        found.append(("Precision", "mixed, bfloat16" if precision == "bfloat16" else str(precision)))
    return found
