"""Launch form: the search space as four fields, and back."""

import json
from collections.abc import Mapping
from typing import Any

from search.evolution.genotypes.space import SPACES, LevelShape, SearchSpace
from visualize.pages.shared.space_builder import CUSTOM, custom_space


def space_of(values: Mapping[str, Any]) -> Any:
    """What the configuration says of the space. Raises ConfigError for a custom one that is no JSON."""
    limit = values["max_parameters"]
    if values["space"] == CUSTOM:
        space = custom_space(values["space_document"])
        if not isinstance(space, dict):
            return space
        return _paired(space | ({"max_parameters": limit} if limit else {}), values["reduction_cell"])
    preset = SPACES[values["space"]]
    if not values["reduction_cell"] and limit in (None, preset.max_parameters):
        return preset.name
    # A preset's name stands for its own limit and for one cell; else it is a custom space of the same shape.
    shape = preset.model_dump(mode="json", exclude={"name"})
    return _paired(shape | ({} if limit is None else {"max_parameters": limit}), values["reduction_cell"])


def _paired(space: dict[str, Any], pair: bool) -> dict[str, Any]:
    """With a second cell of the shape of the first; what is no such space says so where it is validated."""
    if not pair or space.get("reduction_cell"):
        return space
    match space.get("levels"):
        case [*lower, {"motifs": 1} as cell]:
            return space | {"levels": [*lower, {**cell, "motifs": 2}], "reduction_cell": True}
    return space | {"reduction_cell": True}


def space_values(space: SearchSpace) -> dict[str, Any]:
    """The fields as they describe a space: with a pair of cells, as the space of one cell and the box ticked."""
    plain = _of_one_cell(space) if space.reduction_cell else space
    values: dict[str, Any] = {"reduction_cell": space.reduction_cell, "max_parameters": None}
    if plain.name is not None:
        return values | {"space": plain.name}
    shape = plain.model_dump(mode="json", exclude={"name", "max_parameters"})
    return values | {
        "space": CUSTOM, "space_document": json.dumps(shape), "max_parameters": space.max_parameters
    }  # fmt: skip


def _of_one_cell(space: SearchSpace) -> SearchSpace:
    """The same space without its reduction cell: a preset by its name where it is one."""
    *lower, pair = space.levels
    levels = (*lower, LevelShape(motifs=1, nodes=pair.nodes))
    for preset in SPACES.values():
        same = (preset.levels, preset.primitives, preset.max_parameters)
        if same == (levels, space.primitives, space.max_parameters):
            return preset
    return SearchSpace(levels=levels, primitives=space.primitives, max_parameters=space.max_parameters)
