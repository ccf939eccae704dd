"""Rendering: drawings to SVG, PNG and PDF, cached by content."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Literal

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from visualize.drawings.model import Drawing, TooLarge
from visualize.render import markup
from visualize.render.engine import DrawingFailed, DrawingPostponed, Format, run_graphviz
from visualize.render.standalone import standalone_text
from visualize.style.palette import Theme

__all__ = ["DrawingFailed", "DrawingPostponed", "TooLarge", "page_svg", "picture_file", "svg_file"]

TOO_MANY_EDGES = "This graph has {have} edges: beyond {most} its layout takes longer than anybody waits."
VERSION = 3
"""Goes up when the same drawing would give another file: what the cache holds is then forgotten."""
KEEP_SECONDS = 7 * 24 * 3600
KEEP_REFUSAL_SECONDS = 24 * 3600
"""A layout that ran into its limit is not tried again with every request, whatever picture of it is asked for."""


def page_svg(drawing: Drawing, *, marked: Mapping[str, str] | None = None, prefix: str = "") -> SafeString:
    """The drawing for a page: classes instead of colours, links, room for the pointer.

    `marked` adds a class to single parts by id, such as the edge that is selected; other ids are passed over. `prefix`
    begins every id, where one page shows several drawings.
    Raises TooLarge and DrawingFailed.
    """
    svg = _cached(
        f"page-{prefix}", drawing, lambda: markup.to_text(_element(drawing, linked=True, prefix=prefix))
    )
    for name, classes in (marked or {}).items():
        if name in drawing.marks:
            svg = svg.replace(f'id="{prefix}{name}" class="', f'id="{prefix}{name}" class="{classes} ', 1)
    return mark_safe(svg)  # built by ElementTree, which escapes


def svg_file(drawing: Drawing, theme: Theme = "light") -> str:
    """The drawing as a file that needs no page around it: its style is inside. Raises as `page_svg`."""

    def make() -> str:
        return standalone_text(_element(drawing, linked=False), drawing.label, theme)

    return _cached(f"file-{theme}", drawing, make)


def picture_file(drawing: Drawing, format: Literal["png", "pdf"]) -> bytes:
    """A drawing with ink as PNG or PDF. Raises as `page_svg`."""
    return _laid_out(drawing, format)


def _element(drawing: Drawing, *, linked: bool, prefix: str = "") -> markup.Element:
    return markup.svg_element(_laid_out(drawing, "svg"), drawing, linked=linked, prefix=prefix)


def _laid_out(drawing: Drawing, format: Format) -> bytes:
    """What Graphviz makes of it. What is hopeless by its size is not tried, what was hopeless once not again."""
    if drawing.engine == "dot" and drawing.edge_count > drawing.most_edges:
        raise TooLarge(TOO_MANY_EDGES.format(have=drawing.edge_count, most=drawing.most_edges))
    content = hashlib.sha256(f"{drawing.engine}\n{drawing.source}".encode()).hexdigest()
    key = f"undrawn:{VERSION}:{content}"
    if (refusal := cache.get(key)) is not None:
        raise TooLarge(refusal)
    try:
        return run_graphviz(drawing.source, drawing.engine, format, edge_count=drawing.edge_count)
    except TooLarge as error:
        cache.set(key, str(error), KEEP_REFUSAL_SECONDS)
        raise


def _cached(kind: str, drawing: Drawing, make: Callable[[], str]) -> str:
    key = f"drawing:{VERSION}:{kind}:{_content_key(drawing)}"
    known: str | None = cache.get(key)
    if known is None:
        known = make()
        cache.set(key, known, KEEP_SECONDS)
    return known


def _content_key(drawing: Drawing) -> str:
    marks = [(name, mark.label, mark.href, sorted(mark.data.items())) for name, mark in drawing.marks.items()]
    content = repr((drawing.source, drawing.engine, drawing.label, drawing.classes, marks))
    return hashlib.sha256(content.encode()).hexdigest()
