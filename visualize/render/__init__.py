"""From a drawing to what a browser or a file gets. Cached by content: the same drawing is laid out once."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Literal

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from visualize.drawings.model import Drawing, TooLarge
from visualize.palette import Theme
from visualize.render import markup
from visualize.render.engine import DrawingFailed, run_graphviz
from visualize.render.standalone import standalone_text

__all__ = ["DrawingFailed", "TooLarge", "page_svg", "picture_file", "svg_file"]

VERSION = 2
"""Goes up when the same drawing would give another file: what the cache holds is then forgotten."""
KEEP_SECONDS = 7 * 24 * 3600
KEEP_REFUSAL_SECONDS = 600
"""A layout that ran into its limit is not tried again with every request."""


def page_svg(drawing: Drawing, *, marked: Mapping[str, str] | None = None) -> SafeString:
    """The drawing for a page: classes instead of colours, links, room for the pointer.

    `marked` adds a class to single parts by id, such as the edge that is selected; other ids are passed over.
    Raises TooLarge and DrawingFailed.
    """
    svg = _cached("page", drawing, lambda: markup.to_text(_element(drawing, linked=True)))
    for name, classes in (marked or {}).items():
        if name in drawing.marks:
            svg = svg.replace(f'id="{name}" class="', f'id="{name}" class="{classes} ', 1)
    return mark_safe(svg)  # built by ElementTree, which escapes


def svg_file(drawing: Drawing, theme: Theme = "light") -> str:
    """The drawing as a file that needs no page around it: its style is inside. Raises as `page_svg`."""

    def make() -> str:
        return standalone_text(_element(drawing, linked=False), drawing.label, theme)

    return _cached(f"file-{theme}", drawing, make)


def picture_file(drawing: Drawing, format: Literal["png", "pdf"]) -> bytes:
    """A drawing with ink as PNG or PDF. Raises as `page_svg`."""
    return run_graphviz(drawing.source, drawing.engine, format, edge_count=drawing.edge_count)


def _element(drawing: Drawing, *, linked: bool) -> markup.Element:
    raw = run_graphviz(drawing.source, drawing.engine, edge_count=drawing.edge_count)
    return markup.svg_element(raw, drawing, linked=linked)


def _cached(kind: str, drawing: Drawing, make: Callable[[], str]) -> str:
    key = f"drawing:{VERSION}:{kind}:{_content_key(drawing)}"
    known: tuple[bool, str] | None = cache.get(key)
    if known is None:
        try:
            known = (True, make())
        except TooLarge as refusal:
            known = (False, str(refusal))
        cache.set(key, known, KEEP_SECONDS if known[0] else KEEP_REFUSAL_SECONDS)
    drawn, text = known
    if not drawn:
        raise TooLarge(text)
    return text


def _content_key(drawing: Drawing) -> str:
    marks = [(name, mark.label, mark.href, sorted(mark.data.items())) for name, mark in drawing.marks.items()]
    content = repr((drawing.source, drawing.engine, drawing.label, drawing.classes, marks))
    return hashlib.sha256(content.encode()).hexdigest()
