"""Template tags: `{% glyph genotype %}`, `{% motif_svg genotype level slot %}`, `{{ mutation|edit:genotype }}`.

A genotype is the engine's or a row of the table: both have a space and levels.
"""

from typing import Any, Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.space import search_space
from visualize.drawings import motif_drawing
from visualize.drawings.glyphs import cell_glyph
from visualize.drawings.names import mutation_text
from visualize.render import DrawingFailed, TooLarge, page_svg

register = template.Library()


class Carrier(Protocol):
    """What has a genotype's two fields."""

    space: Any
    levels: Any


@register.simple_tag
def glyph(genotype: Carrier) -> SafeString:
    """The cell at a glance, 72x24 units, or a pair side by side; takes microseconds, so a table may show it in each
    row."""
    space = search_space(genotype.space)
    drawn = "".join(
        cell_glyph(tuple(map(tuple, cell)), space.operations(space.top), space.motif_name(space.top, slot))
        for slot, cell in enumerate(genotype.levels[-1], start=1)
    )
    # Numbers and names of our own tables.
    return mark_safe(f'<span class="glyph-pair">{drawn}</span>' if space.reduction_cell else drawn)


@register.simple_tag
def motif_svg(genotype: Carrier, level: int, slot: int, prefix: str = "") -> SafeString:
    """One motif with classes for drawing.css, or the reason why it is not drawn."""
    try:
        return page_svg(motif_drawing(engine_genotype(genotype), level, slot), prefix=prefix)
    except (TooLarge, DrawingFailed) as refusal:
        return format_html('<p class="undrawn">{}</p>', str(refusal))


@register.filter
def edit(mutation: dict[str, Any] | Mutation | None, genotype: Carrier) -> str:
    """What a mutation changed, e.g. `M2 in→3: max 3×3 → sep 3×3`; empty without one."""
    if mutation is None:
        return ""
    row = mutation if isinstance(mutation, Mutation) else Mutation.from_json(mutation)
    return mutation_text(search_space(genotype.space), row)


def engine_genotype(genotype: Carrier) -> Genotype:
    if isinstance(genotype, Genotype):
        return genotype
    return Genotype.of_row(genotype)
