"""The launch form: one field for each value of an experiment's configuration.

The bounds live in search.evolution.config alone: the form only turns text into values, builds the document and puts
each message of the configuration beside the field it is about.
"""

import json
from typing import Any

from django import forms

from search.evolution.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.datasets import DATASETS, FOLDER_PREFIX
from search.evolution.presets import PRESETS
from search.evolution.space import SPACES
from visualize.launch_layout import GROUPS, PATHS, PER_CENT, field_of

CUSTOM = "custom"
FOLDER = "folder"
NAME_REQUIRED = "Give the experiment a name."
EXAMPLE_SPACE = '{"levels": [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 5}]}'

_SPACE_CHOICES = [
    ("hierarchical", "Hierarchical"),
    ("flat", "Flat"),
    ("flat-constrained", "Flat, parameters limited"),
    (CUSTOM, "Custom"),
]
_DATASET_CHOICES = [*((name, name) for name in DATASETS), (FOLDER, "a folder of images")]


class StepList(forms.CharField):
    """Whole numbers with commas between them."""

    def to_python(self, value: Any) -> Any:
        parts = str(value or "").replace(",", " ").split()
        try:
            return [int(part) for part in parts]
        except ValueError:
            raise forms.ValidationError(
                f"Use whole numbers with commas between them, not {value!r}."
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _whole(label: str, help_text: str, *, required: bool = True) -> forms.IntegerField:
    field = forms.IntegerField(label=label, help_text=help_text, required=required, localize=False)
    field.widget.attrs["inputmode"] = "numeric"
    return field


def _real(label: str, help_text: str) -> forms.FloatField:
    field = forms.FloatField(label=label, help_text=help_text)
    field.widget.attrs |= {"step": "any", "inputmode": "decimal"}
    return field


def _flag(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


class LaunchForm(forms.Form):
    """Everything about a new experiment. `config` is set once the form is valid."""

    config: ExperimentConfig

    name = forms.CharField(
        max_length=200, help_text="To find it again.", error_messages={"required": NAME_REQUIRED}
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    """Made with the form: one form creates one experiment, however often it is sent."""

    space = forms.ChoiceField(
        choices=_SPACE_CHOICES,
        label="Search space",
        help_text="Hierarchical: 6 motifs of 4 nodes in a cell of 5. Flat: one graph of 11 nodes.",
    )
    space_document = forms.CharField(
        required=False,
        label="Custom space",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": EXAMPLE_SPACE}),
        help_text="JSON, read when the search space is Custom: levels from level 2 to the cell; optionally primitives.",
    )
    max_parameters = _whole(
        "Parameter limit",
        "Larger networks are not proposed. Empty: the space's own (flat, limited: 550,000).",
        required=False,
    )
    strategy = forms.ChoiceField(
        choices=[("evolution", "Evolution"), ("aging", "Aging evolution"), ("random", "Random search")],
        help_text="Evolution mutates the winner of a tournament; aging: only the youngest compete, as many as "
        "there are initial networks; random search draws anew each time.",
    )
    individuals = _whole(
        "Networks to try", "The search ends when so many are done, the initial ones included."
    )
    initial_population = _whole("Initial networks", "Random ones at the start, before the first tournament.")
    initial_mutations = _whole(
        "Initial mutations", "Random mutations that make an initial network from the trivial one."
    )
    tournament_per_cent = _real(
        "Tournament, %", "Share of the population that competes to be a parent; the fittest wins."
    )
    allow_same_operation = _flag(
        "Mutations may change nothing",
        "As published, a mutation may draw the operation that is there already.",
    )
    share_fitness = _flag(
        "Share fitness", "Equal networks are trained once. Off: each is trained again, as published."
    )
    seed = _whole("Seed", "The same seed proposes the same networks, as long as the same results come back.")

    dataset = forms.ChoiceField(
        choices=_DATASET_CHOICES, label="Data set", help_text="What the networks learn."
    )
    folder = forms.CharField(
        required=False,
        label="Folder",
        max_length=64,
        help_text="Its name under the data folder, one directory a class.",
    )
    host = forms.ChoiceField(
        choices=[("small", "Small"), ("large", "Large"), ("imagenet", "ImageNet")],
        help_text="The fixed network that the cells are placed in.",
    )
    channels = _whole("Channels", "Width of the first cell; it doubles with each group.")
    cells = _whole("Cells in a group", "Copies of the cell between two reductions.")
    final_separable = forms.ChoiceField(
        choices=[("none", "None"), ("s1_c", "Stride 1, same width"), ("s2_2c", "Stride 2, twice the width")],
        label="After the last cell",
        help_text="One more separable convolution, or nothing.",
    )
    image_size = _whole(
        "Image size", "Side in pixels to resize to. Empty: the data set's own.", required=False
    )
    steps = _whole("Training steps", "Updates of the weights in one training.")
    batch_size = _whole("Batch size", "Images in one step.")
    learning_rate = _real("Learning rate", "At the start.")
    learning_rate_drops = StepList(
        required=False, label="Learning rate drops", help_text="After these steps, with commas. Empty: never."
    )
    drop_factor = _real("Drop factor", "What the learning rate is multiplied by at each drop.")
    momentum = _real("Momentum", "Of stochastic gradient descent.")
    weight_decay = _real("Weight decay", "L2 penalty on the weights.")
    crop = _whole("Random crop", "Side in pixels that training sees. Empty: the whole image.", required=False)
    crop_padding = _whole("Crop padding", "Zero pixels around the image before the crop.")
    flip = _flag("Flip", "Mirror half of the training images left to right.")
    train_images = _whole("Training images", "Empty: all that validation leaves.", required=False)
    validation_images = _whole(
        "Validation images", "Fitness is the accuracy on these. The test set is never touched."
    )
    repeats = _whole("Repeats", "Trainings of each network; fitness is their mean.")
    time_limit_seconds = _whole("Time limit, s", "A training that takes longer fails.")
    training_seed = _whole("Training seed", "Splits the images and enters every training's seed.")
    hopeless_per_cent = _real(
        "Stop hopeless, %",
        "A training stops once its curve says that its network wins any one tournament with at most this chance. "
        "0: never. For evolution only.",
    )
    halving = _whole(
        "Halving: keep one in",
        "At each rung only the best one in so many trains on; the others wait there, and may go on later. 0: all do.",
    )
    rungs = _whole("Halving: rungs", "After 1/4 of the steps; with two also after 1/2, with three after 3/4.")
    first_repeats = _whole(
        "Repeats at first",
        "Fewer than the protocol's repeats; one more each time the network is proposed again or leads. 0: all at once.",
    )
    proxy = forms.ChoiceField(
        choices=[
            ("none", "Nothing"), ("parameters", "Number of parameters"), ("multiply_adds", "Number of multiply-adds"),
        ],
        label="Judge children by",
        help_text="Before training, from how it went with fitness among the initial networks; where it tells "
        "nothing, nothing is refused.",
    )  # fmt: skip
    proxy_per_cent = _real(
        "Refuse beyond, %",
        "Children beyond this share of the initial networks, on the side that fares worse, are drawn again.",
    )
    failures_before_pause = _whole(
        "Pause after failures",
        "A search that failed so often without one success pauses and says why. 0: it goes on.",
    )
    in_flight = _whole(
        "At once", "Networks proposed ahead of their results. As many as workers keeps all busy."
    )

    def clean(self) -> dict[str, Any]:
        """A field that is no number hides what else is wrong with the configuration; a missing name does not."""
        values = self.cleaned_data
        if self.errors.keys() <= {"name", "token"}:
            try:
                self.config = experiment_config(self._document(values))
            except ConfigError as error:
                for path, message in error.errors:
                    self.add_error(self._place(path, message), f"{message}.")
        return values

    def _place(self, path: str, message: str) -> str | None:
        field = field_of(path, message)
        return "folder" if field == "dataset" and self.cleaned_data.get("dataset") == FOLDER else field

    def _document(self, values: dict[str, Any]) -> dict[str, Any]:
        document: dict[str, Any] = {"space": self._space(values)}
        for name, path in PATHS.items():
            *parents, leaf = path.split(".")
            target = document
            for parent in parents:
                target = target.setdefault(parent, {})
            target[leaf] = values[name]
        for name, (section, leaf) in PER_CENT.items():
            document[section][leaf] = values[name] / 100
        if values["dataset"] == FOLDER:
            document["protocol"]["dataset"] = FOLDER_PREFIX + values["folder"].removeprefix(FOLDER_PREFIX)
        return document

    def _space(self, values: dict[str, Any]) -> Any:
        limit = values["max_parameters"]
        if values["space"] == CUSTOM:
            try:
                space = json.loads(values["space_document"] or "null")
            except ValueError as error:
                raise ConfigError([("space", f"The custom space is not JSON: {error}")]) from None
            return space | {"max_parameters": limit} if isinstance(space, dict) and limit else space
        preset = SPACES[values["space"]]
        if limit is None or limit == preset.max_parameters:
            return preset.name
        # A preset's name stands for its own limit; with another one it is a custom space of the same shape.
        return preset.model_dump(mode="json", exclude={"name"}) | {"max_parameters": limit}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """For the template: each group with its bound fields, open if it is not folded or holds an error."""
        return [
            {
                "title": group.title,
                "hint": group.hint,
                "folded": group.folded,
                "fields": [self[name] for name in group.fields],
                "open": any(name in self.errors for name in group.fields),
            }
            for group in GROUPS
        ]


def initial_values(config: ExperimentConfig) -> dict[str, Any]:
    """The form's fields as they describe a configuration."""
    document = config.to_json()
    values: dict[str, Any] = {}
    for name, path in PATHS.items():
        value: Any = document
        for part in path.split("."):
            value = value[part]
        values[name] = value
    for name, (section, leaf) in PER_CENT.items():
        values[name] = f"{100 * document[section][leaf]:.6g}"
    if config.space.name is None:
        shape = config.space.model_dump(mode="json", exclude={"name", "max_parameters"})
        values |= {"space": CUSTOM, "space_document": json.dumps(shape)}
    else:
        values["space"] = config.space.name
    values["max_parameters"] = config.space.max_parameters if config.space.name is None else None
    if config.protocol.dataset not in DATASETS:
        values |= {"dataset": FOLDER, "folder": config.protocol.dataset.removeprefix(FOLDER_PREFIX)}
    return values


def preset_values(name: str) -> dict[str, Any]:
    """The form's fields as a preset fills them; the quick one stands in for an unknown name."""
    row = PRESETS.get(name) or PRESETS["quick"]
    return {"name": row.title, **initial_values(row.config)}
