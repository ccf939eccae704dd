"""Drawings of several genotypes on one page."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from visualize.templatetags.cells import cell_svg
from visualize.templatetags.drawings import Carrier

register = template.Library()


@register.simple_tag
def numbered_cell(genotype: Carrier, address: str, number: int) -> SafeString:
    """As `cell_svg`, with ids that begin with a number of its own: ids are unique on a page."""
    drawing = cell_svg(genotype, address)
    return mark_safe(drawing.replace(' id="', f' id="n{number:d}-'))  # the drawing is escaped already
