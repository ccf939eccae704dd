"""Template filter: what the caller may do, to hide buttons that would be refused."""

from django import template

from search.permissions import Actor, Owned

register = template.Library()


@register.filter
def may_change(actor: Actor | None, thing: Owned) -> bool:
    return bool(actor and actor.may_change(thing))
