"""Template filters for numbers and times, over `visualize.style.formats`."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest

from visualize.style import formats
from visualize.style.markdown import markdown
from visualize.style.money import money

register = template.Library()

for _filter in (
    formats.per_cent,
    formats.points,
    formats.signed,
    formats.count,
    formats.magnitude,
    formats.memory,
    formats.duration,
    formats.rough_duration,
    formats.age,
    formats.clock,
    formats.ends_at,
    formats.sentence,
    markdown,
    money,
):
    register.filter(_filter.__name__, _filter)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """The address's own query with some values changed; an empty value takes its key away."""
    request: HttpRequest = context["request"]
    pairs = {key: request.GET[key] for key in request.GET} | {
        key: str(value) for key, value in changes.items()
    }
    return "?" + urlencode({key: value for key, value in pairs.items() if value != ""})
