"""Fields of the test scores' form that change a preset's training; what is left empty stays as the preset has it."""

import copy
from collections.abc import Iterable
from typing import Any, cast

from django import forms

from search.evolution.experiments.config import ConfigError, Protocol
from visualize.pages.shared.bounds import bounds_of, limit
from visualize.pages.shared.field_kinds import real, whole
from visualize.pages.shared.recipe_fields import RECIPE_FIELDS, RecipeFields

AS_PRESET = "As the preset has it"
YES_OR_NO = {"yes": True, "no": False}
SIZE_HELP = "Side in pixels. Empty: as the preset has it, else that of the random crop."


class TrainingFields(forms.Form):
    """`overrides` holds the protocol fields that were filled in, once the form is valid."""

    steps = whole("Training steps", "Updates of the weights in each run.", required=False)
    channels = whole("Channels", "Width of the first cell; it doubles with each group.", required=False)
    cells = whole("Cells in a group", "Copies of the cell between two reductions.", required=False)
    batch_size = whole("Batch size", "Images in one step.", required=False)
    learning_rate = real("Learning rate", "At the start.", required=False)
    weight_decay = real("Weight decay", "L2 penalty on the weights.", required=False)
    image_size = whole("Image size", "Side in pixels to resize to.", required=False)
    crop = whole("Random crop", "Side in pixels that training sees.", required=False)
    flip = forms.ChoiceField(
        label="Flip",
        required=False,
        choices=[("", AS_PRESET), ("yes", "Half of the images"), ("no", "None")],
        help_text="Mirror training images left to right.",
    )

    @property
    def overrides(self) -> dict[str, Any]:
        filled = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return filled | ({"flip": YES_OR_NO[filled["flip"]]} if "flip" in filled else {})

    @property
    def is_changed(self) -> bool:
        """Whether any field is filled in, rightly or not: the form then stands open."""
        return any(self.data.get(name) for name in self.fields)

    def refuse(self, refusal: ConfigError) -> None:
        """Put each message of the protocol beside its field."""
        for path, message in refusal.errors:
            name = path.partition(".")[0]
            self.add_error(name if name in self.fields else None, f"{message}.")


def _as_preset(name: str) -> forms.Field:
    """A field of a search's recipe that may be left to the preset."""
    field = copy.deepcopy(RecipeFields.base_fields[name])
    field.required = False
    if isinstance(field, forms.ChoiceField):
        field.choices = [("", AS_PRESET), *cast(Iterable[tuple[str, str]], field.choices)]
    if name == "scoring_size":
        field.help_text = SIZE_HELP
    return field


TrainingFields.base_fields |= {name: _as_preset(name) for name in RECIPE_FIELDS}
for _name, _field in TrainingFields.base_fields.items():
    limit(_field, bounds_of(Protocol.model_fields[_name]))
