"""Motif as DOT: up to seven nodes in a row with fixed arcs, larger ones laid out by Graphviz."""

from dataclasses import dataclass

import graphviz

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import Liveness, analyse
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from visualize.drawings import ink as inks
from visualize.drawings.arcs import ARC_NODES, ARROW, RADIUS, arc, frame, node_place
from visualize.drawings.model import Drawing, Engine, Mark
from visualize.drawings.names import (
    card_anchor,
    dot_text,
    edge_id,
    edge_name,
    motif_id,
    motif_name,
    node_name,
    operation_label,
)
from visualize.style.palette import ABSENT, LOOKS, Theme, tone

POINTS_PER_INCH = 72
MOST_EDGES = 160
"""18 nodes that are all joined: dot takes two seconds, and ten for 24."""


@dataclass(frozen=True)
class Look:
    """How one motif is drawn."""

    space: SearchSpace
    by_arcs: bool
    """Every pair of nodes in its own place; else Graphviz finds the places."""
    used: bool
    ink: Theme | None


@dataclass(frozen=True)
class Slot:
    """One pair of nodes of one motif, and what is on it."""

    level: int
    slot: int
    successor: int
    predecessor: int
    operation: int
    live: bool

    @property
    def place(self) -> tuple[int, int, int, int]:
        return (self.level, self.slot, self.successor, self.predecessor)


def motif_drawing(
    genotype: Genotype,
    level: int,
    slot: int,
    *,
    liveness: Liveness | None = None,
    ink: Theme | None = None,
    fixed: bool = False,
) -> Drawing:
    """The drawing of one motif. `fixed`: every pair in its own place, however many nodes there are.

    Without `ink` it carries classes only, for the page's stylesheet; with it colours, for PNG, PDF and DOT files.
    """
    liveness = liveness or analyse(genotype)
    nodes = genotype.space.level(level).nodes
    slots = [
        Slot(level, slot, i, j, operation, (level, slot, i, j) in liveness.live_edges)
        for i, j, operation in edges(genotype.motif(level, slot))
    ]
    present = sum(1 for row in slots if row.operation != NONE)
    used = liveness.uses[level, slot] > 0
    by_arcs = fixed or nodes <= ARC_NODES
    graph = motif_graph(motif_id(level, slot), "nop2" if by_arcs else "dot", ink)
    look = Look(genotype.space, by_arcs, used, ink)
    _add_nodes(graph, motif_id(level, slot), nodes, slots, look)
    marks: dict[str, Mark] = {}
    for row in slots:
        if row.operation == NONE and (ink or not by_arcs):
            continue
        _add_edge(graph, row, look)
        marks[edge_id(*row.place)] = _mark(row, look)
    name = motif_name(genotype.space, level, slot)
    return Drawing(
        source=graph.source,
        engine="nop2" if by_arcs else "dot",
        label=f"{name.capitalize()}, level {level}: {nodes} nodes, {present} of {len(slots)} edges"
        + ("" if used else "; not used"),
        classes=" ".join(
            [
                "motif-drawing",
                "of-motifs" if level > 2 else "of-primitives",
                f"nodes-{nodes}" if by_arcs else "laid-out",
                *([] if used else ["dead", "unused"]),
            ]
        ),
        marks=marks,
        edge_count=present,
        box=frame(nodes) if by_arcs else None,
        most_edges=MOST_EDGES,
    )


def motif_graph(name: str, engine: Engine, ink: Theme | None = None) -> graphviz.Digraph:
    """A graph without nodes, laid out from left to right."""
    graph = graphviz.Digraph(name)
    graph.attr("graph", bgcolor="transparent", outputorder="nodesfirst")
    if engine == "nop2":
        graph.attr("graph", layout="nop2", notranslate="true")
    else:
        graph.attr("graph", rankdir="LR", nodesep="0.28", ranksep="0.3")
    size = f"{2 * RADIUS / POINTS_PER_INCH:.4f}"
    graph.attr(
        "node", shape="circle", fixedsize="true", width=size, height=size, fontsize="11", fontname=inks.FONT
    )
    graph.attr("edge", fontsize="12", fontname=inks.FONT, arrowsize=f"{ARROW / 10}")
    if ink:
        graph.attr("graph", **inks.graph(ink))
        graph.attr("node", **inks.node(ink))
    return graph


def _add_nodes(graph: graphviz.Digraph, motif: str, nodes: int, slots: list[Slot], look: Look) -> None:
    """A node that no live edge touches is dead; in an unused motif only the whole is."""
    touched = {node for row in slots if row.live for node in (row.successor, row.predecessor)}
    for node in range(1, nodes + 1):
        dead = look.used and node not in touched
        attributes = {"id": f"{motif}-n{node}", "class": "dead" if dead else ""}
        if look.by_arcs:
            x, y = node_place(node)
            attributes["pos"] = f"{x:.2f},{y:.2f}"
        if look.ink and dead:
            attributes |= inks.faded(look.ink)
        graph.node(str(node), node_name(node, nodes), **attributes)


def _add_edge(graph: graphviz.Digraph, row: Slot, look: Look) -> None:
    space, ink = look.space, look.ink
    text = pill_text(space, row.level, row.operation, short=not look.by_arcs)
    attributes = {"id": edge_id(*row.place), "class": " ".join(edge_classes(space, row, look.used))}
    if look.by_arcs:
        place = arc(row.predecessor, row.successor, space.level(row.level).nodes)
        attributes |= {"pos": place.pos, "lp": place.lp}
    if ink:
        attributes |= inks.edge(
            ink, space.operation_name(row.level, row.operation), faded=look.used and not row.live
        )
        graph.edge(
            str(row.predecessor), str(row.successor), inks.pill(ink, text, attributes["color"]), **attributes
        )
    else:
        graph.edge(str(row.predecessor), str(row.successor), dot_text(text), **attributes)


def edge_classes(space: SearchSpace, row: Slot, used: bool) -> list[str]:
    """How an edge looks: what it carries, and whether that reaches the network."""
    if row.operation == NONE:
        return ["ghost"]
    name = space.operation_name(row.level, row.operation)
    kind = (
        ["op", f"op-{name}"]
        if row.level == 2
        else ["motif", f"motif-{row.operation}", f"tone-{tone(row.operation)}"]
    )
    return kind + (["dead"] if used and not row.live else [])


def pill_text(space: SearchSpace, level: int, operation: int, *, short: bool = False) -> str:
    """The text on an edge."""
    if operation == NONE:
        return "+"
    name = space.operation_name(level, operation)
    look = LOOKS.get(name, ABSENT)
    return name if level > 2 else look.word if short else look.pill


def _mark(row: Slot, look: Look) -> Mark:
    space = look.space
    data = {"from": str(row.predecessor), "to": str(row.successor), "operation": str(row.operation)}
    x, y = arc(row.predecessor, row.successor, space.level(row.level).nodes).middle
    middle = (x, -y) if look.by_arcs else None
    layer = row.predecessor - row.successor  # long arcs below: they pass under the pills of shorter ones
    if row.operation == NONE:
        return Mark("", data=data, middle=middle, layer=layer)
    name = edge_name(space, row.level, row.successor, row.predecessor).replace("→", " to ")
    label = f"{name}: {operation_label(space, row.level, row.operation)}"
    if look.used and not row.live:
        label += ", dead: on no live path"
    if row.level == 2:
        return Mark(label, data=data, middle=middle, layer=layer)
    child = row.level - 1
    data["uses"] = motif_id(child, row.operation)
    return Mark(label, f"#{card_anchor(child, row.operation)}", data, middle, layer)
