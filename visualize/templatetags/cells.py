"""The cell of a genotype drawn on another page than its own."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from visualize.templatetags.drawings import Carrier, motif_svg

register = template.Library()


@register.simple_tag
def cell_svg(genotype: Carrier, address: str) -> SafeString:
    """The top level's drawing; its links lead to the motifs on the page at `address`."""
    drawing = motif_svg(genotype, len(genotype.levels) + 1, 1)
    return mark_safe(
        drawing.replace('href="#', f'href="{escape(address)}#')
    )  # the drawing is escaped already
