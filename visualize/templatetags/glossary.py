"""Template tags for glossary links: `{% term "motif" %}`, `{{ label|linked }}`."""

import re

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from visualize.style.glossary import TERMS

register = template.Library()

_ANCHORS = {row.name: row.anchor for row in TERMS}
_MEANINGS = {row.name: row.meaning for row in TERMS}
"""Stand in the link itself: a script shows them where the word stands, without asking the server."""


@register.simple_tag
def term(name: str, text: str = "") -> SafeString:
    """The term, or another form of the word, as a link. Raises KeyError for a word that is not explained."""
    return format_html(
        '<a class="term" href="{}#{}" data-meaning="{}">{}</a>',
        reverse("help"),
        _ANCHORS[name],
        _MEANINGS[name],
        text or name,
    )


@register.filter
def linked(words: str, names: str = "") -> SafeString:
    """Words that come as data, such as a label, with the first use of each term a link; `names`, with commas between
    them, says of which terms, nothing of all."""
    wanted = {name for name in names.split(",") if name} or set(_ANCHORS)
    known = sorted(wanted & set(_ANCHORS), key=len, reverse=True)
    if not known:
        return conditional_escape(words)
    used: set[str] = set()

    def link(match: re.Match[str]) -> str:
        name = match[1].lower()
        if name in used:
            return match[0]
        used.add(name)
        return term(name, match[0])

    pattern = rf"\b({'|'.join(map(re.escape, known))})s?\b"
    return mark_safe(re.sub(pattern, link, conditional_escape(words), flags=re.IGNORECASE))
