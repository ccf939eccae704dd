"""Captions of the animation, its fitness curve, and their style."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

from search.evolution.genotypes.genotype import Genotype
from search.selectors.lineage import LineageNode
from visualize.pages.lineage.animation.layout import MARGIN, SPARK, WIDTH
from visualize.pages.lineage.animation.timing import Clock
from visualize.pages.lineage.replay import MOST_EDITS, spark_path
from visualize.pages.lineage.text import effect, short_edit
from visualize.pages.shared.genotype_frames import differences
from visualize.render.standalone import FONT
from visualize.style.formats import count, magnitude, per_cent
from visualize.style.palette import Theme, all_tokens

HALO: dict[Theme, str] = {"light": "#c98a00", "dark": "#f0c45c"}
"""The colour of what changed, as the page's stylesheet has it."""


def captions(
    kins: Sequence[LineageNode], genotypes: Sequence[Genotype], clock: Clock
) -> Iterator[ET.Element]:
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


def progress(kins: Sequence[LineageNode], clock: Clock, height: float) -> Iterator[ET.Element]:
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


def rules(theme: Theme) -> str:
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
