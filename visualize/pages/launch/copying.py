"""What a copy of a search does not take over: found by filling the form from its configuration and reading it again."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from search.evolution.experiments.config import ExperimentConfig
from visualize.pages.launch.form import LaunchForm, initial_values

AFRESH = "The images of its folder are counted and looked at afresh when the copy begins."
OF_A_FOLDER = ("protocol.content",)
NO_TABLE = "Its benchmark table “{table}” is not here: the copy would train each network."
NO_SHARED_TRAINING = (
    "Its shared training is not stored here, or has failed: the copy would train each network."
)
BECOMES = "{path}: {old} would become {new}."
NOTHING = "nothing"


def as_sent(values: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values as a browser sends them: text, and nothing for what is empty or not ticked."""
    fields = LaunchForm.base_fields
    sent = {name: fields[name].prepare_value(value) for name, value in values.items()}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def not_taken_over(config: ExperimentConfig) -> list[str]:
    """Sentences, one for each setting that would differ; of a configuration that the form refuses, why."""
    form = LaunchForm(as_sent({**initial_values(config), "name": "copy", "token": uuid4()}))
    if not form.is_valid():
        return [
            f"{form.fields[name].label}: {' '.join(map(str, said))}" for name, said in form.errors.items()
        ]
    before, after = dict(_leaves(config.to_json())), dict(_leaves(form.config.to_json()))
    told = [_sentence(path, before.get(path), after.get(path)) for path in {**before, **after}
            if before.get(path) != after.get(path)]  # fmt: skip
    return list(dict.fromkeys(told))


def _sentence(path: str, old: object, new: object) -> str:
    if path.startswith(OF_A_FOLDER):
        return AFRESH
    if path == "protocol.evaluator" and isinstance(old, dict):
        return NO_TABLE.format(table=old["table"]) if "table" in old else NO_SHARED_TRAINING
    said = [NOTHING if value is None else value for value in (old, new)]
    return BECOMES.format(path=path, old=said[0], new=said[1])


def _leaves(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted path, value): of the document's sections, and of theirs; what is deeper is one value."""
    for name, value in document.items():
        if isinstance(value, dict) and not above and name != "space":
            yield from _leaves(value, f"{name}.")
        else:
            yield above + name, value
