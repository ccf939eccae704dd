"""Lineage tree as a picture: nodes, edges, labels, scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from search.evolution.genotypes.space import SearchSpace
from search.selectors.lineage import LineageNode, mutations
from visualize.charts.frame import Tick
from visualize.charts.series import ticks
from visualize.pages.lineage.fitness_shades import Shade, Shading
from visualize.pages.lineage.labels import Dot, Text, labels_of
from visualize.pages.lineage.text import described, effect, short_edit
from visualize.pages.lineage.tree_layout import MOST_NODES, DrawnNode, Node, Tree, TreeFrame, lay_out, prune
from visualize.style.formats import count

MOST_OF_PATH = 160
"""Of a long line, so that its branches have room in the picture too."""
MOST_ON_A_PHONE = 100
CASCADE = TreeFrame(1180, 20, 280, 34, 12, 1000, 5.0, 25.0)
NARROW = TreeFrame(380, 12, 215, 34, 12, 1000, 5.0, 25.0)
"""The line alone on a phone: little room for the scale, enough for the labels."""
TREE = TreeFrame(1180, 20, 210, 34, 16, 1150, 6.5, 24.0)


@dataclass(frozen=True)
class Picture:
    width: float
    height: float
    lines: Mapping[str, str]
    """Class names -> the `d` of all lines that look so."""
    dots: tuple[Dot, ...]
    texts: tuple[Text, ...]
    ticks: tuple[Tick, ...]
    shades: tuple[Shade, ...]
    drawn: int
    known: int
    """Individuals of which `drawn` are in the picture."""

    @property
    def pruned(self) -> bool:
        return self.drawn < self.known


def picture(
    experiment_id: int,
    space: SearchSpace,
    path: Sequence[LineageNode],
    family: Sequence[LineageNode],
    *,
    by: str,
    narrow: bool = False,
) -> Picture:
    """`path`: from the first ancestor to the individual itself. `by`: `step` or `generation` gives x.

    `narrow`: the line alone for a phone.
    """
    members = {kin.id: kin for kin in sorted([*path, *family], key=lambda kin: kin.step)}
    on_path = {kin.id for kin in path}
    kept = prune(
        [
            Node(kin.id, kin.parent if kin.parent in members else None, getattr(kin, by), weight)
            for kin, weight in zip(members.values(), _weights(members, path), strict=True)
        ],
        always=_always(members, path, alone=not family),
        limit=MOST_ON_A_PHONE if narrow else MOST_NODES,
    )
    frame = TREE if family else NARROW if narrow else CASCADE
    tree = lay_out(kept, frame, staircase=not family)
    edits = {
        id: short_edit(space, document) for id, document in mutations([one.node.id for one in kept]).items()
    }
    shade = Shading([members[one.node.id].fitness for one in kept])
    dots = tuple(map(_Dots(experiment_id, tree, members, edits, shade, on_path, path[-1].id).dot, kept))
    return Picture(
        width=tree.frame.width,
        height=round(tree.height, 1),
        lines=_lines(kept, tree, on_path),
        dots=dots,
        texts=labels_of(dots, tree, on_path, path[-1].id, alone=not family, brief=narrow),
        ticks=_ticks(tree, by),
        shades=shade.legend,
        drawn=len(kept),
        known=len(members),
    )


def _weights(members: Mapping[int, LineageNode], path: Sequence[LineageNode]) -> list[float]:
    """On the line what changed fitness most; beside it relatives of the first degree, then the fittest."""
    self_id, parent = path[-1].id, path[-1].parent
    on_path = {kin.id for kin in path}
    weights = []
    for kin in members.values():
        if kin.id in on_path:
            weights.append(abs(effect(kin, members.get(kin.parent or 0)).fitness or 0.0))
        else:
            close = kin.parent == self_id or (parent is not None and kin.parent == parent)
            weights.append((kin.fitness or 0.0) + (1.0 if close else 0.0))
    return weights


def _always(members: Mapping[int, LineageNode], path: Sequence[LineageNode], *, alone: bool) -> set[int]:
    """The ends of the line, and as much of it as leaves room for the others."""
    room = MOST_NODES if alone else MOST_OF_PATH
    steps = sorted(
        path[1:-1],
        key=lambda kin: abs(effect(kin, members.get(kin.parent or 0)).fitness or 0.0),
        reverse=True,
    )
    return {path[0].id, path[-1].id, *(kin.id for kin in steps[: room - 2])}


@dataclass(frozen=True)
class _Dots:
    """What the dots of one picture look up."""

    experiment_id: int
    tree: Tree
    members: Mapping[int, LineageNode]
    edits: Mapping[int, str]
    shade: Shading
    on_path: set[int]
    self_id: int

    def dot(self, one: DrawnNode) -> Dot:
        kin, spot = self.members[one.node.id], self.tree.spots[one.node.id]
        parent = self.members.get(kin.parent) if kin.parent is not None else None
        on_path, is_self = kin.id in self.on_path, kin.id == self.self_id
        classes = ["dot", self.shade.of(kin)]
        classes += ["on-path"] if on_path else []
        classes += ["self"] if is_self else []
        edit = self.edits.get(kin.id, "")
        return Dot(
            kin=kin,
            x=spot.x,
            y=spot.y,
            radius=_radius(self.tree, on_path=on_path, is_self=is_self),
            classes=" ".join(classes),
            label=described(kin, edit),
            href=reverse("individual", args=[self.experiment_id, kin.step]),
            drawn_parent=self.members[one.parent].step if one.parent is not None else None,
            parent_step=parent.step if parent else None,
            effect=effect(kin, parent),
            edit=edit,
        )


def _radius(tree: Tree, *, on_path: bool, is_self: bool) -> float:
    """Where rows are narrow, so are the dots of the line."""
    if is_self:
        return 7.0
    return round(min(5.0, max(2.5, 0.42 * tree.row)), 1) if on_path else 3.2


def _lines(kept: Sequence[DrawnNode], tree: Tree, on_path: set[int]) -> dict[str, str]:
    """Down from the parent, then across: few long paths instead of hundreds of elements."""
    lines: dict[str, list[str]] = {"branch": [], "branch skips": [], "path": [], "path skips": []}
    for one in kept:
        if one.parent is None:
            continue
        start, end = tree.spots[one.parent], tree.spots[one.node.id]
        kind = "path" if one.node.id in on_path else "branch"
        down = f"V{end.y}" if start.y != end.y else ""
        lines[kind + (" skips" if one.skipped else "")].append(f"M{start.x} {start.y}{down}H{end.x}")
    return {classes: "".join(parts) for classes, parts in lines.items() if parts}


def _ticks(tree: Tree, by: str) -> tuple[Tick, ...]:
    narrow = tree.frame is NARROW
    values = [value for value in ticks(tree.low, tree.high, 2 if narrow else 8) if value == int(value)]
    return tuple(
        Tick(round(tree.x(value), 1), count(int(value)) if narrow and place else f"{by} {count(int(value))}")
        for place, value in enumerate(values)
    )
