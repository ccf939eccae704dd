"""A custom search space in a form: its JSON, which fields of a builder write and read, and what that builder shows."""

from typing import Any

from django import forms

from search.evolution.experiments.config import ConfigError
from search.evolution.genotypes.primitives import PRIMITIVES
from search.evolution.genotypes.space import MAX_LEVELS, MAX_MOTIFS, MAX_NODES, SPACES
from search.evolution.text_input import read_json

CUSTOM = "custom"
EXAMPLE_SPACE = '{"levels": [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 5}]}'


def space_document_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        label="Custom space as JSON",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": EXAMPLE_SPACE}),
        help_text="JSON: levels from level 2 to the cell; optionally primitives.",
    )


def custom_space(text: str) -> Any:
    """What the JSON says. Raises ConfigError where it is none."""
    try:
        return read_json(text or "null")
    except (ValueError, RecursionError) as error:
        raise ConfigError([("space", f"The custom space is not JSON: {error}")]) from None


def builder_context() -> dict[str, Any]:
    """For `shared/space_builder.html`."""
    return {
        "primitives": PRIMITIVES,
        "shapes": {name: row.model_dump(mode="json", include={"levels"}) for name, row in SPACES.items()},
        "most_levels": MAX_LEVELS - 1,
        "most_motifs": MAX_MOTIFS,
        "most_nodes": MAX_NODES,
    }
