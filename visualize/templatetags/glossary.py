"""`{% term "motif" %}`: a word with a link to where it is explained."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from visualize.glossary import TERMS

register = template.Library()

_ANCHORS = {row.name: row.anchor for row in TERMS}


@register.simple_tag
def term(name: str, text: str = "") -> SafeString:
    """The term, or another form of the word, as a link. Raises KeyError for a word that is not explained."""
    return format_html('<a class="term" href="{}#{}">{}</a>', reverse("help"), _ANCHORS[name], text or name)
