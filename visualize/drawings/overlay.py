"""Overlay of two motifs: edges that stay, appear, vanish or change."""

from typing import NamedTuple

import graphviz

from search.evolution.genotypes.diff import EdgeChange, MotifPair
from visualize.drawings.arcs import ARC_NODES, arc, frame, node_place
from visualize.drawings.model import Drawing, Mark
from visualize.drawings.motifs import MOST_EDGES, motif_graph
from visualize.drawings.names import dot_text, node_name
from visualize.style.palette import LOOKS, tone

PRIME = "′"
"""Marks a motif's number in the right genotype, where the two number their motifs differently."""


def overlay_drawing(
    pair: MotifPair,
    nodes: int,
    *,
    name: str,
    label: str,
    primed: bool,
    carriers: frozenset[tuple[int, int]] = frozenset(),
) -> Drawing:
    """`nodes`: of the larger of the two motifs. `name` begins every id, `label` says what is drawn.

    `primed`: motif numbers of the right genotype are its own and are marked so. `carriers`: (successor,
    predecessor) of edges that stay but carry a motif that changed.
    """
    by_arcs = nodes <= ARC_NODES
    graph = motif_graph("overlay", "nop2" if by_arcs else "dot")
    for node in range(1, nodes + 1):
        attributes = {"id": f"{name}-n{node}"}
        if by_arcs:
            x, y = node_place(node)
            attributes["pos"] = f"{x:.2f},{y:.2f}"
        graph.node(str(node), node_name(node, nodes), **attributes)
    motif = _Motif(pair.level, nodes, name, primed, carriers)
    marks = dict(_add_edge(graph, edge, motif) for edge in pair.edges)
    return Drawing(
        source=graph.source,
        engine="nop2" if by_arcs else "dot",
        label=f"{label}: {len(pair.changes)} of {len(pair.edges)} edges differ",
        classes=" ".join(
            (
                "motif-drawing overlay",
                "of-motifs" if pair.level > 2 else "of-primitives",
                f"nodes-{nodes}" if by_arcs else "laid-out",
            )
        ),
        marks=marks,
        edge_count=len(pair.edges),
        box=frame(nodes) if by_arcs else None,
        most_edges=MOST_EDGES,
    )


class _Motif(NamedTuple):
    """The motif that is drawn, as `overlay_drawing` is told of it."""

    level: int
    nodes: int
    name: str
    primed: bool
    carriers: frozenset[tuple[int, int]]


def _add_edge(graph: graphviz.Digraph, edge: EdgeChange, motif: _Motif) -> tuple[str, Mark]:
    """Put one edge into the graph; its id, and what is said of it."""
    nodes, primed = motif.nodes, motif.primed
    identity = f"{motif.name}-e{edge.predecessor}-{edge.successor}"
    carries = (edge.successor, edge.predecessor) in motif.carriers
    attributes = {"id": identity, "class": " ".join(overlay_classes(motif.level, edge, carries=carries))}
    middle = None
    if nodes <= ARC_NODES:
        place = arc(edge.predecessor, edge.successor, nodes)
        attributes |= {"pos": place.pos, "lp": place.lp}
        middle = (place.middle[0], -place.middle[1])
    text = overlay_text(edge, primed=primed)
    graph.edge(str(edge.predecessor), str(edge.successor), dot_text(text), **attributes)
    ends = f"{node_name(edge.predecessor, nodes)} to {node_name(edge.successor, nodes)}"
    words = change_words(edge, primed=primed) + (", a motif that changed" if carries else "")
    layer = edge.predecessor - edge.successor - (100 if edge.status == "unchanged" else 0)
    return identity, Mark(f"{ends}: {words}", middle=middle, layer=layer)


def overlay_classes(level: int, edge: EdgeChange, *, carries: bool = False) -> list[str]:
    """An edge looks like what it carries in the end, or carried last; and like what became of it."""
    operation = edge.after or edge.before or ""
    look = ["op", f"op-{operation}"] if level == 2 else ["motif", f"tone-{tone(int(operation[1:]))}"]
    return [*look, "diff-carrier" if carries and edge.status == "unchanged" else f"diff-{edge.status}"]


def overlay_text(edge: EdgeChange, *, primed: bool) -> str:
    """What stands on the edge: `sep 3×3`, `+ sep`, `− sep`, `max → sep`, short enough between two nodes."""
    short = edge.status != "unchanged"
    before = operation_name(edge.before, short=short)
    after = operation_name(edge.after, primed=primed, short=short)
    if edge.status == "added":
        return f"+ {after}"
    if edge.status == "removed":
        return f"− {before}"
    if edge.status == "altered":
        return f"{before} → {after}"
    return before if after in (before, before + PRIME) else f"{before} = {after}"


def change_words(edge: EdgeChange, *, primed: bool) -> str:
    """The same for those who do not see it."""
    before, after = operation_name(edge.before), operation_name(edge.after, primed=primed)
    if edge.status == "altered":
        return f"changed from {before} to {after}"
    if edge.status == "unchanged":
        return f"{before}, unchanged"
    return f"{after} added" if edge.status == "added" else f"{before} removed"


def operation_name(name: str | None, *, primed: bool = False, short: bool = False) -> str:
    """A primitive by its short text, a motif by its number; empty for no edge."""
    if name is None:
        return ""
    if name in LOOKS:
        return LOOKS[name].word if short else LOOKS[name].pill
    return name + (PRIME if primed else "")
