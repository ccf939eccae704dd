"""Forms: name, tags, notes, budget of an experiment; notes on individuals."""

from typing import Any

from django import forms

from search.evolution.text_input import is_visible
from search.models import Experiment
from search.services.experiments.changes import ADJUSTABLE
from visualize.pages.shared.budget_field import BudgetField
from visualize.pages.shared.names import visible

MAX_TAGS = 20
TAG_LENGTH = 40
MAX_NOTES = 20_000
TOO_LONG = "“{tag}…” is too long; a tag has at most {most} characters."


class TagsField(forms.CharField):
    """Words separated by commas; each once, in the order given."""

    def clean(self, value: Any) -> list[str]:
        words = [" ".join(word.split()) for word in str(super().clean(value)).split(",")]
        tags = list(dict.fromkeys(word for word in words if is_visible(word)))
        if len(tags) > MAX_TAGS:
            raise forms.ValidationError(f"{len(tags)} tags are too many; at most {MAX_TAGS} are kept.")
        for tag in tags:
            if len(tag) > TAG_LENGTH:
                raise forms.ValidationError(TOO_LONG.format(tag=tag[:TAG_LENGTH], most=TAG_LENGTH))
        return tags

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


MARKDOWN = "Markdown: **bold**, lists, tables, links."


class WordsForm(forms.Form):
    """Notes and tags, of an individual."""

    tags = TagsField(required=False, max_length=1000, help_text="Words with commas between them.")
    notes = forms.CharField(
        required=False, max_length=MAX_NOTES, widget=forms.Textarea(attrs={"rows": 4}), help_text=MARKDOWN
    )


class ExperimentForm(forms.Form):
    """What may change about an experiment at any time, and while it goes on."""

    name = forms.CharField(max_length=200, help_text="To find it again.", validators=[visible])
    tags = TagsField(required=False, max_length=1000, help_text="Words with commas between them.")
    notes = forms.CharField(
        required=False,
        max_length=MAX_NOTES,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"What it is for, what you found. {MARKDOWN}",
    )
    individuals = forms.IntegerField(
        min_value=1,
        max_value=1_000_000,
        label="Networks to try",
        help_text="The search ends when so many are done.",
    )
    in_flight = forms.IntegerField(
        min_value=1, max_value=10_000, label="At once", help_text="Evaluations under way at the same time."
    )
    device_hours = BudgetField(
        "Device hours of training, or money where a device hour has its price here; the search ends when they are "
        "spent. Empty: no such end."
    )
    time_limit_seconds = forms.IntegerField(
        min_value=1,
        max_value=604_800,
        label="Time limit for one repeat, seconds",
        help_text="For networks proposed from now on. Fitness is shared among trainings under the same limit: what "
        "was found under another one stays, and networks that are met again are trained anew.",
    )

    def __init__(self, *args: Any, experiment: Experiment, going_on: bool, **kwargs: Any) -> None:
        config = experiment.configuration
        kwargs.setdefault(
            "initial",
            {
                "name": experiment.name,
                "tags": experiment.tags,
                "notes": experiment.notes,
                "individuals": experiment.individuals_planned,
                "in_flight": config.budget.in_flight,
                "device_hours": config.budget.device_hours,
                "time_limit_seconds": config.protocol.time_limit_seconds,
            },
        )
        super().__init__(*args, **kwargs)
        if not going_on:
            for field in ("individuals", "in_flight", "device_hours"):
                del self.fields[field]
        if experiment.state not in ADJUSTABLE:
            del self.fields["time_limit_seconds"]
