"""Motif pictures of the animation, each written once for the frames in which it stays the same."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.space import NORMAL
from visualize.drawings import motif_drawing
from visualize.drawings.arcs import ARC_NODES, PILL_HEIGHT, arc, frame
from visualize.drawings.names import motif_name
from visualize.pages.lineage.animation.layout import MotifBox, Places
from visualize.pages.lineage.animation.timing import Clock
from visualize.pages.shared.genotype_frames import differences
from visualize.render import DrawingFailed, TooLarge, svg_file
from visualize.style.palette import Theme, tone

Looks = dict[tuple[int, int], tuple[Motif, frozenset[tuple[int, int]], bool]]
"""(level, slot) -> its edges, those of them that are live, and whether it is used: two that agree are drawn alike."""
_SVG = "{http://www.w3.org/2000/svg}"


def looks_of(genotype: Genotype, places: Places) -> Looks:
    """For each motif what its drawing depends on."""
    liveness = analyse(genotype)
    live: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for level, slot, successor, predecessor in liveness.live_edges:
        live.setdefault((level, slot), []).append((successor, predecessor))
    return {
        place: (genotype.motif(*place), frozenset(live.get(place, ())), liveness.uses[place] > 0)
        for place in places.boxes
        if place in liveness.uses
    }


def motif_pictures(
    places: Places, genotypes: Sequence[Genotype], looks: Sequence[Looks], clock: Clock, theme: Theme
) -> Iterator[ET.Element]:
    """Each picture once for each stretch of frames in which it stays the same."""
    for (level, slot), box in places.boxes.items():
        yield from _cards(box, genotypes[-1], level, slot)
        first = 0
        for place in range(1, len(genotypes) + 1):
            look = looks[first].get((level, slot))
            if place < len(genotypes) and looks[place].get((level, slot)) == look:
                continue
            picture = _picture(genotypes[first], level, slot, theme) if look else ""
            if picture and genotypes[first].space == genotypes[-1].space:
                group = clock.show(ET.Element("g"), first, place)
                group.append(_inset(picture, box))
                yield group
            first = place


def _picture(genotype: Genotype, level: int, slot: int, theme: Theme) -> str:
    try:
        return svg_file(motif_drawing(genotype, level, slot), theme)
    except (TooLarge, DrawingFailed):
        return ""


def _cards(box: MotifBox, genotype: Genotype, level: int, slot: int) -> Iterator[ET.Element]:
    """The frame around a motif or a reduction cell, with its name; the cell on the left has none."""
    if (level, slot) == (genotype.space.top, NORMAL):
        return
    card = ET.Element("g", {"class": f"card tone-{tone(slot)}"})
    ET.SubElement(card, "rect", box.attributes | {"rx": "8"})
    text = ET.SubElement(card, "text", {"x": f"{box.x + 10:g}", "y": f"{box.y + 18:g}"})
    text.text = motif_name(genotype.space, level, slot)
    yield card


def _inset(picture: str, box: MotifBox) -> ET.Element:
    """A drawing in its place, without its own frame, style and names."""
    drawn = ET.fromstring(picture.encode())
    inner = ET.Element(
        "svg", {"class": drawn.get("class", ""), "viewBox": drawn.get("viewBox", "")} | box.inside.attributes
    )
    for part in list(drawn):
        if part.tag in (f"{_SVG}title", f"{_SVG}style") or part.get("class") == "paper":
            continue
        inner.append(part)
    for element in inner.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for name in ("id", "role", "aria-label", "aria-hidden"):
            element.attrib.pop(name, None)
        for name in [name for name in element.attrib if name.startswith("data-")]:
            del element.attrib[name]
    return inner


def halos(places: Places, genotypes: Sequence[Genotype], clock: Clock) -> Iterator[ET.Element]:
    """A ring around each edge that a frame changes."""
    for place in range(1, len(genotypes)):
        before, after = genotypes[place - 1], genotypes[place]
        if before.space != after.space or after.space != genotypes[-1].space:
            continue
        for edit in differences(before, after):
            box = places.boxes.get((edit.level, edit.motif))
            nodes = after.space.level(edit.level).nodes
            if box is None or nodes > ARC_NODES:
                continue
            seen = frame(nodes)
            x, y = arc(edit.predecessor, edit.successor, nodes).middle
            group = clock.show(ET.Element("g", {"class": "halo"}), place, place + 1)
            view = f"{seen.left:g} {-seen.top:g} {seen.right - seen.left:g} {seen.top - seen.bottom:g}"
            inner = ET.SubElement(group, "svg", {"viewBox": view} | box.inside.attributes)
            wide, high = (92.0 if edit.level == 2 else 48.0), PILL_HEIGHT + 10
            size = {"width": f"{wide:g}", "height": f"{high:g}", "rx": f"{high / 2:g}"}
            ET.SubElement(inner, "rect", {"x": f"{x - wide / 2:g}", "y": f"{-y - high / 2:g}"} | size)
            yield group
