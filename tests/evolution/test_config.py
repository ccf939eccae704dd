"""The one configuration document: what it accepts, and how it says no."""

from typing import Any

import pytest

from search.evolution.experiments.config import ConfigError, Protocol, experiment_config
from search.evolution.experiments.presets import PAPER_PROTOCOL, PRESETS, preset
from search.evolution.experiments.protocol_keys import protocol_key, protocol_keys, repeat_seed
from search.evolution.networks.hashing import derive_seed

QUICK_BEFORE: dict[str, Any] = {
    "dataset": "digits", "channels": 8, "steps": 60, "batch_size": 64, "learning_rate": 0.1,
    "learning_rate_drops": [45], "validation_images": 437, "repeats": 1, "time_limit_seconds": 120,
}  # fmt: skip
FASHION_BEFORE: dict[str, Any] = {
    "dataset": "fashion-mnist", "channels": 8, "steps": 150, "batch_size": 64, "learning_rate": 0.1,
    "learning_rate_drops": [120], "crop": 24, "flip": True, "train_images": 10_000, "validation_images": 2_000,
    "repeats": 1, "time_limit_seconds": 900,
}  # fmt: skip
"""The ready-made protocols of the first release."""


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_reads_back_from_its_stored_document(name: str) -> None:
    config = preset(name).config
    assert experiment_config(config.to_json()) == config


def test_the_papers_presets_are_the_papers() -> None:
    config = preset("paper-hierarchical").config
    assert (config.budget.individuals, config.strategy.initial_population) == (7000, 200)
    assert (config.protocol.steps, config.protocol.batch_size, config.protocol.repeats) == (5000, 256, 4)
    assert config.to_json()["strategy"]["tournament_fraction"] == 0.05
    assert preset("paper-flat-constrained").config.search_space.max_parameters == 550_000
    assert preset("paper-random-200").config.strategy.kind == "random"


@pytest.mark.parametrize(
    "document,path,message",
    [
        ({"budget": {"individuals": -5}}, "budget.individuals", "greater than or equal to 1, got -5"),
        ({"space": "round"}, "space", "unknown search space 'round'; presets are hierarchical, flat"),
        ({"protocol": {"dataset": "cats"}}, "protocol.dataset", "unknown data set 'cats'; use one of digits"),
        ({"protocol": {"dataset": "folder:../etc"}}, "protocol.dataset", "unknown data set"),
        (
            {"protocol": {"dataset": "folder:müll"}},
            "protocol.dataset",
            "where NAME has at most 64 of the letters",
        ),
        ({"strategy": {"kind": "magic"}}, "strategy.kind", "got 'magic'"),
        ({"colour": 1}, "colour", "Extra inputs are not permitted"),
        ({"protocol": {"learning_rate": float("nan")}}, "protocol.learning_rate", "finite number, got nan"),
        ({"protocol": {"crop": 12}}, "protocol", "crop 12 is larger than the padded image of 8 pixels"),
        (
            {"protocol": {"validation_images": 99_999}},
            "protocol",
            "digits has 1437 images outside its test set",
        ),
        ({"protocol": {"learning_rate_drops": [9, 3]}}, "protocol", "learning_rate_drops must increase"),
        (
            {"protocol": {"schedule": "cosine", "learning_rate_drops": [3]}},
            "protocol",
            "learning_rate_drops [3] belong to the schedule steps; leave them empty with cosine",
        ),
        ({"protocol": {"schedule": "linear"}}, "protocol.schedule", "'steps' or 'cosine', got 'linear'"),
        ([], "document", "valid dictionary"),
    ],
)
def test_a_bad_document_is_refused_with_field_value_and_remedy(
    document: object, path: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment_config(document)
    assert path in [field for field, _ in caught.value.errors]
    assert message in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        experiment_config({"budget": {"individuals": 0}, "seed": -1})
    assert [field for field, _ in caught.value.errors] == ["budget.individuals", "seed"]


def test_a_custom_space_is_stored_as_an_object_and_a_preset_by_its_name() -> None:
    custom = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 4}]}
    config = experiment_config({"space": custom})
    assert experiment_config(config.to_json()) == config
    assert config.to_json()["space"]["levels"] == custom["levels"]
    assert experiment_config({}).to_json()["space"] == "hierarchical"


def test_the_protocol_key_depends_on_every_field_and_the_seed_of_a_repeat_on_no_experiment() -> None:
    keys = {protocol_key(Protocol())}
    for field, value in {"steps": 6, "seed": 1, "repeats": 2, "channels": 8, "flip": True}.items():
        keys.add(protocol_key(Protocol.model_validate({field: value})))
    keys.add(protocol_key(Protocol(schedule="cosine")))
    assert len(keys) == 7
    assert repeat_seed("p", "q", 0) != repeat_seed("p", "q", 1)
    assert repeat_seed("p", "q", 0) == repeat_seed("p", "q", 0)
    assert derive_seed("a", "b") != derive_seed("ab")


@pytest.mark.parametrize(
    "one,other",
    [
        ({"host": "small"}, {"host": "large"}),
        ({"host": "imagenet", "cells": 1}, {"host": "imagenet", "cells": 7}),
        ({"crop_padding": 0}, {"crop_padding": 4}),
        ({"drop_factor": 0.1}, {"drop_factor": 0.5}),
        ({"image_size": None}, {"image_size": 8}),
        ({"seed": 3}, {"seed": 3, "split_seed": 3}),
        ({"dataset": "folder:mine"}, {"dataset": "folder:mine", "image_size": 32}),
    ],
)
def test_what_changes_nothing_in_a_training_is_in_no_key(one: dict[str, Any], other: dict[str, Any]) -> None:
    ours, theirs = Protocol.model_validate(one), Protocol.model_validate(other)
    assert protocol_key(ours) == protocol_key(theirs)
    assert len(protocol_keys(ours)) == 1
    assert protocol_keys(theirs)[0] == protocol_key(ours)
    assert len(protocol_keys(theirs)) == 2  # found by the key that an earlier version wrote, too


@pytest.mark.parametrize(
    "field,value",
    [("cells", 2), ("crop", 6), ("learning_rate_drops", (3,)), ("image_size", 16), ("host", "imagenet")],
)
def test_what_changes_the_training_is_in_the_key(field: str, value: object) -> None:
    assert protocol_key(Protocol.model_validate({field: value})) != protocol_key(Protocol())


@pytest.mark.parametrize(
    "protocol,key",
    [
        (QUICK_BEFORE, "1c854a24bf45535c83a7fcb734aa32f5"),
        (FASHION_BEFORE, "c4b37538596d58f8f979b2961bc1af71"),
        (PAPER_PROTOCOL, "7a0046732c6e196e03665d31b1f36523"),
    ],
    ids=["quick", "fashion-mnist", "paper"],
)
def test_what_was_trained_under_a_preset_before_is_still_found_by_its_key(
    protocol: dict[str, Any], key: str
) -> None:
    assert key in protocol_keys(Protocol.model_validate(protocol))


def test_a_field_that_came_after_the_first_release_is_part_of_the_key_where_it_says_something() -> None:
    plain = Protocol(seed=3)
    assert plain.splits_by == 3
    assert protocol_key(Protocol(seed=3, split_seed=None)) == protocol_key(plain)
    assert protocol_key(Protocol(seed=3, split_seed=4)) != protocol_key(plain)
    assert plain.retrained(9).splits_by == plain.splits_by


def test_a_factor_that_the_schedule_does_not_read_is_in_no_key() -> None:
    one, other = (Protocol(schedule="cosine", drop_factor=factor) for factor in (0.1, 0.5))
    assert protocol_key(one) == protocol_key(other)
    dropped = [Protocol(drop_factor=factor, learning_rate_drops=(3,)) for factor in (0.1, 0.5)]
    assert protocol_key(dropped[0]) != protocol_key(dropped[1])


def test_recipes_that_are_off_change_no_key_and_each_that_is_on_does() -> None:
    off = {"cutout": 0, "label_smoothing": 0.0, "drop_path": 0.0, "weight_averaging": 0.0}
    assert protocol_key(Protocol.model_validate(off)) == protocol_key(Protocol())
    on: list[dict[str, Any]] = [
        {"cutout": 4},
        {"brightness": 0.1},
        {"contrast": 0.1},
        {"label_smoothing": 0.1},
        {"drop_path": 0.2},
        {"weight_averaging": 0.9},
        {"auxiliary_weight": 0.4},
        {"resized_crop": 0.08},
        {"scoring": "ten", "scoring_size": 6},
        {"scoring": "centre", "scoring_size": 6},
        {"precision": "bfloat16"},
        {"precision": "float32"},
    ]
    assert len({protocol_key(Protocol.model_validate(row)) for row in [{}, *on]}) == len(on) + 1


def test_another_trainer_shares_its_fitness_with_nobody() -> None:
    protocol = preset("quick").config.protocol
    keys = {protocol_key(protocol), protocol_key(protocol, "a.b"), protocol_key(protocol, "a.c")}
    assert len(keys) == 3
    assert protocol_key(protocol, "search.training.trainer.evaluate") == protocol_key(protocol)


def test_content_belongs_to_folders_and_bounds_what_may_be_asked_of_them() -> None:
    content = {"fingerprint": "0" * 32, "classes": 3, "images": 50}
    with pytest.raises(ConfigError, match="content is what a folder of images holds, and digits is none"):
        experiment_config({"protocol": {"dataset": "digits", "content": content}})
    with pytest.raises(ConfigError, match="has 50 images"):
        experiment_config({"protocol": {"dataset": "folder:a", "content": content, "validation_images": 60}})
