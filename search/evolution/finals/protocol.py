"""Final protocol: how a chosen network is trained on all training images and scored on the test set.

Pure Python: must import neither Django nor torch.
"""

import hashlib
from typing import Any

from pydantic import ValidationError

from search.evolution.experiments.config import TRAINER_VERSION, ConfigError, Protocol
from search.evolution.experiments.datasets import DATASETS
from search.evolution.experiments.evaluators import FROM_SCRATCH
from search.evolution.experiments.protocol_keys import without_idle_fields
from search.evolution.networks.hashing import canonical_json, derive_seed

FINAL_VERSION = 1
"""Part of every key: raised whenever the same final protocol would give another test score."""
NO_TEST_SET = "data set {name} has no test set; choose one of {known}, or a folder with train/ and test/"


def final_protocol(document: object) -> Protocol:
    """A protocol as a final evaluation reads it: its repeats are the runs, and nothing is held back for validation.

    What only a search reads is set to one value, so that equal final evaluations have one key.
    Raises ConfigError with the field's path, the value and what is allowed.
    """
    try:
        given = Protocol.model_validate(document)
        idle: dict[str, Any] = {"train_images": None, "validation_images": 1, "validation_share": None}
        values = given.model_dump(mode="json") | idle | {"split_seed": None}
        protocol = Protocol.model_validate(values | {"evaluator": FROM_SCRATCH.model_dump()})
    except ValidationError as error:
        raise ConfigError.of(error) from None
    if protocol.dataset in DATASETS and not DATASETS[protocol.dataset].test_images:
        known = ", ".join(row.name for row in DATASETS.values() if row.test_images)
        raise ConfigError([("dataset", NO_TEST_SET.format(name=protocol.dataset, known=known))])
    return protocol


def final_key(protocol: Protocol) -> str:
    """32 hex digits that name how a final evaluation trains, whatever it trains. More runs are the same key: those
    that are there stay."""
    document = without_idle_fields(protocol).model_dump(
        mode="json", exclude={"repeats", "time_limit_seconds", "validation_images"}, exclude_defaults=True
    )
    content = {"final": FINAL_VERSION, "trainer": TRAINER_VERSION, "protocol": document}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()[:32]


def without_cells(protocol: Protocol) -> Protocol:
    """What of a final protocol a network reads that is no genotype: neither host nor what acts within cells."""
    names = ("host", "channels", "cells", "final_separable", "drop_path", "auxiliary_weight")
    return protocol.model_copy(update={name: Protocol.model_fields[name].default for name in names})


def run_seed(phenotype_key: str, protocol_key: str, run: int) -> int:
    """The seed of one run, from 0: from what is trained and how, never from who asks."""
    return derive_seed("final", phenotype_key, protocol_key, run)
