"""Template tags that tell a fitness from random weights apart from one that was got otherwise."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from search.evolution.experiments.evaluators import FROM_SCRATCH, EvaluatorConfig
from search.models import Artifact, Experiment
from visualize.templatetags.glossary import term

register = template.Library()

MARKS = {
    "shared_weights": (
        "shared weights",
        "Scored with the weights of a shared training, not trained from scratch",
    ),
    "surrogate": ("surrogate", "Predicted by a surrogate, a model fitted on other networks: not trained"),
    "inherit": ("inherited weights", "Trained briefly from its parent's weights, not from scratch"),
}
"""Evaluator -> the mark beside its fitness, and what it means."""
NONE = SafeString("")


def _evaluator(experiment: Experiment) -> EvaluatorConfig:
    config = experiment.readable_configuration
    return config.protocol.evaluator if config else FROM_SCRATCH


@register.simple_tag
def measure(experiment: Experiment) -> SafeString:
    """The mark beside a fitness of that experiment; empty where networks are trained from random weights."""
    if (found := MARKS.get(_evaluator(experiment).kind)) is None:
        return NONE
    return format_html('<span class="shared-mark" title="{}">{}</span>', found[1], found[0])


@register.simple_tag
def measured_note(experiment: Experiment) -> SafeString:
    """One sentence above such an experiment, with the way to its shared training; empty for all others."""
    evaluator = _evaluator(experiment)
    if evaluator.kind == "inherit":
        return format_html(
            '<p class="notice">{} Its networks are trained briefly from their parents’ weights: this fitness is not '
            "ranked with that of training from scratch.</p>",
            measure(experiment),
        )
    if evaluator.kind == "surrogate":
        return format_html(
            '<p class="notice">{} Its fitness is predicted by a {}, fitted on the sample <a href="{}?table={}">{}</a>: '
            "nothing is trained, and it is not ranked with fitness of trainings.</p>",
            measure(experiment),
            term("surrogate"),
            reverse("table"),
            evaluator.sample,
            evaluator.sample,
        )
    if evaluator.kind != "shared_weights":
        return NONE
    artifact = Artifact.objects.filter(key=evaluator.artifact).only("pk", "name").first()
    link: Any = "that is not stored here"
    if artifact is not None:
        address = reverse("shared_training", args=[artifact.pk])
        link = format_html('<a href="{}"><bdi>{}</bdi></a>', address, artifact.name)
    return format_html(
        '<p class="notice">{} Its networks are scored with the weights of the {} {}: this fitness is not ranked '
        "with that of training from scratch.</p>",
        measure(experiment),
        term("shared training"),
        link,
    )
