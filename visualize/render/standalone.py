"""Stand-alone SVG files: the style inside, with colours in place of custom properties."""

import functools
import re
import xml.etree.ElementTree as ET

from django.contrib.staticfiles import finders

from visualize.render.markup import SVG
from visualize.style.palette import Theme, all_tokens
from visualize.style.stylesheet import LOOKS_START, PAGE_START

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content security policy of a downloaded drawing: it carries its style inside, and nothing else in it may act."""
FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif"


def standalone_text(svg: ET.Element, title: str, theme: Theme) -> str:
    """The file's text; the element is changed."""
    svg.set("xmlns", SVG)
    left, top, width, height = svg.get("viewBox", "0 0 0 0").split()
    paper = ET.Element("rect", {"class": "paper", "x": left, "y": top, "width": width, "height": height})
    style, name = ET.Element("style"), ET.Element("title")
    style.text = style_rules(theme)
    name.text = title
    svg[:] = [name, style, paper, *svg]
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(svg, encoding="unicode")


@functools.cache
def style_rules(theme: Theme) -> str:
    """The rules of drawing.css that draw, each custom property replaced by its colour: not every viewer knows them."""
    path = finders.find("css/drawing.css")
    if not isinstance(path, str):
        raise FileNotFoundError("css/drawing.css is not among the static files")
    with open(path, encoding="utf-8") as file:
        rules = file.read().split(LOOKS_START)[1].split(PAGE_START)[0]
    tokens = all_tokens(theme)
    rules = re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)
    rules = re.sub(r"var\(--([\w-]+)\)", lambda found: tokens[found[1]], rules)
    return (
        f".drawing {{ font-family: {FONT}; }}\n.paper {{ fill: {tokens['surface']}; }}"
        + rules.rstrip()
        + "\n"
    )
