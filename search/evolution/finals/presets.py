"""Presets of final evaluations: hosts, schedules and recipes by name (methods A8, A9).

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import is_folder
from search.evolution.finals.protocol import final_protocol

PAPER_SIDE = 32
PAPER_CROP = 24
"""Of the paper's images of PAPER_SIDE pixels; other images are cropped to the same share."""
MIRRORED = frozenset({"cifar10", "cifar100", "fashion-mnist"})
"""Data sets whose images mean the same in a mirror; digits do not."""
LEAST_CROP = 4


@dataclass(frozen=True)
class FinalPreset:
    """What of the search's protocol a final evaluation changes."""

    name: str
    title: str
    description: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the protocol; all others stay as the search has them."""
    crops: bool = False
    """The paper's random crops and flips, in proportion to the images."""
    resized_crop: float = 0.0
    """Instead: parts of the images of at least this share of their area, and flips."""
    channels_times: int = 1
    """Width of the first cell, in multiples of the search's; where `values` say none."""


_NO_DROPS: dict[str, Any] = {"schedule": "cosine", "learning_rate_drops": [], "drop_factor": 0.1}
_DAY = 24 * 3600
_PAPER: dict[str, Any] = {
    "batch_size": 256,
    "learning_rate": 0.1,
    "schedule": "steps",
    "drop_factor": 0.1,
    "momentum": 0.9,
    "weight_decay": 3e-4,
    "cutout": 0,
    "brightness": 0.0,
    "contrast": 0.0,
    "label_smoothing": 0.0,
    "drop_path": 0.0,
    "weight_averaging": 0.0,
    "auxiliary_weight": 0.0,
    "resized_crop": 0.0,
    "scoring": "whole",
    "time_limit_seconds": 7 * _DAY,
}
_PAPER_LARGE: dict[str, Any] = _PAPER | {
    "host": "large",
    "channels": 64,
    "cells": 2,
    "steps": 80_000,
    "learning_rate_drops": [40_000, 60_000, 70_000],
    "repeats": 5,
}

_ROWS = (
    FinalPreset(
        "short",
        "Short: the search's host, three runs",
        "The search's own network and steps on all training images, the rate falling smoothly to nearly zero",
        {**_NO_DROPS, "repeats": 3, "time_limit_seconds": 3600},
    ),
    FinalPreset(
        "search",
        "As in the search, three runs",
        "Nothing changes but the images: all training images, and the test set",
        {"repeats": 3},
    ),
    FinalPreset(
        "laptop-large",
        "Large host on a laptop, one run",
        "Three groups of two cells, twice as wide as in the search, 1,000 steps with cutout, label smoothing, drop "
        "path and averaged weights: minutes to an hour on a CPU",
        {
            **_NO_DROPS,
            "host": "large",
            "cells": 2,
            "steps": 1000,
            "label_smoothing": 0.1,
            "drop_path": 0.1,
            "weight_averaging": 0.99,
            "repeats": 1,
            "time_limit_seconds": _DAY,
        },
        crops=True,
        channels_times=2,
    ),
    FinalPreset(
        "paper-large",
        "Paper: large host, 80,000 steps, five runs",
        "Three groups of two cells, 64 channels, no recipe beside crops and flips: hours of a GPU for each run",
        _PAPER_LARGE,
        crops=True,
    ),
    FinalPreset(
        "paper-large-128",
        "Paper: large host of 128 channels",
        "The paper's wider network, otherwise as the large host",
        _PAPER_LARGE | {"channels": 128},
        crops=True,
    ),
    FinalPreset(
        "paper-imagenet",
        "Paper: ImageNet host, 200,000 steps",
        "Seven cells from a stem of two strides, images of 299 pixels, batches of 1,024, one run: days of several GPUs "
        "on ImageNet itself",
        _PAPER
        | {
            "host": "imagenet",
            "channels": 64,
            "cells": 1,
            "image_size": 299,
            "steps": 200_000,
            "batch_size": 1024,
            "learning_rate_drops": [100_000, 150_000, 175_000],
            "weight_decay": 1e-4,
            "repeats": 1,
        },
        resized_crop=0.08,
    ),
)

FINAL_PRESETS: dict[str, FinalPreset] = {row.name: row for row in _ROWS}
DEFAULT_PRESET = "short"


def final_from_preset(name: str, searched: Protocol, over: Mapping[str, Any] | None = None) -> Protocol:
    """A preset's final protocol for a network that was searched with that protocol; `over` says what is different.

    Raises KeyError naming the known presets, and ConfigError.
    """
    if name not in FINAL_PRESETS:
        raise KeyError(f"unknown preset {name!r} of final evaluations; known are {', '.join(FINAL_PRESETS)}")
    preset, over = FINAL_PRESETS[name], over or {}
    document = searched.model_dump(mode="json") | {"channels": searched.channels * preset.channels_times}
    document |= preset.values
    if preset.crops or preset.resized_crop:
        document["flip"] = searched.dataset in MIRRORED or is_folder(searched.dataset)
        document["crop_padding"] = 0
    if preset.resized_crop:
        document |= {"resized_crop": preset.resized_crop, "crop": None}
    if preset.crops:
        side = over.get("image_size") or document["image_size"] or searched.dataset_shape.image_size
        document["crop"] = max(LEAST_CROP, round(PAPER_CROP * side / PAPER_SIDE))
        if name == "laptop-large":
            document["cutout"] = max(1, round(side / 4))
    return final_protocol({**document, **over})
