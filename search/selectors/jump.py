"""Search over experiments, individuals, motifs and genotypes by what a person types: a name, a number, a key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from search.models import Experiment, Genotype, Individual, Motif
from search.selectors.experiments import experiments

MOST_CHARACTERS = 200
LARGEST_ID = 2**31 - 1
NEWEST = 20
"""Experiments among which a step alone is looked for."""
_PAIR = re.compile(r"(\d{1,10})\s*/\s*#?(\d{1,10})")
_STEP = re.compile(r"#?(\d{1,10})")
_KEY = re.compile(r"[0-9a-f]{2,32}")


@dataclass(frozen=True)
class Found:
    """The first few of each kind, the likeliest first."""

    experiments: Sequence[Experiment] = ()
    individuals: Sequence[Individual] = ()
    """With their experiments."""
    motifs: Sequence[Motif] = ()
    genotypes: Sequence[Genotype] = ()


def find(text: str, *, inside: int | None = None, limit: int = 8) -> Found:
    """`inside` is the experiment whose page asks: its individuals come first. An empty text finds the newest
    experiments and their best individuals."""
    text = " ".join(text.replace("\x00", "").split())[:MOST_CHARACTERS]
    if pair := _PAIR.fullmatch(text):
        return Found(individuals=_at([int(pair[1])], int(pair[2])))
    rows = list(experiments(query=text)[:limit])
    if not (step := _STEP.fullmatch(text)):
        best = [row.best_id for row in rows if row.best_id is not None]
        individuals = Individual.objects.select_related("experiment").in_bulk(best)
        keyed = bool(_KEY.fullmatch(text))
        return Found(
            rows,
            [individuals[key] for key in best],
            list(Motif.objects.filter(key__startswith=text).order_by("key")[:limit]) if keyed else (),
            list(Genotype.objects.filter(key__startswith=text).order_by("key")[:limit]) if keyed else (),
        )
    number = int(step[1])
    if not text.startswith("#") and number <= LARGEST_ID:
        rows = list(experiments().filter(pk=number)) + [row for row in rows if row.pk != number]
    newest = list(experiments().values_list("pk", flat=True)[:NEWEST])
    return Found(rows[:limit], _at([inside, *newest] if inside else newest, number)[:limit])


def _at(experiment_ids: Sequence[int], step: int) -> list[Individual]:
    """The individuals of that step, in the order of the experiments."""
    order = {key: place for place, key in reversed(list(enumerate(experiment_ids))) if key <= LARGEST_ID}
    if step > LARGEST_ID:
        return []
    rows = Individual.objects.filter(experiment__in=order, step=step).select_related("experiment")
    return sorted(rows, key=lambda row: order[row.experiment_id])
