"""Names of nodes, edges and motifs in ids, links and sentences."""

import graphviz

from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.primitives import NONE, NONE_NAME, primitive
from search.evolution.genotypes.space import SearchSpace
from visualize.style.palette import LOOKS


def dot_text(text: str) -> str:
    """Any text as a DOT label that shows exactly it: Graphviz reads backslashes, and entities as HTML does."""
    escaped: str = graphviz.escape(text.replace("&", "&amp;"))
    return escaped  # of a type of its own, by which the package knows that `<…>` is no HTML-like label


def motif_id(level: int, slot: int) -> str:
    return f"L{level}-M{slot}"


def edge_id(level: int, slot: int, successor: int, predecessor: int) -> str:
    """Ids say what a thing is: `L2-M3-e1-2` is the edge 1 → 2 of motif 3 of level 2."""
    return f"{motif_id(level, slot)}-e{predecessor}-{successor}"


def card_anchor(level: int, slot: int) -> str:
    """The id of a motif's card on a genotype's page."""
    return f"motif-{motif_id(level, slot)}"


def motif_name(space: SearchSpace, level: int, slot: int) -> str:
    """`cell`, `M3`, or `L3-M2` where a bare number could be of several levels."""
    return space.motif_name(level, slot)


def node_name(node: int, nodes: int) -> str:
    """The source is `in`, the sink `out`, the others go by their number."""
    return "in" if node == 1 else "out" if node == nodes else str(node)


def edge_name(space: SearchSpace, level: int, successor: int, predecessor: int) -> str:
    nodes = space.level(level).nodes
    return f"{node_name(predecessor, nodes)}→{node_name(successor, nodes)}"


def operation_pill(space: SearchSpace, level: int, operation: int) -> str:
    """The short text of an operation as it stands on an edge: `sep 3×3`, `M2`, `none`."""
    name = space.operation_name(level, operation)
    return LOOKS[name].pill if name in LOOKS else name


def operation_word(space: SearchSpace, level: int, operation: int) -> str:
    """Shorter still, for matrices: `sep`, `M2`; empty for none."""
    if operation == NONE:
        return ""
    name = space.operation_name(level, operation)
    return LOOKS[name].word if name in LOOKS else name


def operation_label(space: SearchSpace, level: int, operation: int) -> str:
    """The name in words: `sep 3×3`, `motif M2 of level 2`, `no edge`."""
    if operation == NONE:
        return "no edge"
    name = space.operation_name(level, operation)
    return primitive(name).label if level == 2 else f"motif {name} of level {level - 1}"


def mutation_text(space: SearchSpace, mutation: Mutation) -> str:
    """`M2 in→3: max 3×3 → sep 3×3`."""
    place = motif_name(space, mutation.level, mutation.motif)
    edge = edge_name(space, mutation.level, mutation.successor, mutation.predecessor)
    before, after = (operation_pill(space, mutation.level, value) for value in (mutation.old, mutation.new))
    if mutation.old == mutation.new:
        return f"{place} {edge}: {before} stays"
    return f"{place} {edge}: {before or NONE_NAME} → {after or NONE_NAME}"
