"""The one configuration document: what it accepts, and how it says no."""

import pytest

from search.evolution.config import (
    ConfigError,
    Protocol,
    derive_seed,
    experiment_config,
    protocol_key,
    repeat_seed,
)
from search.evolution.presets import PRESETS, preset


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_reads_back_from_its_stored_document(name: str) -> None:
    config = preset(name).config
    assert experiment_config(config.to_json()) == config


def test_the_papers_presets_are_the_papers() -> None:
    config = preset("paper-hierarchical").config
    assert (config.budget.individuals, config.strategy.initial_population) == (7000, 200)
    assert (config.protocol.steps, config.protocol.batch_size, config.protocol.repeats) == (5000, 256, 4)
    assert config.strategy.tournament_fraction == 0.05
    assert preset("paper-flat-constrained").config.search_space.max_parameters == 550_000
    assert preset("paper-random-200").config.strategy.kind == "random"


@pytest.mark.parametrize(
    "document,path,message",
    [
        ({"budget": {"individuals": -5}}, "budget.individuals", "greater than or equal to 1, got -5"),
        ({"space": "round"}, "space", "unknown search space 'round'; presets are hierarchical, flat"),
        ({"protocol": {"dataset": "cats"}}, "protocol.dataset", "unknown data set 'cats'; use one of digits"),
        ({"protocol": {"dataset": "folder:../etc"}}, "protocol.dataset", "unknown data set"),
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
    assert len(keys) == 6
    assert repeat_seed("p", "q", 0) != repeat_seed("p", "q", 1)
    assert repeat_seed("p", "q", 0) == repeat_seed("p", "q", 0)
    assert derive_seed("a", "b") != derive_seed("ab")


@pytest.mark.parametrize(
    "name,key",
    [
        ("quick", "1c854a24bf45535c83a7fcb734aa32f5"),
        ("fashion-mnist", "c4b37538596d58f8f979b2961bc1af71"),
        ("paper-hierarchical", "7a0046732c6e196e03665d31b1f36523"),
    ],
)
def test_what_was_trained_under_a_preset_before_is_still_found_by_its_key(name: str, key: str) -> None:
    assert protocol_key(preset(name).config.protocol) == key


def test_another_trainer_shares_its_fitness_with_nobody() -> None:
    protocol = preset("quick").config.protocol
    keys = {protocol_key(protocol), protocol_key(protocol, "a.b"), protocol_key(protocol, "a.c")}
    assert len(keys) == 3
    assert protocol_key(protocol, "search.training.trainer.train") == protocol_key(protocol)
