"""What the caller may do, for templates: a button that would be refused is not shown."""

from django import template

from search.actor import Actor
from search.models import Experiment

register = template.Library()


@register.filter
def may_change(actor: Actor | None, experiment: Experiment) -> bool:
    return bool(actor and actor.may_change(experiment))
