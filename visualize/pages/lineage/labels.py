"""Nodes of the lineage tree and their labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.selectors.lineage import LineageNode
from visualize.pages.lineage.text import StepEffect
from visualize.pages.lineage.tree_layout import Label, Tree, Wall, place_labels

MOST_LABELLED = 40
"""In a family of up to so many everyone has a label, in a larger one the line."""
BESIDE = ((11.0, 4.0),)
AROUND = ((7.0, -9.0), (7.0, 17.0), (-7.0, -9.0), (-7.0, 17.0))


@dataclass(frozen=True)
class Dot:
    """One individual in the picture."""

    kin: LineageNode
    x: float
    y: float
    radius: float
    classes: str
    label: str
    href: str
    drawn_parent: int | None
    parent_step: int | None
    effect: StepEffect
    edit: str


@dataclass(frozen=True)
class Text:
    """The label of one dot."""

    label: Label
    edit: str
    effect: StepEffect
    parameters: str
    classes: str


def labels_of(
    dots: Sequence[Dot], tree: Tree, on_path: set[int], self_id: int, *, alone: bool, brief: bool
) -> tuple[Text, ...]:
    """The edits with their effects, where there is room. `alone`: of a line without its family; `brief`: on a phone."""
    shown = {dot.kin.id: dot for dot in dots if dot.kin.id in on_path or len(dots) <= MOST_LABELLED}
    words = {id: _words(dot, parameters=alone and not brief) for id, dot in shown.items()}
    by_effect = sorted(
        shown, key=lambda id: (id in on_path, abs(shown[id].effect.fitness or 0.0)), reverse=True
    )
    labels = place_labels(
        tree,
        words,
        first=[self_id, next(iter(shown)), *by_effect],
        offsets=BESIDE if alone else AROUND,
        clear_of=[] if alone else [id for id in tree.spots if id in on_path],
        walls=[] if alone else _walls(dots, tree, on_path),
    )
    return tuple(
        Text(
            label,
            shown[label.id].edit or f"#{shown[label.id].kin.step}",
            shown[label.id].effect,
            shown[label.id].effect.parameters_text if alone and not brief else "",
            "self" if label.id == self_id else "",
        )
        for label in labels
    )


def _walls(dots: Sequence[Dot], tree: Tree, on_path: set[int]) -> list[Wall]:
    """The line's way down or up from each parent."""
    places = {dot.kin.step: tree.spots[dot.kin.id] for dot in dots}
    walls = []
    for dot in dots:
        if dot.kin.id in on_path and dot.drawn_parent is not None:
            start, end = places[dot.drawn_parent], tree.spots[dot.kin.id]
            walls.append(Wall(start.x, min(start.y, end.y), max(start.y, end.y)))
    return walls


def _words(dot: Dot, *, parameters: bool) -> str:
    """As long as what will be written: what the label's room is reckoned by."""
    edit = dot.edit or f"#{dot.kin.step}"
    said = [edit, dot.effect.fitness_text, dot.effect.parameters_text if parameters else ""]
    return "  ".join(word for word in said if word)
