"""The launch form speaks for the configuration: its fields, its bounds, its messages."""

import json
from typing import Any
from uuid import uuid4

import pytest

from search.evolution.experiments.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES
from search.evolution.strategies import STRATEGIES
from visualize.pages.launch.form import LaunchForm, initial_values, preset_values
from visualize.pages.launch.form_layout import GROUPS, PATHS, field_of
from visualize.pages.launch.strategy_fields import SETTINGS, settings_of

pytestmark = pytest.mark.django_db


def filled(preset: str = "quick", **changes: Any) -> LaunchForm:
    """As a browser sends it: text, and nothing for what is not ticked."""
    values = {**preset_values(preset), "token": str(uuid4()), **changes}
    empty = LaunchForm()
    sent = {name: empty.fields[name].prepare_value(value) for name, value in values.items()}
    return LaunchForm(
        {name: value for name, value in sent.items() if value is not None and value is not False}
    )


@pytest.mark.parametrize("name", list(PRESETS))
def test_each_preset_goes_through_the_form_unchanged(name: str) -> None:
    form = filled(name)
    assert form.is_valid(), form.errors
    assert form.config == PRESETS[name].config


def test_a_custom_space_goes_through_the_form_unchanged() -> None:
    document = PRESETS["quick"].config.to_json()
    document["space"] = {
        "levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 4}],
        "primitives": ["identity", "sep3x3"],
        "max_parameters": 90_000,
    }
    config = ExperimentConfig.model_validate(document)
    form = filled(**{**initial_values(config), "name": "custom"})
    assert form.is_valid(), form.errors
    assert form.config == config


@pytest.mark.parametrize("preset", ["hierarchical", "flat-constrained"])
def test_a_box_makes_a_pair_of_cells_of_a_presets_shape_and_is_ticked_again(preset: str) -> None:
    form = filled(space=preset, reduction_cell=True)
    assert form.is_valid(), form.errors
    space, plain = form.config.space, SPACES[preset]
    assert space.reduction_cell
    assert [level.nodes for level in space.levels] == [level.nodes for level in plain.levels]
    assert (space.levels[-1].motifs, space.max_parameters) == (2, plain.max_parameters)
    again = initial_values(form.config)
    assert (again["space"], again["reduction_cell"], again["max_parameters"]) == (preset, True, None)
    second = filled(**{**again, "name": "again"})
    assert second.is_valid(), second.errors
    assert second.config == form.config


def test_a_custom_space_with_a_pair_goes_through_the_form_unchanged() -> None:
    document = PRESETS["quick"].config.to_json()
    document["space"] = {
        "levels": [{"motifs": 2, "nodes": 3}, {"motifs": 2, "nodes": 4}], "reduction_cell": True,
        "max_parameters": 90_000,
    }  # fmt: skip
    config = ExperimentConfig.model_validate(document)
    form = filled(**{**initial_values(config), "name": "custom"})
    assert form.is_valid(), form.errors
    assert form.config == config


def test_a_pair_and_a_benchmark_table_are_refused_at_the_box() -> None:
    pair = {"levels": [{"motifs": 2, "nodes": 3}], "reduction_cell": True}
    with pytest.raises(ConfigError) as refused:
        experiment_config({"space": pair, "protocol": {"evaluator": {"kind": "table", "table": "any"}}})
    [(path, message)] = refused.value.errors
    assert field_of(path, message) == "reduction_cell"


def test_every_value_of_the_configuration_has_a_field_and_every_field_a_group() -> None:
    config = PRESETS["quick"].config.to_json()
    leaves = {f"{part}.{leaf}" for part in ("protocol", "budget", "decisions") for leaf in config[part]}
    # A worker writes the first; the other is made of three fields.
    leaves -= {"protocol.content", "protocol.evaluator"}
    assert leaves | {"seed", "strategy.kind"} == set(PATHS.values())
    for kind, row in STRATEGIES.items():
        assert {setting.name for setting in settings_of(kind)} | {"kind"} == set(row.settings.model_fields)
    shown = [field for group in GROUPS for field in group.fields]
    assert sorted([*shown, "name", "token"]) == sorted(LaunchForm.base_fields)


@pytest.mark.parametrize("kind", STRATEGIES)
def test_each_strategy_goes_through_the_form_unchanged_whatever_the_others_fields_say(kind: str) -> None:
    document = PRESETS["quick"].config.to_json()
    document["strategy"] = {"kind": kind, "initial_population": 7}
    config = ExperimentConfig.model_validate(document)
    others = {
        row.form_name: "nonsense"
        for row in SETTINGS
        if kind not in row.kinds and row.info.annotation is not bool
    }
    form = filled(**{**initial_values(config), "name": kind, **others})
    assert form.is_valid(), form.errors
    assert form.config == config


def test_a_setting_that_the_strategy_needs_and_the_form_lacks_is_asked_for() -> None:
    form = filled(tournament_per_cent="")
    assert "This field is required" in str(form.errors.as_data()["tournament_per_cent"])
    assert filled(strategy="random", tournament_per_cent="").is_valid()


def test_genotypes_to_begin_with_go_through_the_form_with_and_without_fitness() -> None:
    text = PUBLISHED["liu2018"].genotype.text
    form = filled(start_from=f"{text}\n{text} 93.5 %")
    assert form.is_valid(), form.errors
    assert [row.fitness for row in form.config.strategy.start_from] == [None, 0.935]
    spaced = filled(start_from=f"{json.dumps(PUBLISHED['liu2018'].genotype.to_json())} 90")
    assert spaced.is_valid(), spaced.errors
    assert [row.fitness for row in spaced.config.strategy.start_from] == [0.9]
    again = filled(**{**initial_values(form.config), "name": "again"})
    assert again.is_valid(), again.errors
    assert again.config == form.config
    assert "fitness in per cent, not" in str(filled(start_from=f"{text} good").errors["start_from"])
    assert "neither JSON nor a genotype" in str(filled(start_from="abc").errors["start_from"])


def test_every_field_has_help() -> None:
    for name, field in LaunchForm.base_fields.items():
        assert field.help_text or name == "token", name


@pytest.mark.parametrize(
    "field,value,message",
    [
        ("individuals", "0", "Write a number from 1 to 1,000,000, not 0."),
        ("individuals", "-5", "not -5."),
        ("individuals", "many", "Enter a whole number."),
        ("individuals", "", "This field is required."),
        ("tournament_per_cent", "0", "Write a number above 0"),
        ("tournament_per_cent", "150", ", not 150"),
        ("learning_rate", "nan", "Enter a number."),
        ("learning_rate_drops", "40 20", "must increase"),
        ("learning_rate_drops", "soon", "whole numbers with commas"),
        ("crop", "30", "crop 30 is larger than the padded image of 8 pixels"),
        ("train_images", "5000", "digits has 1437 images outside its test set"),
        ("host", "huge", "not one of the available choices"),
        ("seed", "-1", "Write a number of at least 0, not -1."),
        ("name", "  ", "Give the experiment a name."),
        ("max_parameters", "0", "greater than or equal to 1"),
        ("token", "", "required"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field(field: str, value: str, message: str) -> None:
    form = filled(**{field: value})
    assert not form.is_valid()
    assert message in str(form.errors.as_data()[field])


@pytest.mark.parametrize(
    "document,message",
    [
        ("", "says how many levels"),
        ("{", "not JSON"),
        ("[1]", "says how many levels"),
        ('{"levels": []}', "at least 1 level"),
        ('{"levels": [{"motifs": 2, "nodes": 3}]}', "the top level is the cell and has 1 motif, not 2"),
        ('{"levels": [{"motifs": 1, "nodes": 3}], "primitives": ["sep9x9"]}', "sep9x9"),
        (
            '{"levels": [{"motifs": 4, "nodes": null}, {"motifs": 1}]}',
            "Level 2, nodes: a whole number; it is empty",
        ),
        ('{"levels": [{"motifs": 4, "nodes": 3}, {"motifs": 1}]}', "Level 3, nodes: a number is missing"),
        ('{"levels": [{"motifs": 1, "nodes": 99}]}', "Level 2, nodes: at most 32, not 99"),
    ],
)
def test_a_wrong_custom_space_is_told_beside_its_document(document: str, message: str) -> None:
    form = filled(space="custom", space_document=document)
    assert not form.is_valid()
    assert message in str(form.errors.as_data()["space_document"])


def test_a_parameter_limit_makes_a_preset_a_space_of_the_same_shape() -> None:
    form = filled("paper-flat-constrained", max_parameters="300000")
    assert form.is_valid(), form.errors
    assert form.config.space.name is None
    assert form.config.space.max_parameters == 300_000
    assert form.config.space.levels == PRESETS["paper-flat"].config.space.levels


def test_a_cosine_schedule_takes_no_drops() -> None:
    form = filled("quick", schedule="cosine", learning_rate_drops="")
    assert form.is_valid(), form.errors
    assert form.config.protocol.schedule == "cosine"
    form = filled("quick", schedule="cosine", learning_rate_drops="45")
    assert "leave them empty with cosine" in str(form.errors.as_data()["learning_rate_drops"])


def test_a_folder_of_images_is_named_by_its_own_field() -> None:
    form = filled(dataset="folder", folder="flowers", crop="", image_size="16")
    assert form.is_valid(), form.errors
    assert form.config.protocol.dataset == "folder:flowers"
    for wrong in ("", "../etc", "a b"):
        form = filled(dataset="folder", folder=wrong)
        assert "unknown data set" in str(form.errors.as_data()["folder"])


def test_a_missing_name_does_not_hide_what_else_is_wrong() -> None:
    form = filled(name="", steps="0")
    assert set(form.errors) == {"name", "steps"}


def test_a_rule_over_several_values_stands_beside_the_first_it_names() -> None:
    assert field_of("protocol", "learning_rate_drops must increase, got [2, 1]") == "learning_rate_drops"
    assert field_of("protocol.learning_rate_drops.0", "too small") == "learning_rate_drops"
    assert field_of("space.levels.0.nodes", "too many") == "space_document"
    assert field_of("document", "is not an object") is None


def test_a_folded_group_opens_when_it_holds_an_error() -> None:
    form = filled(momentum="7")
    assert not form.is_valid()
    assert {group["title"] for group in form.groups if group["open"]} == {"Images and schedule"}


def test_the_example_of_a_custom_space_is_one() -> None:
    placeholder = LaunchForm.base_fields["space_document"].widget.attrs["placeholder"]
    assert filled(space="custom", space_document=placeholder).is_valid()
    assert json.loads(placeholder)


def test_without_a_table_each_network_is_trained() -> None:
    form = filled("benchmark", table="")
    assert form.is_valid(), form.errors
    assert form.config.protocol.evaluator.kind == "train"
    unknown = filled("benchmark", table="moon")
    assert "moon is not one of the available choices" in str(unknown.errors["table"])


def test_weights_are_inherited_where_the_box_is_ticked_and_a_copy_of_the_search_inherits_them_too() -> None:
    form = filled()
    assert form.is_valid(), form.errors
    assert form.config.protocol.evaluator.kind == "train"
    form = filled(inherit="on")
    assert form.is_valid(), form.errors
    assert form.config.protocol.evaluator.kind == "inherit"
    again = filled(**{**initial_values(form.config), "name": "again"})
    assert again.is_valid(), again.errors
    assert again.config == form.config


def test_inherited_weights_and_a_benchmark_table_are_refused_at_the_box() -> None:
    form = filled("benchmark", inherit="on")
    assert "from a shared training: choose one" in str(form.errors["inherit"])
