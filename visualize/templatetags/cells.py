"""Template tag: the cell of a genotype on another page."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.evolution.genotypes.space import search_space
from visualize.templatetags.drawings import Carrier, motif_svg
from visualize.templatetags.glossary import term

register = template.Library()


@register.simple_tag
def cell_svg(genotype: Carrier, address: str, prefix: object = "") -> SafeString:
    """The top level's drawing, of a pair both with their names; links lead to the motifs on the page at `address`.
    `prefix`: of its ids, where a page shows several."""
    space, before = search_space(genotype.space), f"n{prefix}-" if prefix else ""
    drawings = []
    for slot in space.cell_slots:
        svg = motif_svg(genotype, space.top, slot, prefix=before).replace(
            'href="#', f'href="{escape(address)}#'
        )
        name = space.motif_name(space.top, slot)
        drawings.append(
            f'<span class="small muted cell-title">{term(name)}</span>{svg}' if space.reduction_cell else svg
        )
    return mark_safe("".join(drawings))  # drawings are escaped already
