"""Inspection report of a genotype as one JSON object: network, cost, liveness, without training.

The command line, the REST API and the editor's preview answer with it. Must import neither Django nor torch.
"""

from typing import Any

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.networks.host import Host
from search.evolution.preview import network_of, why_no_network


def inspect_genotype(genotype: Genotype, host: Host) -> dict[str, Any]:
    """What a genotype builds in a host; the network's own fields are null when it builds none."""
    alive = analyse(genotype)
    document: dict[str, Any] = {
        "text": genotype.text,
        "key": genotype.key,
        "genotype": genotype.to_json(),
        "feasible": alive.feasible,
        "reason": why_no_network(genotype),
        "phenotype_key": None,
        "parameters": None,
        "multiply_adds": None,
        "activations": None,
        "depth": None,
        "operations": None,
        "host": host.model_dump(mode="json"),
        "live_edges": len(alive.live_edges),
        "dead_edges": [_edge(*edge) for edge in sorted(alive.dead_edges)],
        "unused_motifs": [{"level": level, "motif": slot} for level, slot in sorted(alive.unused_motifs)],
        "dead_motifs": [{"level": level, "motif": slot} for level, slot in sorted(alive.dead_motifs)],
        "uses": [
            {"level": level, "motif": slot, "uses": count}
            for (level, slot), count in sorted(alive.uses.items())
        ],
    }
    network = network_of(genotype, host)
    if network is not None:
        phenotype, cost = network.phenotype, network.cost
        document |= {
            "phenotype_key": phenotype.key,
            "parameters": cost.parameters,
            "multiply_adds": cost.multiply_adds,
            "activations": cost.activations,
            "depth": phenotype.depth,
            "operations": len(phenotype.all_operations),
        }
    return document


def _edge(level: int, slot: int, successor: int, predecessor: int) -> dict[str, int]:
    return {"level": level, "motif": slot, "successor": successor, "predecessor": predecessor}
