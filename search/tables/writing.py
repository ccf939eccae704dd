"""Write a benchmark table as one .npz file: the same content gives the same bytes.

Must import neither Django nor torch.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.tables.enumeration import every_network
from search.tables.plans import Part
from search.tables.table import FORMAT, SPLITS

LICENCE = "CC-BY-4.0"


class Incomplete(ValueError):
    """Trainings are missing: a part of a table is no table."""


@dataclass(frozen=True)
class TrainingResult:
    """One finished training at each point where it was scored."""

    accuracy: tuple[tuple[float, float, float], ...]
    """(train, validation, test) at each budget, fractions 0..1; train: of the batches since the point before."""
    loss: tuple[float, ...]
    seconds: tuple[float, ...]
    """Of a processor, from the start on."""


@dataclass(frozen=True)
class TableContent:
    """What a table is made of."""

    name: str
    version: str
    part: Part
    protocol: Protocol
    budgets: tuple[int, ...]
    results: Mapping[tuple[str, int], TrainingResult]
    """By phenotype key and repeat."""
    proxies: Mapping[str, Mapping[str, float]]
    """Name -> phenotype key -> value, of the network before it is trained."""
    about: Mapping[str, Any]
    """Hardware, dates and limits, for the table's card."""


def table_bytes(content: TableContent) -> bytes:
    """The file. Raises Incomplete when a training of the part is missing."""
    if content.part.sample:
        rows = {key: (genotype, 0) for key, genotype in content.part.networks().items()}
    else:
        networks = every_network(content.part.space)
        rows = {key: (row.genotype, row.genotypes) for key, row in networks.items()}
    keys = sorted(rows)
    seeds = content.protocol.repeats
    missing = [(key, seed) for key in keys for seed in range(seeds) if (key, seed) not in content.results]
    if missing:
        raise Incomplete(
            f"{len(missing):,} of {len(keys) * seeds:,} trainings of {content.part.name} are missing; "
            "a part of a table is no table: go on with build_table"
        )
    genotypes = [rows[key][0] for key in keys]
    head, tails = _texts(genotypes)
    results = [[content.results[key, seed] for seed in range(seeds)] for key in keys]
    costs = [network_cost(build_phenotype(row), content.protocol.shape_host) for row in genotypes]
    about = {
        **content.about,
        "format": FORMAT,
        "name": content.name,
        "version": content.version,
        "licence": LICENCE,
        "space": content.part.space.to_json(),
        "space_text": head,
        "protocol": content.protocol.model_dump(mode="json"),
        "budgets": list(content.budgets),
        "splits": list(SPLITS),
        "proxies": sorted(content.proxies),
    }
    return _packed(
        about=np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8),
        keys=np.array([key.encode() for key in keys]),
        genotypes=np.array([text.encode() for text in tails]),
        genotype_counts=np.array([rows[key][1] for key in keys], np.int64),
        accuracy=np.array([[row.accuracy for row in by_seed] for by_seed in results], np.float32),
        loss=np.array([[row.loss for row in by_seed] for by_seed in results], np.float32),
        seconds=np.array([[row.seconds for row in by_seed] for by_seed in results], np.float32),
        parameters=np.array([cost.parameters for cost in costs], np.int64),
        multiply_adds=np.array([cost.multiply_adds for cost in costs], np.int64),
        depths=np.array([cost.depth for cost in costs], np.int64),
        live_edges=np.array([_live_edges(row) for row in genotypes], np.int64),
        proxies=np.array(
            [[content.proxies[name][key] for name in sorted(content.proxies)] for key in keys], np.float32
        ).reshape(len(keys), len(content.proxies)),
    )


def _packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _texts(genotypes: Sequence[Genotype]) -> tuple[str, list[str]]:
    """The space's text and what follows it for each genotype."""
    pairs = [row.text.split(":", 1) for row in genotypes]
    return pairs[0][0], [tail for _, tail in pairs]


def _live_edges(genotype: Genotype) -> int:
    """Operations of one cell that something of its output rests on, identities too."""
    return len(analyse(genotype).live_edges)
