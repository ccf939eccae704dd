"""Protocol keys: the hash that decides which results are shared, and the seeds of each repeat.

Fields that change nothing in what is trained are in no key: two protocols that differ only there have one.
"""

import hashlib
from typing import Any

from search.evolution.experiments.config import DEFAULT_TRAINER, TRAINER_VERSION, Protocol
from search.evolution.experiments.evaluators import FROM_SCRATCH, evaluator_row
from search.evolution.experiments.resources import ResourceNeeds
from search.evolution.networks.hashing import canonical_json, derive_seed


def without_idle_fields(protocol: Protocol) -> Protocol:
    """The one protocol that stands for all that train every network as this one does."""
    idle: dict[str, Any] = {}
    if protocol.host == "large":  # the same layers as small: only the usual numbers differ
        idle["host"] = "small"
    if protocol.host == "imagenet":  # its groups of cells are fixed
        idle["cells"] = 1
    if protocol.crop is None:
        idle["crop_padding"] = 0
    if protocol.scoring == "whole" or protocol.scoring_size == protocol.crop:
        idle["scoring_size"] = None
    if not protocol.learning_rate_drops:
        idle["drop_factor"] = type(protocol).model_fields["drop_factor"].default
    if protocol.split_seed == protocol.seed:
        idle["split_seed"] = None
    usual = protocol.model_copy(update={"image_size": None})
    if protocol.image_size == usual.dataset_shape.image_size:
        idle["image_size"] = None
    changed = {name: value for name, value in idle.items() if getattr(protocol, name) != value}
    return protocol.model_copy(update=changed) if changed else protocol


ALWAYS_KEYED = frozenset(
    {
        "dataset", "image_size", "host", "channels", "cells", "final_separable", "steps", "batch_size",
        "learning_rate", "learning_rate_drops", "drop_factor", "momentum", "weight_decay", "crop", "crop_padding",
        "flip", "train_images", "validation_images", "repeats", "time_limit_seconds", "seed",
    }
)  # fmt: skip
"""The protocol's fields in the first release, all part of its key. One that came later is part of it only where it
is not its default, so that what was trained before is still found."""


def protocol_key(protocol: Protocol, trainer: str = DEFAULT_TRAINER) -> str:
    """32 hex digits that name what this protocol trains under this version of the trainer, given by its dotted path."""
    return _key_of_document(without_idle_fields(protocol), trainer)


def protocol_keys(protocol: Protocol, trainer: str = DEFAULT_TRAINER) -> tuple[str, ...]:
    """Its key, and the one under which versions before 0.2 kept what they found where fields that change nothing are
    not as usual: both name the same trainings."""
    return tuple(dict.fromkeys((protocol_key(protocol, trainer), _key_of_document(protocol, trainer))))


NEVER_KEYED = frozenset(ResourceNeeds.model_fields)
"""They say where a network is trained."""


def _key_of_document(protocol: Protocol, trainer: str) -> str:
    version = TRAINER_VERSION if trainer == DEFAULT_TRAINER else f"{trainer} {TRAINER_VERSION}"
    later = protocol.model_dump(mode="json", exclude=set(ALWAYS_KEYED | NEVER_KEYED), exclude_defaults=True)
    document = protocol.model_dump(mode="json", include=set(ALWAYS_KEYED)) | later
    if protocol.schedule == "cosine":
        # It reads no factor: two that differ in it only are one protocol.
        del document["drop_factor"]
    content: dict[str, Any] = {"protocol": document, "trainer": version}
    if protocol.evaluator != FROM_SCRATCH:
        document["evaluator"] = protocol.evaluator.model_dump(mode="json")
        content["evaluator"] = evaluator_row(protocol.evaluator).version
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()[:32]


def repeat_seed(phenotype_key: str, protocol_key: str, repeat: int, context_key: str = "") -> int:
    """The seed of one repeat: from what is trained and how, never from the experiment (ARCHITECTURE.md)."""
    context = (context_key,) if context_key else ()
    return derive_seed("repeat", phenotype_key, protocol_key, repeat, *context)
