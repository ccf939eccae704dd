"""Launch form: one field for each value of an experiment's configuration.

The bounds live in search.evolution.experiments.config alone: the form only turns text into values, builds the
document and puts each message of the configuration beside the field it is about.
"""

from typing import Any

from django import forms

from search.evolution.experiments.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.experiments.datasets import DATASETS, FOLDER_NAME_RULE, FOLDER_PREFIX
from search.evolution.experiments.presets import PRESETS
from visualize.pages.launch.evaluator_fields import (
    EvaluatorFields,
    evaluator_of,
    evaluator_values,
    shared_training_fault,
)
from visualize.pages.launch.form_layout import GROUPS, PATHS, PER_CENT, field_of
from visualize.pages.launch.machine_fields import MachineFields
from visualize.pages.launch.space_field import space_of, space_values
from visualize.pages.launch.strategy_fields import (
    SETTINGS,
    field_of_setting,
    initial_of,
    settings_of,
    strategy_choice,
    strategy_fields,
    told,
)
from visualize.pages.shared.bounds import bounds_of, field_at, limit
from visualize.pages.shared.field_kinds import StepList, flag, in_per_cent, of_per_cent, real, whole
from visualize.pages.shared.names import visible
from visualize.pages.shared.recipe_fields import RecipeFields
from visualize.pages.shared.space_builder import CUSTOM, space_document_field
from visualize.pages.shared.space_words import in_form_words

FOLDER = "folder"
REQUIRED = "This field is required"
NAME_REQUIRED = "Give the experiment a name."

_SPACE_CHOICES = [
    ("hierarchical", "Hierarchical"),
    ("flat", "Flat"),
    ("flat-constrained", "Flat, parameters limited"),
    (CUSTOM, "Custom"),
]
_DATASET_CHOICES = [*((name, name) for name in DATASETS), (FOLDER, "a folder of images")]


class LaunchForm(RecipeFields, EvaluatorFields, MachineFields):
    """Everything about a new experiment. `config` is set once the form is valid."""

    config: ExperimentConfig

    name = forms.CharField(
        max_length=200,
        help_text="To find it again.",
        error_messages={"required": NAME_REQUIRED},
        validators=[visible],
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    """Made with the form: one form creates one experiment, however often it is sent."""

    space = forms.ChoiceField(
        choices=_SPACE_CHOICES,
        label="Search space",
        help_text="Hierarchical: 6 motifs of 4 nodes in a cell of 5. Flat: one graph of 11 nodes.",
    )
    space_document = space_document_field()
    reduction_cell = flag(
        "Normal and reduction cell",
        "Two cells are evolved together, as in NASNet: the reduction cell stands before each reduction of the host, "
        "the normal cell elsewhere.",
    )
    max_parameters = whole(
        "Parameter limit",
        "Larger networks are not proposed; counted in the paper's small host, whatever trains. Empty: the space's own "
        "(flat, limited: 550,000).",
        required=False,
    )
    strategy = strategy_choice()
    individuals = whole(
        "Networks to try", "The search ends when so many are done, the initial ones included."
    )
    seed = whole("Seed", "The same seed proposes the same networks, as long as the same results come back.")

    dataset = forms.ChoiceField(
        choices=_DATASET_CHOICES, label="Data set", help_text="What the networks learn."
    )
    folder = forms.CharField(
        required=False,
        label="Folder",
        max_length=64,
        help_text="Its name under the data folder, one directory a class. The name has "
        + FOLDER_NAME_RULE
        + ".",
    )
    host = forms.ChoiceField(
        choices=[("small", "Small"), ("large", "Large"), ("imagenet", "ImageNet")],
        help_text="The fixed network that the cells are placed in.",
    )
    channels = whole("Channels", "Width of the first cell; it doubles with each group.")
    cells = whole("Cells in a group", "Copies of the cell between two reductions.")
    final_separable = forms.ChoiceField(
        choices=[("none", "None"), ("s1_c", "Stride 1, same width"), ("s2_2c", "Stride 2, twice the width")],
        label="After the last cell",
        help_text="One more separable convolution, or nothing.",
    )
    image_size = whole(
        "Image size", "Side in pixels to resize to. Empty: the data set's own.", required=False
    )
    steps = whole("Training steps", "Updates of the weights in one training.")
    batch_size = whole("Batch size", "Images in one step.")
    learning_rate = real("Learning rate", "At the start.")
    schedule = forms.ChoiceField(
        choices=[("steps", "Step drops"), ("cosine", "Cosine")],
        label="Learning rate schedule",
        help_text="Step drops: as published. Cosine: falls smoothly to nearly zero at the last step, so that "
        "short trainings tell networks apart; takes no drops.",
    )
    learning_rate_drops = StepList(
        required=False, label="Learning rate drops", help_text="After these steps, with commas. Empty: never."
    )
    drop_factor = real("Drop factor", "What the learning rate is multiplied by at each drop.")
    momentum = real("Momentum", "Of stochastic gradient descent.")
    weight_decay = real("Weight decay", "L2 penalty on the weights.")
    crop = whole("Random crop", "Side in pixels that training sees. Empty: the whole image.", required=False)
    crop_padding = whole("Crop padding", "Zero pixels around the image before the crop.")
    flip = flag("Flip", "Mirror half of the training images left to right.")
    train_images = whole("Training images", "Empty: all that validation leaves.", required=False)
    validation_images = whole(
        "Validation images", "Fitness is the accuracy on these. The test set is never touched."
    )
    validation_share = real(
        "Validation share",
        "Of a folder's images, such as 0.2: once they are counted it becomes the number of validation images. Empty: "
        "that number as it stands.",
        required=False,
    )
    repeats = whole("Repeats", "Trainings of each network; fitness is their mean.")
    training_seed = whole("Training seed", "Enters every training's seed.")
    split_seed = whole(
        "Split seed",
        "Splits the images into those to train on and those to validate on. Empty: the training seed.",
        required=False,
    )
    hopeless_per_cent = real(
        "Early stopping: chance, %",
        "A training stops once its curve says that its network wins any one tournament with at most this chance. "
        "0: never. For evolution only.",
    )
    halving = whole(
        "Halving: keep one in",
        "At each rung only the best one in so many trains on; the others wait there, and may go on later. 0: all do.",
    )
    rungs = whole("Halving: rungs", "After 1/4 of the steps; with two also after 1/2, with three after 3/4.")
    first_repeats = whole(
        "Repeats at first",
        "Fewer than the protocol's repeats; one more each time the network is proposed again or leads. 0: all at once.",
    )
    proxy = forms.ChoiceField(
        choices=[
            ("none", "Nothing"), ("parameters", "Number of parameters"), ("multiply_adds", "Number of multiply-adds"),
        ],
        label="Reject children by",
        help_text="Before training, from how it went with fitness among the initial networks; where it tells "
        "nothing, nothing is rejected.",
    )  # fmt: skip
    proxy_per_cent = real(
        "Rejection limit, %",
        "Children beyond this share of the initial networks, on the side that fares worse, are drawn again.",
    )

    def clean(self) -> dict[str, Any]:
        """A field that is no number hides what else is wrong with the configuration; a missing name does not."""
        values = self.cleaned_data
        self._forget_other_strategies(values.get("strategy", ""))
        if self.errors.keys() <= {"name", "token"}:
            try:
                self.config = experiment_config(self._document(values))
            except ConfigError as error:
                for path, message in in_form_words(error.errors):
                    self.add_error(self._place(path, message), f"{message}.")
            else:
                if fault := shared_training_fault(self.config):
                    self.add_error("shared_training", fault)
        return values

    def _forget_other_strategies(self, kind: str) -> None:
        """What is wrong in a field that the chosen strategy does not read is no fault."""
        mine = {row.form_name for row in settings_of(kind)}
        for row in SETTINGS:
            if kind and row.form_name not in mine:
                self.errors.pop(row.form_name, None)

    def _place(self, path: str, message: str) -> str | None:
        section, _, setting = path.partition(".")
        if section == "form":
            return setting
        if section == "strategy" and setting != "kind":
            return field_of_setting(self.cleaned_data["strategy"], setting.partition(".")[0])
        field = "start_from" if message.startswith("start_from") else field_of(path, message)
        return "folder" if field == "dataset" and self.cleaned_data.get("dataset") == FOLDER else field

    def _document(self, values: dict[str, Any]) -> dict[str, Any]:
        document: dict[str, Any] = {"space": space_of(values)}
        for name, path in PATHS.items():
            *parents, leaf = path.split(".")
            target = document
            for parent in parents:
                target = target.setdefault(parent, {})
            target[leaf] = values[name]
        for name, (section, leaf) in PER_CENT.items():
            document[section][leaf] = of_per_cent(values[name])
        document["strategy"], empty = told(values["strategy"], values)
        if empty:
            raise ConfigError([(f"form.{name}", REQUIRED) for name in empty])
        document["protocol"] |= evaluator_of(values)
        if values["dataset"] == FOLDER:
            document["protocol"]["dataset"] = FOLDER_PREFIX + values["folder"].removeprefix(FOLDER_PREFIX)
        return document

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


LaunchForm.base_fields |= strategy_fields()
for _name, _path in PATHS.items():
    if _name != "strategy":
        limit(LaunchForm.base_fields[_name], bounds_of(field_at(_path), per_cent=_name in PER_CENT))


def initial_values(config: ExperimentConfig) -> dict[str, Any]:
    """The form's fields as they describe a configuration."""
    document = config.to_json()
    values: dict[str, Any] = {}
    for name, path in PATHS.items():
        value: Any = document
        for part in path.split("."):
            value = value[part]
        values[name] = value
    values |= initial_of(config.strategy) | evaluator_values(config)
    for name, (section, leaf) in PER_CENT.items():
        values[name] = in_per_cent(document[section][leaf])
    values |= space_values(config.space)
    if config.protocol.dataset not in DATASETS:
        values |= {"dataset": FOLDER, "folder": config.protocol.dataset.removeprefix(FOLDER_PREFIX)}
    return values


def preset_values(name: str) -> dict[str, Any]:
    """The form's fields as a preset fills them; the quick one stands in for an unknown name."""
    row = PRESETS.get(name) or PRESETS["quick"]
    return {"name": row.title, **initial_values(row.config)}
