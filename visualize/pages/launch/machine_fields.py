"""Fields of the launch form about machines: how much runs at once, where, for how long, and when to give up."""

from django import forms

from visualize.pages.shared.budget_field import BudgetField
from visualize.pages.shared.field_kinds import TagList, whole


class MachineFields(forms.Form):
    """The part of the launch form that no network depends on."""

    device_hours = BudgetField(
        "The search ends when so much training is spent: device hours, such as 2.5, or money where a device hour has "
        "its price here. What is in training then runs to its end. Empty: only the number of networks ends it."
    )
    time_limit_seconds = whole(
        "Time limit, s",
        "A training that takes longer fails. Seconds of the processor where one thread trains, so that a busy machine "
        "fails nobody; of the clock on a GPU or with several threads.",
    )
    failures_before_pause = whole(
        "Pause after failures",
        "A search that failed so often without one success pauses and says why. 0: it goes on.",
    )
    in_flight = whole(
        "At once", "Networks proposed ahead of their results. As many as workers keeps all busy."
    )
    needs = TagList(
        required=False,
        label="Needs of a worker",
        help_text="Tags with commas, such as gpu: only workers that offer all of them train this search's networks. "
        "Empty: any worker.",
    )
    memory_gib = whole(
        "Memory of a worker, GiB",
        "Only workers that offer so much to one training take a network. 0: any worker.",
    )
