"""Flattened network as DOT: every primitive, one cluster for each edge of the cell."""

from collections import defaultdict
from typing import Any

import graphviz

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import primitive
from search.evolution.genotypes.space import NORMAL, REDUCTION
from search.evolution.networks.assembly import SINK, SOURCE, assembled_edges
from visualize.drawings import ink as inks
from visualize.drawings.model import Drawing, Mark, TooLarge
from visualize.drawings.names import card_anchor, dot_text, edge_id, node_name
from visualize.style.palette import LOOKS, Theme, tone

MAX_EDGES = 400
"""Beyond this the picture is a tangle, and its layout takes longer than anybody waits."""

FLATTENED = {NORMAL: "flattened", REDUCTION: "flattened-reduction"}
"""The drawing's name in addresses, by the cell's slot."""

Edge = tuple[str, str, dict[str, Any]]
Subject = tuple[Genotype, int]
"""A genotype and the slot of the cell that is drawn."""


def flattened_drawing(genotype: Genotype, cell: int = NORMAL, *, ink: Theme | None = None) -> Drawing:
    """The network inside one cell, of a pair the one in that slot; its layout is left to Graphviz.

    Raises Infeasible when there is no network, TooLarge when nobody could read it.
    """
    rows: list[Edge] = []
    for row in assembled_edges(genotype, cell):
        rows.append(row)
        if len(rows) > MAX_EDGES:
            raise TooLarge(
                f"This network has more than {MAX_EDGES} operations: too many to read in one picture."
            )
    graph = graphviz.Digraph("flattened")
    graph.attr(
        "graph", rankdir="LR", nodesep="0.2", ranksep="0.28", bgcolor="transparent", fontname=inks.FONT
    )
    graph.attr("node", shape="circle", fixedsize="true", fontsize="11", fontname=inks.FONT)
    graph.attr("edge", fontsize="12", fontname=inks.FONT, arrowsize="0.6")
    if ink:
        graph.attr("graph", **inks.graph(ink))
        graph.attr("node", **inks.node(ink))
    _add_nodes(graph, (genotype, cell), rows, ink)
    marks = _add_edges(graph, rows, ink)
    marks |= {f"flat-{prefix}": mark for prefix, mark in _cluster_marks((genotype, cell), rows).items()}
    return Drawing(
        source=graph.source,
        engine="dot",
        label=_label(genotype, cell, len(rows)),
        classes="flattened-drawing",
        marks=marks,
        edge_count=len(rows),
    )


def _label(genotype: Genotype, cell: int, operations: int) -> str:
    space = genotype.space
    of = f" of the {space.motif_name(space.top, cell)}" if space.reduction_cell else ""
    return f"Flattened network{of}: {operations} operations"


def _add_nodes(graph: graphviz.Digraph, subject: Subject, rows: list[Edge], ink: Theme | None) -> None:
    clusters: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(name for source, target, _ in rows for name in (source, target)):
        prefix, inside, _ = name.partition("/")
        if inside:
            clusters[prefix].append(name)
        else:
            graph.node(name, _top_name(name), id=f"flat-{name}", width="0.36", height="0.36")
    for prefix, names in clusters.items():
        slot = _cluster_slot(subject, prefix)
        with graph.subgraph(name=f"cluster_{prefix}") as cluster:
            look = inks.cluster(ink, slot) if ink else {}
            cluster.attr(
                "graph",
                label=f"M{slot}",
                id=f"flat-{prefix}",
                style="rounded",
                labeljust="l",
                margin="9",
                fontsize="11",
                **{"class": f"motif-{slot} tone-{tone(slot)}"},
                **look,
            )
            for name in names:
                cluster.node(name, "", id=f"flat-{name}", width="0.14", height="0.14", **{"class": "inner"})


def _add_edges(graph: graphviz.Digraph, rows: list[Edge], ink: Theme | None) -> dict[str, Mark]:
    marks = {}
    for number, (source, target, data) in enumerate(rows, start=1):
        name = data["operation"]
        classes = f"op op-{name}" + (" projection" if data["projection"] else "")
        attributes = {"id": f"flat-e{number}", "class": classes}
        text = LOOKS[name].word
        if ink:
            attributes |= inks.edge(ink, name)
            graph.edge(source, target, inks.pill(ink, text, attributes["color"]), **attributes)
        else:
            graph.edge(source, target, dot_text(text), **attributes)
        label = primitive(name).label + (", the projection after a motif" if data["projection"] else "")
        marks[attributes["id"]] = Mark(label, data={"place": edge_id(*data["place"])})
    return marks


def _cluster_marks(subject: Subject, rows: list[Edge]) -> dict[str, Mark]:
    marks = {}
    for _, target, _ in rows:
        prefix, inside, _ = target.partition("/")
        if inside and prefix not in marks:
            slot, space = _cluster_slot(subject, prefix), subject[0].space
            level, cell = space.top - 1, space.motif_name(space.top, subject[1])
            label = f"Motif M{slot} of level {level}, on the {cell}'s edge {prefix.replace('-', ' to ')}"
            marks[prefix] = Mark(label, f"?tab=hierarchy#{card_anchor(level, slot)}", {"slot": str(slot)})
    return marks


def _cluster_slot(subject: Subject, prefix: str) -> int:
    genotype, cell = subject
    predecessor, successor = (int(part) for part in prefix.split("-"))
    return genotype.edge(genotype.space.top, cell, successor, predecessor)


def _top_name(name: str) -> str:
    return {SOURCE: node_name(1, 0), SINK: "out"}.get(name, name.removeprefix("n"))
