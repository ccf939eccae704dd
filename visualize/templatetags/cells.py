"""Template tag: the cell of a genotype on another page."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from visualize.templatetags.drawings import Carrier, motif_svg

register = template.Library()


@register.simple_tag
def cell_svg(genotype: Carrier, address: str, prefix: object = "") -> SafeString:
    """The top level's drawing; its links lead to the motifs on the page at `address`. `prefix`: of its ids, where a
    page shows several."""
    drawing = motif_svg(genotype, len(genotype.levels) + 1, 1, prefix=f"n{prefix}-" if prefix else "")
    return mark_safe(
        drawing.replace('href="#', f'href="{escape(address)}#')
    )  # the drawing is escaped already
