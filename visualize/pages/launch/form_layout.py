"""Layout of the launch form: groups, and each field's path in the configuration."""

from dataclasses import dataclass

from visualize.pages.launch.strategy_fields import RARE, USUAL
from visualize.pages.shared.recipe_fields import RECIPE_FIELDS

PATHS: dict[str, str] = {
    "strategy": "strategy.kind",
    "individuals": "budget.individuals",
    "in_flight": "budget.in_flight",
    "device_hours": "budget.device_hours",
    "failures_before_pause": "budget.failures_before_pause",
    "hopeless_per_cent": "decisions.hopeless_chance",
    "halving": "decisions.halving",
    "rungs": "decisions.rungs",
    "first_repeats": "decisions.first_repeats",
    "proxy": "decisions.proxy",
    "proxy_per_cent": "decisions.proxy_share",
    "seed": "seed",
    "dataset": "protocol.dataset",
    "training_seed": "protocol.seed",
} | {
    name: f"protocol.{name}"
    for name in (
        "host", "channels", "cells", "final_separable", "image_size", "steps", "batch_size", "learning_rate",
        "schedule", "learning_rate_drops", "drop_factor", "momentum", "weight_decay", "crop", "crop_padding", "flip",
        *RECIPE_FIELDS, "train_images", "validation_images", "validation_share", "repeats",
        "time_limit_seconds", "split_seed", "needs", "memory_gib",
    )
}  # fmt: skip
"""Form field -> path in the configuration. `space` is made of four fields and is not in the table, nor are the
settings of strategies (strategy_fields)."""

PER_CENT = {
    "hopeless_per_cent": ("decisions", "hopeless_chance"),
    "proxy_per_cent": ("decisions", "proxy_share"),
}
"""Fields that show a fraction as per cent -> its section and name."""

_FIELDS = {path: name for name, path in PATHS.items()}


@dataclass(frozen=True)
class FieldGroup:
    """Fields that stand under one heading; a folded one opens by itself when it holds an error."""

    title: str
    hint: str
    fields: tuple[str, ...]
    folded: bool = False


GROUPS = (
    FieldGroup(
        "Search",
        "What is searched, and how the next network is chosen",
        ("space", "space_document", "strategy", "individuals", *USUAL, "device_hours", "seed"),
    ),
    FieldGroup(
        "Training",
        "How each network is trained and scored",
        (
            "dataset", "folder", "host", "channels", "steps", "batch_size", "learning_rate", "repeats", "table",
            "inherit", "shared_training",
        ),
    ),
    FieldGroup(
        "Pairs of cells, parameter limit, rare settings",
        "What else the space holds, and what a strategy is seldom told",
        ("reduction_cell", "max_parameters", *RARE),
        folded=True,
    ),
    FieldGroup(
        "Images and schedule",
        "Split, augmentation, learning rate",
        (
            "train_images", "validation_images", "validation_share", "image_size", "crop", "crop_padding", "flip",
            *RECIPE_FIELDS,
            "schedule", "learning_rate_drops", "drop_factor", "momentum", "weight_decay", "cells", "final_separable",
            "training_seed", "split_seed",
        ),
        folded=True,
    ),
    FieldGroup(
        "Early decisions",
        "What is decided before a network is trained to the end; some presets use them",
        ("hopeless_per_cent", "halving", "rungs", "first_repeats", "proxy", "proxy_per_cent"),
        folded=True,
    ),
    FieldGroup(
        "Machine",
        "How much runs at once, for how long, and when to give up",
        ("in_flight", "time_limit_seconds", "failures_before_pause", "needs", "memory_gib"),
        folded=True,
    ),
)  # fmt: skip


def field_of(path: str, message: str) -> str | None:
    """The form's field that a configuration error belongs to; None: the form as a whole."""
    if path in _FIELDS:
        return _FIELDS[path]
    if path.startswith("space"):
        return "max_parameters" if path.endswith("max_parameters") else "space_document"
    if path == "document" and "reduction_cell" in message:
        return "reduction_cell"
    head, _, rest = path.partition(".")
    if head == "protocol" and (name := rest.partition(".")[0]):
        return _FIELDS.get(f"protocol.{name}")
    # A rule over several values names them in its text: the first one named is where to look.
    named = [
        (message.find(leaf), -len(leaf), name)
        for name, path in PATHS.items()
        if (leaf := path.rpartition(".")[2]) in message
    ]
    return min(named)[2] if named else None
