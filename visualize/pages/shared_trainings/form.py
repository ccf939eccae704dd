"""Form of a new shared training: text into the document, and each message of the document beside its field."""

from typing import Any

from django import forms

from search.evolution.experiments.config import ConfigError
from search.evolution.experiments.datasets import DATASETS
from search.evolution.experiments.shared_trainings import METHODS, SharedTraining, shared_training
from visualize.pages.shared.names import visible
from visualize.pages.shared.space_builder import CUSTOM, custom_space, space_document_field
from visualize.pages.shared.space_words import in_form_words

METHOD_TITLES = {
    "gdas": "GDAS",
    "darts": "DARTS",
    "enas": "ENAS",
    "random": "Random sampling",
    "fabric": "Fabric",
    "smash": "SMASH",
}
OF_PROTOCOL = (
    "dataset",
    "channels",
    "steps",
    "batch_size",
    "learning_rate",
    "train_images",
    "validation_images",
)
OF_TRAINING = (
    "method",
    "epochs",
    "candidates",
    "seed",
    "second_order",
    "gate_learning_rate",
    "temperature_start",
    "temperature_end",
    "path_dropout",
    "growing_sizes",
)
GROUPS = (
    ("What is trained", ("name", "method", "space", "space_document")),
    ("On what", ("dataset", "train_images", "validation_images", "channels")),
    ("How", ("steps", "epochs", "batch_size", "learning_rate", "seed")),
    ("Afterwards", ("candidates", "retrain_best")),
    (
        "The method's own",
        (
            "gate_learning_rate",
            "second_order",
            "temperature_start",
            "temperature_end",
            "path_dropout",
            "growing_sizes",
        ),
    ),
)
FIRST_LOOK: dict[str, Any] = {
    "method": "gdas",
    "space": "hierarchical",
    "dataset": "digits",
    "channels": 4,
    "steps": 200,
    "batch_size": 32,
    "learning_rate": 0.05,
    "train_images": 1000,
    "validation_images": 300,
    "epochs": 10,
    "retrain_best": 5,
}
"""Values of the empty form: some minutes on a laptop."""


class SharedTrainingForm(forms.Form):
    """`config` is set once the form is valid."""

    config: SharedTraining

    name = forms.CharField(
        max_length=200, required=False, validators=[visible], help_text="To find it again."
    )
    method = forms.ChoiceField(
        choices=[(name, METHOD_TITLES.get(name, name)) for name in METHODS], help_text="Explained below."
    )
    space = forms.ChoiceField(
        choices=[("hierarchical", "Hierarchical"), ("flat", "Flat"), (CUSTOM, "Custom")],
        label="Search space",
        help_text="Hierarchical: 6 motifs of 4 nodes in a cell of 5. Flat: one graph of 11 nodes.",
    )
    space_document = space_document_field()
    dataset = forms.ChoiceField(choices=[(name, name) for name in DATASETS], label="Data set")
    train_images = forms.IntegerField(label="Training images", required=False, help_text="Empty: all.")
    validation_images = forms.IntegerField(label="Validation images")
    channels = forms.IntegerField(help_text="Width of the first cell; it doubles with each group.")
    steps = forms.IntegerField(label="Training steps", help_text="Updates of the shared weights.")
    epochs = forms.IntegerField(
        help_text="Points of the course that is shown; the steps are spread over them."
    )
    batch_size = forms.IntegerField(label="Batch size", help_text="Images in one step.")
    learning_rate = forms.FloatField(
        label="Learning rate", help_text="At the start; falls along half a cosine."
    )
    seed = forms.IntegerField(help_text="The same seed and document: the same weights.")
    candidates = forms.IntegerField(
        label="Networks scored",
        help_text="At the end, with the shared weights, beside the derived one. "
        "SMASH: random ones, then a fifth as many perturbations of the best and as many steps of a walk.",
    )
    retrain_best = forms.IntegerField(
        label="Best from scratch",
        min_value=0,
        max_value=100,
        help_text="So many of them are trained from random weights at the end, by themselves. 0: none.",
    )
    gate_learning_rate = forms.FloatField(
        label="Learning rate of gates", help_text="Of the gates, the controller or the hypernetwork (Adam)."
    )
    second_order = forms.BooleanField(
        label="Second order", required=False, help_text="DARTS: the gates' gradient looks one step ahead."
    )
    temperature_start = forms.FloatField(label="First temperature", help_text="GDAS: of the Gumbel softmax.")
    temperature_end = forms.FloatField(label="Last temperature")
    path_dropout = forms.FloatField(
        label="Path dropout", help_text="Fabric: share of the operations that a step leaves out."
    )
    growing_sizes = forms.BooleanField(
        label="Small networks first",
        required=False,
        help_text="SMASH: over the first half of the steps networks are drawn from the smallest tenth up to all.",
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        try:
            self.config = shared_training(self._document(values))
        except ConfigError as refusal:
            for path, message in in_form_words(refusal.errors):
                field = path.rpartition(".")[2]
                known = field if field in self.fields and field != "space" else None
                self.add_error("space_document" if path.startswith("space") else known, f"{message}.")
        return values

    def _document(self, values: dict[str, Any]) -> dict[str, Any]:
        custom = values["space"] == CUSTOM
        return {
            "space": custom_space(values["space_document"]) if custom else values["space"],
            "protocol": {name: values[name] for name in OF_PROTOCOL},
            **{name: values[name] for name in OF_TRAINING},
        }

    def groups(self) -> list[dict[str, Any]]:
        """Fields as the page lays them out."""
        return [{"title": title, "fields": [self[name] for name in names]} for title, names in GROUPS]


def initial_values(method: str = "") -> dict[str, Any]:
    """Of the empty form; `method` where the address names one."""
    defaults = SharedTraining()
    values = {name: getattr(defaults, name) for name in OF_TRAINING}
    values |= {name: getattr(defaults.protocol, name) for name in OF_PROTOCOL}
    values |= FIRST_LOOK
    return values | ({"method": method} if method in METHODS else {})
