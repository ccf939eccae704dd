"""Import steps: shared rows a few at a time, so that workers never wait; the experiment last, in one transaction."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import IO

from django.db import transaction

from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import build_phenotype
from search.models import Genotype as GenotypeRow
from search.selectors.archive import GENOTYPE
from search.services.idempotency import Reply, reply_once
from search.services.importing.checking import Checked, check
from search.services.importing.columns import values_of
from search.services.importing.evaluations import Met, store_evaluations
from search.services.importing.finals import store_finals
from search.services.importing.individuals import store_experiment
from search.services.importing.reading import PIECE, FileLine, lines
from search.services.proposing.genotypes import store_genotype

GENOTYPES_AT_ONCE = 50
EVALUATIONS_AT_ONCE = 200


@dataclass(frozen=True)
class Imported:
    """What an import has done."""

    experiment_id: int
    individuals: int
    met: Met
    """The file's evaluations and this installation's."""
    advance: tuple[int, ...]
    """Other experiments, which waited for what the file has brought: the caller advances them."""


def import_experiment(
    *, file: IO[bytes], owner_id: int | None = None, caller: str = "", key: str = ""
) -> Imported:
    """A seekable file becomes an experiment. What was running in it is paused, and nothing is sent to workers.

    Several transactions; the last one makes the experiment, which is there whole or not at all. With a `key` the
    same file again gives the experiment of the first time. Raises BadFile, and Conflict for a key of another request.
    """
    checked = check(lines(file))
    met, advance = Met(), set[int]()
    for kind, part in groupby(lines(file), key=lambda line: line.kind):
        if kind == "genotype":
            for chunk in _chunks(part, GENOTYPES_AT_ONCE):
                _store_genotypes(chunk)
        elif kind == "evaluation":
            for chunk in _chunks(part, EVALUATIONS_AT_ONCE):
                advance.update(store_evaluations(chunk, met))
        elif kind == "final":
            for chunk in _chunks(part, GENOTYPES_AT_ONCE):
                store_finals(chunk)
        elif kind in ("individual", "end"):
            experiment_id = _store_once(checked, part, file, owner_id, caller, key)
            break
    return Imported(experiment_id, checked.counts["individuals"], met, tuple(sorted(advance)))


def _chunks(rows: Iterable[FileLine], size: int) -> Iterator[list[FileLine]]:
    rest = iter(rows)
    for first in rest:
        yield list(chain([first], islice(rest, size - 1)))


@transaction.atomic
def _store_genotypes(rows: list[FileLine]) -> None:
    """With the motifs that follow from them; the moment they were first proposed at is the file's."""
    keys = [line.content["key"] for line in rows]
    here = set(GenotypeRow.objects.filter(key__in=keys).values_list("key", flat=True))
    for line in rows:
        values = values_of(GENOTYPE, line.content, line)
        if values["key"] in here:
            continue
        genotype = Genotype.from_json({"space": values["space"], "levels": values["levels"]})
        row = store_genotype(genotype, build_phenotype(genotype))
        GenotypeRow.objects.filter(pk=row.pk).update(created_at=values["created_at"])


def _store_once(
    checked: Checked, rows: Iterable[FileLine], file: IO[bytes], owner_id: int | None, caller: str, key: str
) -> int:
    individuals = (line for line in rows if line.kind == "individual")

    def act() -> Reply:
        experiment = store_experiment(checked, individuals, owner_id=owner_id)
        return Reply(201, {"id": experiment.pk})

    if not key:
        return int(act().body["id"])
    return int(reply_once(caller=caller, key=key, request_hash=_hash(file), act=act).body["id"])


def _hash(file: IO[bytes]) -> str:
    """Of the whole file. It is read at another place meanwhile, which is kept."""
    place, digest = file.tell(), hashlib.sha256(b"import\n")
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
    file.seek(place)
    return digest.hexdigest()
