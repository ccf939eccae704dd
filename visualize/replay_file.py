"""A replay as one animated SVG: no script, no page around it, its style inside, played by the viewer (SMIL).

Each picture of a motif is written once for the stretch of frames in which it stays the same. What a viewer without
animation shows is the last frame.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from search.evolution.genotype import Genotype
from search.evolution.liveness import analyse
from search.models import Individual
from search.selectors import lineage as kinship
from search.selectors.lineage import Kin
from visualize.clock import Clock
from visualize.drawings import motif_drawing
from visualize.drawings.arcs import ARC_NODES, PILL_HEIGHT, arc
from visualize.drawings.names import motif_name
from visualize.formats import count, magnitude, per_cent
from visualize.lineage_text import effect, short_edit
from visualize.palette import Theme, all_tokens, tone
from visualize.render import DrawingFailed, TooLarge, svg_file
from visualize.render.standalone import FONT, style_rules
from visualize.replay import MOST_EDITS, differences, shown_motifs, spark_path

MOST_FRAMES = 150
WIDTH, MARGIN, HEAD, SPARK = 1240.0, 24.0, 74.0, 54.0
CELL_WIDTH = 560.0
COLUMNS, GAP = 2, 10.0
HALO: dict[Theme, str] = {"light": "#c98a00", "dark": "#f0c45c"}
"""The colour of what changed, as the page's stylesheet has it."""
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass
class Places:
    """Where the cell and the motifs stand: the same in every frame."""

    boxes: dict[tuple[int, int], Box] = field(default_factory=dict)
    height: float = 0.0


def film(row: Individual, *, kind: str, theme: Theme) -> str:
    """The line of an individual, or with `best` the best so far of its experiment; at most MOST_FRAMES of it."""
    family = kinship.records(row.experiment) if kind == "best" else kinship.ancestors(row)
    kins = _chosen(family.members or (kinship.ancestors(row).members))
    rows = kinship.details([kin.id for kin in kins])
    genotypes = [
        Genotype.from_json({"space": rows[kin.id].genotype.space, "levels": rows[kin.id].genotype.levels})
        for kin in kins
    ]
    clock = Clock(len(kins))
    places = _places(genotypes[-1])
    what = "the best so far" if kind == "best" else f"the line of #{row.step}"
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH:g} {places.height:g}",
            "width": f"{WIDTH:g}",
            "height": f"{places.height:g}",
            "class": "film",
            "role": "img",
        },
    )
    ET.SubElement(svg, "title").text = f"{row.experiment.name}: {what}, {len(kins)} frames"
    ET.SubElement(svg, "style").text = style_rules(theme) + _rules(theme)
    ET.SubElement(
        svg,
        "rect",
        {"class": "paper", "x": "0", "y": "0", "width": f"{WIDTH:g}", "height": f"{places.height:g}"},
    )
    svg.extend(_frames_of_motifs(places, genotypes, clock, theme))
    svg.extend(_halos(places, genotypes, clock))
    svg.extend(_captions(kins, genotypes, clock))
    svg.extend(_progress(kins, clock, places.height))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(svg, encoding="unicode")


def _chosen(kins: Sequence[Kin]) -> list[Kin]:
    """The ends, and of a long line what changed fitness most."""
    if len(kins) <= MOST_FRAMES:
        return list(kins)
    jumps = {kin.id: abs(effect(kin, kins[place]).fitness or 0.0) for place, kin in enumerate(kins[1:])}
    inner = sorted(kins[1:-1], key=lambda kin: jumps[kin.id], reverse=True)[: MOST_FRAMES - 2]
    wanted = {kins[0].id, kins[-1].id, *(kin.id for kin in inner)}
    return [kin for kin in kins if kin.id in wanted]


def _places(genotype: Genotype) -> Places:
    """The cell on the left, the motifs in columns beside it; a cell without motifs takes the whole width."""
    space = genotype.space
    below = shown_motifs(genotype, analyse(genotype), set())
    places = Places()
    width = CELL_WIDTH if below else WIDTH - 2 * MARGIN
    cell = Box(MARGIN, HEAD, width, width * _shape(space.level(space.top).nodes))
    places.boxes[space.top, 1] = cell
    bottom = cell.y + cell.height
    left = cell.x + cell.width + 2 * GAP
    wide = (WIDTH - MARGIN - left - (COLUMNS - 1) * GAP) / COLUMNS
    y = HEAD
    for start in range(0, len(below), COLUMNS):
        row = below[start : start + COLUMNS]
        height = max(wide * _shape(space.level(level).nodes) for level, _ in row) + 2 * GAP
        for column, place in enumerate(row):
            places.boxes[place] = Box(left + column * (wide + GAP), y, wide, height)
        y += height + GAP
    lower = max(bottom, y - GAP)
    if below:  # the cell stands in the middle of their height
        places.boxes[space.top, 1] = Box(cell.x, HEAD + (lower - bottom) / 2, cell.width, cell.height)
    places.height = round(lower + SPARK + 2 * MARGIN)
    return places


def _shape(nodes: int) -> float:
    """Height of a motif's drawing as a share of its width, about."""
    return {2: 0.4, 3: 0.45, 4: 0.48}.get(nodes, 0.5)


def _frames_of_motifs(
    places: Places, genotypes: Sequence[Genotype], clock: Clock, theme: Theme
) -> Iterator[ET.Element]:
    known = [analyse(genotype) for genotype in genotypes]
    for (level, slot), box in places.boxes.items():
        yield from _cards(box, genotypes[-1], level, slot)
        pictures: list[str] = []
        for genotype, liveness in zip(genotypes, known, strict=True):
            if genotype.space != genotypes[-1].space:
                pictures.append("")
                continue
            try:
                pictures.append(svg_file(motif_drawing(genotype, level, slot, liveness=liveness), theme))
            except (TooLarge, DrawingFailed):
                pictures.append("")
        first = 0
        for place in range(1, len(pictures) + 1):
            if place == len(pictures) or pictures[place] != pictures[first]:
                if pictures[first]:
                    group = clock.show(ET.Element("g"), first, place)
                    group.append(_inset(pictures[first], box))
                    yield group
                first = place


def _cards(box: Box, genotype: Genotype, level: int, slot: int) -> Iterator[ET.Element]:
    """The frame around a motif with its name; the cell has none."""
    if level == genotype.space.top:
        return
    card = ET.Element("g", {"class": f"card tone-{tone(slot)}"})
    ET.SubElement(card, "rect", _corner(box) | {"rx": "8"})
    text = ET.SubElement(card, "text", {"x": f"{box.x + 10:g}", "y": f"{box.y + 18:g}"})
    text.text = motif_name(genotype.space, level, slot)
    yield card


def _inset(picture: str, box: Box) -> ET.Element:
    """A drawing in its place, without its own frame, style and names."""
    drawn = ET.fromstring(picture.encode())
    inner = ET.Element(
        "svg", {"class": drawn.get("class", ""), "viewBox": drawn.get("viewBox", "")} | _corner(_inside(box))
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


def _halos(places: Places, genotypes: Sequence[Genotype], clock: Clock) -> Iterator[ET.Element]:
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
            drawing = motif_drawing(after, edit.level, edit.motif)
            assert drawing.box is not None  # every place in a row of so many nodes is ours
            frame = drawing.box
            x, y = arc(edit.predecessor, edit.successor, nodes).middle
            group = clock.show(ET.Element("g", {"class": "halo"}), place, place + 1)
            view = f"{frame.left:g} {-frame.top:g} {frame.right - frame.left:g} {frame.top - frame.bottom:g}"
            inner = ET.SubElement(group, "svg", {"viewBox": view} | _corner(_inside(box)))
            wide, high = (92.0 if edit.level == 2 else 48.0), PILL_HEIGHT + 10
            size = {"width": f"{wide:g}", "height": f"{high:g}", "rx": f"{high / 2:g}"}
            ET.SubElement(inner, "rect", {"x": f"{x - wide / 2:g}", "y": f"{-y - high / 2:g}"} | size)
            yield group


def _captions(kins: Sequence[Kin], genotypes: Sequence[Genotype], clock: Clock) -> Iterator[ET.Element]:
    for place, kin in enumerate(kins):
        before = kins[place - 1] if place else None
        change = effect(kin, before)
        edits = ""
        if place and genotypes[place - 1].space == genotypes[place].space:
            found = differences(genotypes[place - 1], genotypes[place])
            words = [short_edit(genotypes[place].space, edit.to_json()) for edit in found[:MOST_EDITS]]
            edits = " · ".join(words) + (
                f" and {len(found) - MOST_EDITS} more" if len(found) > MOST_EDITS else ""
            )
        fitness = per_cent(kin.fitness) if kin.fitness is not None else kin.state
        gain = f" ({change.fitness_text})" if change.fitness_text else ""
        parameters = f"{magnitude(kin.parameters)} parameters"
        group = clock.show(ET.Element("g"), place, place + 1)
        title = ET.SubElement(group, "text", {"class": "head", "x": f"{MARGIN:g}", "y": "34"})
        title.text = f"#{kin.step} · {fitness}{gain} · {parameters}"
        line = ET.SubElement(group, "text", {"class": "edit", "x": f"{MARGIN:g}", "y": "58"})
        line.text = edits or ("" if place else "the first one")
        number = ET.SubElement(
            group, "text", {"class": "edit", "x": f"{WIDTH - MARGIN:g}", "y": "34", "text-anchor": "end"}
        )
        number.text = f"generation {count(kin.generation)} · {place + 1} of {len(kins)}"
        yield group


def _progress(kins: Sequence[Kin], clock: Clock, height: float) -> Iterator[ET.Element]:
    """The fitness of all frames as a line, and where the film is."""
    wide = WIDTH - 2 * MARGIN
    group = ET.Element("g", {"transform": f"translate({MARGIN:g} {height - MARGIN - SPARK:g})"})
    ET.SubElement(group, "path", {"class": "spark", "d": spark_path(kins, wide, SPARK)})
    xs = [f"{wide * place / max(1, len(kins) - 1):.1f}" for place in range(len(kins))]
    marker = ET.SubElement(
        group, "rect", {"class": "marker", "x": xs[-1], "y": "0", "width": "2", "height": f"{SPARK:g}"}
    )
    if len(kins) > 1:
        clock.step(marker, "x", xs)
    known = [kin.fitness for kin in kins if kin.fitness is not None]
    for value, y in ((max(known), -4.0), (min(known), SPARK + 14)) if known else ():
        text = ET.SubElement(group, "text", {"class": "edit end", "x": f"{wide:g}", "y": f"{y:g}"})
        text.text = per_cent(value)
        text.set("text-anchor", "end" if y < 0 else "start")
        text.set("x", f"{wide:g}" if y < 0 else "0")
    yield group


def _inside(box: Box) -> Box:
    return Box(box.x + 4, box.y + 4, box.width - 8, box.height - 8)


def _corner(box: Box) -> dict[str, str]:
    return {name: f"{round(getattr(box, name), 2):g}" for name in ("x", "y", "width", "height")}


def _rules(theme: Theme) -> str:
    tokens = all_tokens(theme)
    return (
        f".film {{ font-family: {FONT}; }}\n"
        f".film text {{ fill: {tokens['text']}; }}\n"
        ".head { font-size: 21px; font-weight: 650; }\n"
        f".film .edit {{ font-size: 15px; fill: {tokens['muted']}; }}\n"
        ".film .end { font-size: 12px; }\n"
        f".card rect {{ fill: none; stroke: currentColor; stroke-opacity: 0.5; }}\n"
        ".card text { font-size: 12px; font-weight: 700; }\n"
        f".halo rect {{ fill: none; stroke: {HALO[theme]}; stroke-width: 3.5; }}\n"
        f".spark {{ fill: none; stroke: {tokens['accent']}; stroke-width: 2; stroke-linejoin: round; }}\n"
        f".marker {{ fill: {tokens['text']}; }}\n"
    )
