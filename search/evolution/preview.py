"""Preview of an edited genotype: network, cost, training estimate, change; for the editor and the REST API.

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass
from functools import lru_cache

from search.evolution.estimates.step_cost import work_of
from search.evolution.estimates.training_cost import (
    arithmetic_seconds,
    reading_bytes,
    training_bytes,
    training_host,
)
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Edge, Liveness, analyse
from search.evolution.genotypes.slot_diff import edits
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.cost import (
    Cost,
    by_motif,
    edge_costs,
    is_countable,
    network_cost,
    within_limit,
)
from search.evolution.networks.host import PAPER_HOST, Host
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype

KEPT = 512
"""Networks remembered: undo, redo and the start of an edit are asked for again and again."""


@dataclass(frozen=True)
class BuiltNetwork:
    """What a genotype builds in a host."""

    phenotype: Phenotype
    cost: Cost
    edges: dict[Edge, Cost]
    """Each live edge through all uses of its motif; an edge above level 2 counts the motif it carries."""
    motifs: dict[tuple[int, int], Cost]
    """(level, slot) of each used motif below the top: all its copies, projections included."""
    cells: Cost
    """All cells together; the rest of the network is the host's own."""


@dataclass(frozen=True)
class Training:
    """What training would take, by arithmetic; memory above the worker's own, on a CPU."""

    memory_bytes: int
    seconds: float
    """On one CPU core, all repeats."""


@dataclass(frozen=True)
class Change:
    """Against the genotype that the edit started from; null where either of the two has no such number."""

    edges: int | None
    """Edges that differ; null between genotypes of different shapes."""
    parameters: int | None
    multiply_adds: int | None
    depth: int | None
    memory_bytes: int | None
    live_edges: int


@dataclass(frozen=True)
class Preview:
    """What `preview_genotype` tells."""

    genotype: Genotype
    liveness: Liveness
    network: BuiltNetwork | None
    """Null when it builds none."""
    training: Training | None
    """Null without a network or a protocol."""
    obstacles: tuple[str, ...]
    """Why it cannot be evaluated; empty when it can."""
    warnings: tuple[str, ...]
    """What whoever wrote it may not have meant."""
    change: Change | None
    """Null without a start."""


def preview_genotype(
    genotype: Genotype,
    host: Host,
    *,
    protocol: Protocol | None = None,
    start: Genotype | None = None,
    max_parameters: int | None = None,
) -> Preview:
    """What a genotype would be in a host, trained as the protocol says, against where the edit began.

    `max_parameters` is the limit of the space it shall be evaluated in; its own space's limit counts too.
    """
    liveness = analyse(genotype)
    network = network_of(genotype, host)
    reason = "" if network else why_no_network(genotype)
    limits = [limit for limit in (max_parameters, genotype.space.max_parameters) if limit is not None]
    return Preview(
        genotype=genotype,
        liveness=liveness,
        network=network,
        training=training_of(genotype, host, protocol) if protocol else None,
        obstacles=tuple(_obstacles(reason, network, min(limits, default=None))),
        warnings=tuple(_warnings(genotype.space, liveness, network)),
        change=_change(start, genotype, host, protocol) if start else None,
    )


@lru_cache(maxsize=KEPT)
def network_of(genotype: Genotype, host: Host) -> BuiltNetwork | None:
    """What it builds; None when it builds nothing. Remembered."""
    try:
        phenotype = build_phenotype(genotype)
    except Infeasible:
        return None
    costs = edge_costs(genotype, host)
    top = genotype.space.top
    cells = sum((cost for place, cost in costs.items() if place[0] == top), Cost())
    return BuiltNetwork(phenotype, network_cost(phenotype, host), costs, by_motif(genotype, costs), cells)


@lru_cache(maxsize=KEPT)
def training_of(genotype: Genotype, host: Host, protocol: Protocol) -> Training | None:
    """What training it would take; None without a network. Remembered."""
    network = network_of(genotype, host)
    if network is None:
        return None
    return Training(
        memory_bytes=training_bytes(network.phenotype, host, protocol) + reading_bytes(protocol),
        seconds=arithmetic_seconds(work_of(network.phenotype, training_host(host, protocol)), protocol),
    )


def _change(start: Genotype, genotype: Genotype, host: Host, protocol: Protocol | None) -> Change:
    before, now = network_of(start, host), network_of(genotype, host)
    found = edits(start, genotype)
    trained = training_of(start, host, protocol) if protocol else None
    training = training_of(genotype, host, protocol) if protocol else None
    return Change(
        edges=None if found is None else len(found),
        parameters=now.cost.parameters - before.cost.parameters if now and before else None,
        multiply_adds=now.cost.multiply_adds - before.cost.multiply_adds if now and before else None,
        depth=now.phenotype.depth - before.phenotype.depth if now and before else None,
        memory_bytes=training.memory_bytes - trained.memory_bytes if training and trained else None,
        live_edges=len(analyse(genotype).live_edges) - len(analyse(start).live_edges),
    )


def why_no_network(genotype: Genotype) -> str:
    """Why a genotype builds none, or none that can be told from others; empty where it does."""
    try:
        build_phenotype(genotype)
    except Infeasible as error:
        return str(error)
    return ""


def _obstacles(reason: str, network: BuiltNetwork | None, limit: int | None) -> list[str]:
    if network is None:
        return [f"It builds no network: {reason}."]
    if limit is not None and not within_limit(network.phenotype, limit):
        have = network_cost(network.phenotype, PAPER_HOST).parameters
        return [
            f"It has {have:,} parameters in the paper's small host; the search space allows {limit:,} there."
        ]
    if not is_countable(network.cost):
        return ["It has more parameters or multiply-adds than 64 bits count; nothing could train it."]
    return []


def _warnings(space: SearchSpace, liveness: Liveness, network: BuiltNetwork | None) -> list[str]:
    said = []
    if network is not None and not network.phenotype.all_operations:
        said.append("It computes nothing: only identities lie between the cell's source and its sink.")
    if liveness.dead_edges:
        said.append(_dead_edges(liveness))
    broken = sorted(place for place in liveness.dead_motifs if place[0] < space.top)
    if broken:
        said.append(f"{_listed(space, broken)} {_act(broken)}: no path leads from source to sink.")
    unused = sorted(
        liveness.unused_motifs - liveness.dead_motifs - {(space.top, slot) for slot in space.cell_slots}
    )
    if unused:
        verb, it = ("is", "it") if len(unused) == 1 else ("are", "them")
        said.append(f"{_listed(space, unused)} {verb} unused: no live edge carries {it}.")
    return said


def _dead_edges(liveness: Liveness) -> str:
    count = len(liveness.dead_edges)
    elsewhere = sum(1 for level, slot, *_ in liveness.dead_edges if not liveness.uses[level, slot])
    verbs = "carries an operation but does" if count == 1 else "carry an operation but do"
    said = f"{count} edge{'s' if count > 1 else ''} {verbs} not reach the network"
    if not elsewhere:
        return f"{said}."
    return f"{said}, {'all' if elsewhere == count else elsewhere} of them in unused motifs."


def _act(places: list[tuple[int, int]]) -> str:
    return "acts as no edge" if len(places) == 1 else "act as no edge"


def _listed(space: SearchSpace, places: list[tuple[int, int]]) -> str:
    names = [space.motif_name(level, slot) for level, slot in places]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
