"""Lower bound on the work of one training step for one image: multiply-adds and bytes moved.

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass

from search.evolution.networks.cost import host_places, network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, joined_width

PASSES = 3
"""Forward once; backward twice the work, for the gradient of the input and of the weights."""
BYTES = 4


@dataclass(frozen=True)
class StepCost:
    """What decides how long a network's step takes."""

    multiply_adds: float
    """Of the forward pass, for one image."""
    bytes: float
    """To and from memory, for one image: `ideal_bytes`."""
    operations: float
    """Of all cells."""


def work_of(phenotype: Phenotype, host: Host) -> StepCost:
    """Of a network in a host for images of the host's size."""
    placed = [place.layer for place in host_places(phenotype, host) if place.layer.kind == "cell"]
    operations = sum(len(phenotype.cell_at(layer).operations) for layer in placed)
    multiply_adds = network_cost(phenotype, host).multiply_adds
    return StepCost(multiply_adds, ideal_bytes(phenotype, host), operations)


def ideal_bytes(phenotype: Phenotype, host: Host) -> float:
    """Bytes to and from memory when each operation reads its input and writes its output once a pass.

    An operation is a convolution with its normalisation and ReLU, or a pool: no framework that computes them one
    by one does with so little.
    """
    values = 0
    for place in host_places(phenotype, host):
        if place.layer.kind != "cell":
            values += place.input_width * place.input_size**2 + place.output_width * place.output_size**2
            continue
        cell = phenotype.cell_at(place.layer)
        widths = cell.widths(place.layer.width)
        read = sum(joined_width(row.reads, widths) for row in cell.operations)
        values += (read + sum(widths[1:])) * place.input_size**2
    return float(PASSES * BYTES * values)
