"""Frames of the animation, and the whole file. A viewer without animation shows the last frame."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import pairwise

from search.models import Individual
from search.selectors import lineage as kinship
from search.selectors.lineage import LineageNode
from visualize.pages.lineage.animation.captions import captions, progress, rules
from visualize.pages.lineage.animation.layout import WIDTH, places_of
from visualize.pages.lineage.animation.pictures import Looks, halos, looks_of, motif_pictures
from visualize.pages.lineage.animation.timing import Clock
from visualize.pages.lineage.text import effect
from visualize.render.standalone import style_rules
from visualize.style.palette import Theme
from visualize.templatetags.drawings import engine_genotype

MOST_FRAMES = 150
MOST_PICTURES = 250
"""Pictures of motifs in one film, about a second of drawing: a line changes one motif a frame, but two bests
after one another may share none."""


def film(row: Individual, *, kind: str, theme: Theme) -> str:
    """The line of an individual, or with `best` the best so far of its experiment; at most MOST_FRAMES of it."""
    family = kinship.records(row.experiment) if kind == "best" else kinship.ancestors(row)
    kins = _chosen(family.members or kinship.ancestors(row).members, MOST_FRAMES)
    rows = kinship.details([kin.id for kin in kins])
    genotypes = [engine_genotype(rows[kin.id].genotype) for kin in kins]
    places = places_of(genotypes[-1])
    looks = [looks_of(genotype, places) for genotype in genotypes]
    while _pictures(looks) > MOST_PICTURES and len(kins) > 2:
        wanted = {kin.id for kin in _chosen(kins, max(2, len(kins) * 3 // 4))}
        left = [place for place, kin in enumerate(kins) if kin.id in wanted]
        kins = [kins[place] for place in left]
        genotypes = [genotypes[place] for place in left]
        looks = [looks[place] for place in left]
    clock = Clock(len(kins))
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
    ET.SubElement(svg, "style").text = style_rules(theme) + rules(theme)
    ET.SubElement(
        svg,
        "rect",
        {"class": "paper", "x": "0", "y": "0", "width": f"{WIDTH:g}", "height": f"{places.height:g}"},
    )
    svg.extend(motif_pictures(places, genotypes, looks, clock, theme))
    svg.extend(halos(places, genotypes, clock))
    svg.extend(captions(kins, genotypes, clock))
    svg.extend(progress(kins, clock, places.height))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(svg, encoding="unicode")


def _pictures(looks: Sequence[Looks]) -> int:
    """How many the film will hold: the first frame's, and one for each motif that looks otherwise than before."""
    changes = sum(
        before.get(place) != look for before, after in pairwise(looks) for place, look in after.items()
    )
    return len(looks[0]) + changes


def _chosen(kins: Sequence[LineageNode], limit: int) -> list[LineageNode]:
    """The ends, and of a long line what changed fitness most."""
    if len(kins) <= limit:
        return list(kins)
    jumps = {kin.id: abs(effect(kin, kins[place]).fitness or 0.0) for place, kin in enumerate(kins[1:])}
    inner = sorted(kins[1:-1], key=lambda kin: jumps[kin.id], reverse=True)[: limit - 2]
    wanted = {kins[0].id, kins[-1].id, *(kin.id for kin in inner)}
    return [kin for kin in kins if kin.id in wanted]
