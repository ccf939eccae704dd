"""Content-addressed storage of genotypes and of the motifs they carry.

Rows are inserted in one order, motifs by key and then the genotype, so that two proposals that meet in the
same new rows cannot wait for each other in a circle.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from search import models
from search.evolution.config import canonical_json
from search.evolution.genotype import Genotype, Motif
from search.evolution.liveness import analyse
from search.evolution.phenotype import Infeasible, Phenotype, build_phenotype
from search.evolution.primitives import NONE
from search.evolution.space import LevelShape, SearchSpace

Place = tuple[int, int]
"""(level, slot)."""
Structure = list[list[str | None]]
Row = TypeVar("Row", models.Genotype, models.Motif)


def store_genotype(genotype: Genotype, phenotype: Phenotype) -> models.Genotype:
    """The row of a genotype, with its motifs; made if it is new. Call within a transaction."""
    row = models.Genotype.objects.filter(key=genotype.key).first()
    if row is not None:
        return row
    motifs = _store_motifs(genotype, phenotype)
    document = genotype.to_json()
    row = models.Genotype(
        key=genotype.key,
        text=genotype.text,
        space=document["space"],
        levels=document["levels"],
        phenotype_key=phenotype.key,
        operation_counts=Counter(operation.name for operation in phenotype.operations),
    )
    _insert(models.Genotype, [row])
    uses = analyse(genotype).uses
    models.MotifUse.objects.bulk_create(
        [
            models.MotifUse(genotype=row, motif_id=motif, level=level, slot=slot, uses=uses[level, slot])
            for (level, slot), motif in motifs.items()
        ],
        ignore_conflicts=True,
    )
    return row


def _insert(table: type[Row], rows: Sequence[Row]) -> None:
    """Insert rows, or find what somebody else has inserted meanwhile under their keys: either way they have their
    ids, from one statement without a savepoint."""
    objects = table._default_manager
    objects.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=["key"])


def resolved_motifs(genotype: Genotype) -> dict[Place, tuple[str, Structure]]:
    """(level, slot) -> key and structure, an edge naming its primitive or the key of the motif below."""
    space = genotype.space
    found: dict[Place, tuple[str, Structure]] = {}
    for index, motifs in enumerate(genotype.levels):
        level = index + 2
        below = {slot: key for (height, slot), (key, _) in found.items() if height == level - 1}
        for slot, motif in enumerate(motifs, start=1):
            structure = [[_operation(space, level, op, below) for op in row] for row in motif]
            text = canonical_json([level, structure])
            found[level, slot] = (hashlib.sha256(text.encode()).hexdigest()[:32], structure)
    return found


def _operation(space: SearchSpace, level: int, operation: int, below: Mapping[int, str]) -> str | None:
    if operation == NONE:
        return None
    return below[operation] if level > 2 else space.operation_name(level, operation)


def _store_motifs(genotype: Genotype, phenotype: Phenotype) -> dict[Place, int]:
    resolved = resolved_motifs(genotype)
    places = {key: place for place, (key, _) in resolved.items()}
    ids = _motif_ids(places)
    missing = sorted(set(places) - set(ids))
    if missing:
        rows = [
            models.Motif(
                key=key,
                level=places[key][0],
                structure=resolved[places[key]][1],
                phenotype_key=motif_phenotype_key(genotype, phenotype, *places[key]),
            )
            for key in missing
        ]
        _insert(models.Motif, rows)
        ids |= {row.key: row.pk for row in rows}
    return {place: ids[key] for place, (key, _) in resolved.items()}


def _motif_ids(keys: Mapping[str, Place]) -> dict[str, int]:
    return dict(models.Motif.objects.filter(key__in=list(keys)).values_list("key", "pk"))


def motif_phenotype_key(genotype: Genotype, phenotype: Phenotype, level: int, slot: int) -> str:
    """What the motif builds taken as a cell of its own; empty when its sink is unreachable."""
    if level == genotype.space.top:
        return phenotype.key  # the cell itself, which is the dearest of all to bring into canonical form
    motif: Motif = genotype.motif(level, slot)
    shapes = (*genotype.space.levels[: level - 2], LevelShape(motifs=1, nodes=len(motif) + 1))
    space = SearchSpace(levels=shapes, primitives=genotype.space.primitives)
    try:
        return build_phenotype(Genotype(space, (*genotype.levels[: level - 2], (motif,)))).key
    except Infeasible:
        return ""
