"""Notes that people write, as HTML: CommonMark with tables, without raw HTML and without pictures."""

from collections.abc import Sequence
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FIRST_HEADING = 3
"""Notes stand below a page's h1 and a card's h2."""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return parser.enable(["table", "strikethrough"]).disable("image")


def markdown(text: str) -> SafeString:
    """What is no markup is escaped; a link to a script or to data stays text, by markdown-it's own rule."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, FIRST_HEADING - 1 + int(token.tag[1:]))}"
        _open_elsewhere(token.children or ())
    html: str = parser.renderer.render(tokens, parser.options, {})
    return mark_safe(html)


def _open_elsewhere(tokens: Sequence[Token]) -> None:
    """A link of a stranger's note learns nothing of the page that it stood on."""
    for token in tokens:
        if token.type == "link_open":
            token.attrSet("rel", "nofollow noopener noreferrer")
