"""Content-addressed storage of genotypes and of the motifs they carry.

Rows are inserted in one order, motifs by key and then the genotype, so that two proposals that meet in the
same new rows cannot wait for each other in a circle.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction

from search import models
from search.database import statements
from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import REDUCTION, LevelShape, SearchSpace
from search.evolution.networks.hashing import canonical_json
from search.evolution.networks.phenotype import Infeasible, Phenotype, TooAlike, build_phenotype
from search.evolution.networks.refinement import MOST_WORK
from search.services.errors import Conflict

Place = tuple[int, int]
"""(level, slot)."""
Structure = list[list[str | None]]
MOTIF_WORK = MOST_WORK // 10
NO_NETWORK = "it builds no network: {reason}"


@transaction.atomic
def keep_genotype(*, genotype: Genotype) -> tuple[models.Genotype, bool]:
    """The row of a genotype that a person wants to keep, and whether it is new. Raises Conflict for one that builds
    no network."""
    if (row := models.Genotype.objects.filter(key=genotype.key).first()) is not None:
        return row, False
    try:
        phenotype = build_phenotype(genotype)
    except Infeasible as error:
        raise Conflict(NO_NETWORK.format(reason=error)) from None
    return store_genotype(genotype, phenotype), True


def store_genotype(genotype: Genotype, phenotype: Phenotype) -> models.Genotype:
    """The row of a genotype, with its motifs; made if it is new. Call within a transaction."""
    resolved = resolved_motifs(genotype)
    places = {key: place for place, (key, _) in resolved.items()}
    known, ids = _known(genotype, places)
    document = genotype.to_json()
    row = models.Genotype(
        pk=known,
        key=genotype.key,
        text=genotype.text,
        space=document["space"],
        levels=document["levels"],
        phenotype_key=phenotype.key,
        depth=phenotype.depth,
        operation_counts=Counter(operation.name for operation in phenotype.all_operations),
    )
    if known is not None:
        return row
    missing = sorted(set(places) - set(ids))
    if missing:
        motifs = [_motif(genotype, phenotype, key, places[key], resolved[places[key]][1]) for key in missing]
        statements.insert(motifs, conflict=SAME)
        ids |= {motif.key: motif.pk for motif in motifs}
    statements.insert([row], conflict=SAME)
    uses = analyse(genotype).uses
    statements.add(
        [
            models.MotifUse(genotype=row, motif_id=ids[key], level=level, slot=slot, uses=uses[level, slot])
            for (level, slot), (key, _) in resolved.items()
        ],
        conflict="ON CONFLICT DO NOTHING",
    )
    return row


SAME = "ON CONFLICT (key) DO UPDATE SET key = excluded.key"
"""Insert rows, or find what somebody else has inserted meanwhile under their keys: either way they have their
ids, from one statement without a savepoint."""


def _known(genotype: Genotype, motifs: Iterable[str]) -> tuple[int | None, dict[str, int]]:
    """The id of a genotype that is there already, and those of motifs by their keys."""
    keys = sorted(motifs)
    found = statements.ask(
        "SELECT '', id FROM search_genotype WHERE key = %s"
        f" UNION ALL SELECT key, id FROM search_motif WHERE key IN ({', '.join(['%s'] * len(keys))})",
        [genotype.key, *keys],
    )
    ids = dict(found)
    return ids.pop("", None), ids


def _motif(
    genotype: Genotype, phenotype: Phenotype, key: str, place: Place, structure: Structure
) -> models.Motif:
    below = motif_phenotype_key(genotype, phenotype, place, key)
    return models.Motif(key=key, level=place[0], structure=structure, phenotype_key=below)


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


def motif_phenotype_key(genotype: Genotype, phenotype: Phenotype, place: Place, key: str) -> str:
    """What the motif builds taken as a cell of its own; empty when its sink is unreachable.

    A genotype may have sixty motifs, so each gets a small part of the work that a network may take: one whose
    operations are too much alike for it counts as the same only as itself.
    """
    level, slot = place
    if level == genotype.space.top:
        # The cell itself, which is the dearest of all to bring into canonical form.
        return phenotype.cells[-1 if slot == REDUCTION else 0].key
    motif: Motif = genotype.motif(level, slot)
    shapes = (*genotype.space.levels[: level - 2], LevelShape(motifs=1, nodes=len(motif) + 1))
    space = SearchSpace(levels=shapes, primitives=genotype.space.primitives)
    try:
        return build_phenotype(Genotype(space, (*genotype.levels[: level - 2], (motif,))), MOTIF_WORK).key
    except TooAlike:
        return key
    except Infeasible:
        return ""
