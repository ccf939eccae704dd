"""The help page of one strategy: its settings, and a small search by its real code that the address leads through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.genotypes.mutation import Mutation
from search.evolution.strategies import StrategyRow
from search.learning import scenes
from search.learning.scenes import Proposed, Scene
from visualize.charts.agreement import agreement
from visualize.charts.frame import Frame
from visualize.drawings import motif_drawing
from visualize.drawings.names import edge_id, mutation_text
from visualize.pages.shared.report_tables import report_tables
from visualize.render import page_svg
from visualize.style.formats import per_cent

BEGINS = 20
AT_ONCE = 4
WIDTH, HEIGHT = 640, 170
FLOOR = scenes.LEAST


@dataclass(frozen=True)
class Lines:
    """Best fitness so far, of the strategy and of random search: `d` values of two paths."""

    frame: Frame
    own: str
    random: str
    ticks: tuple[tuple[float, str], ...]
    own_best: float
    random_best: float


@dataclass(frozen=True)
class Variant:
    """A setting that the page can switch to."""

    number: int
    label: str
    query: str


def example_of(row: StrategyRow, query: Mapping[str, str]) -> dict[str, Any] | None:
    """The context of the example; None for a strategy that has none. Nonsense in the address gives the first scene."""
    kind = row.kind
    if not scenes.has_scenes(kind):
        return None
    variants = scenes.VARIANTS.get(kind, ())
    variant = _number(query.get("with", ""), 0)
    variant = variant if variant < max(1, len(variants)) else 0
    stops = scenes.stops(kind)
    wanted = min(max(_number(query.get("networks", ""), BEGINS), stops[0]), stops[-1])
    scene = scenes.scene(kind, wanted, variant)
    return {
        "scene": scene,
        "most": scenes.MOST,
        "recorded": kind in scenes.RECORDED,
        "facts": scene.report["facts"],
        "agreement": agreement(scene.report.get("against", ())),
        "tables": report_tables(scene.report),
        "lines": _lines(scene),
        "latest": [(row, row.why or _edit(row)) for row in scene.latest],
        "drawings": _drawings(scene),
        "ways": _ways(scene, stops, variant),
        "variants": [
            Variant(number, label, urlencode({"networks": scene.networks, "with": number}))
            for number, (label, _) in enumerate(variants)
        ],
        "variant": variant,
    }


def _number(text: str, default: int) -> int:
    return int(text[:4]) if text.isascii() and text.isdigit() else default


def _ways(scene: Scene, stops: Sequence[int], variant: int) -> list[tuple[str, str]]:
    """(words, query) of the buttons that lead on."""
    here = stops.index(scene.networks)
    steps = 1 if scene.kind in scenes.RECORDED else AT_ONCE
    rest = {"with": variant} if variant else {}
    found = []
    for label, place in (
        ("One network more", here + 1 if steps > 1 else None),
        (f"{AT_ONCE if steps > 1 else scenes.BETWEEN} networks more", min(here + steps, len(stops) - 1)),
        ("To the end", len(stops) - 1),
        ("Start again", 0),
    ):
        if place is not None and place != here and place < len(stops):
            found.append((label, urlencode({"networks": stops[place], **rest})))
    return found


def _lines(scene: Scene) -> Lines:
    frame = Frame(WIDTH, HEIGHT, 44, 8, 8, 22, scenes.MOST, FLOOR, FLOOR + scenes.WIDTH)
    ticks = tuple((round(frame.y(value), 1), per_cent(value, 0)) for value in (0.6, 0.7, 0.8, 0.9))
    own, other = _stairs(frame, scene.best), _stairs(frame, scene.random_best)
    return Lines(frame, own, other, ticks, scene.best[-1], scene.random_best[-1])


def _stairs(frame: Frame, values: Sequence[float]) -> str:
    start = f"M{frame.x(1):.1f} {frame.y(values[0]):.1f}"
    return start + "".join(
        f"H{frame.x(count):.1f}V{frame.y(value):.1f}" for count, value in enumerate(values[1:], start=2)
    )


def _edit(row: Proposed) -> str:
    """What was changed of its parent."""
    if row.mutation is None:
        return ""
    return mutation_text(parse_genotype(row.genotype).space, Mutation.from_json(row.mutation))


def _drawings(scene: Scene) -> list[tuple[str, str, SafeString]]:
    """(name, caption, picture) of each motif of the newest network, the cell first; what was mutated is marked."""
    newest = scene.latest[0]
    genotype = parse_genotype(newest.genotype)
    space, marked = genotype.space, dict[str, str]()
    if newest.mutation is not None:
        edit = Mutation.from_json(newest.mutation)
        marked = {edge_id(edit.level, edit.motif, edit.successor, edit.predecessor): "changed"}
    places = [(space.top, 1), *((2, slot) for slot in range(1, space.level(2).motifs + 1))]
    return [
        (
            f"L{level}-M{slot}",
            "The cell" if level == space.top else space.motif_name(level, slot),
            page_svg(motif_drawing(genotype, level, slot), marked=marked, prefix=f"newest-{level}-{slot}-"),
        )
        for level, slot in places
    ]
