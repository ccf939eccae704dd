"""Streaming writer of experiment archives: a few hundred rows in memory at once."""

import json
import zlib
from collections.abc import Iterator
from itertools import accumulate, groupby, islice
from typing import Any

from django.db.models import Q
from django.utils import timezone

from search.database.keyset import Order, in_pages
from search.database.snapshot import snapshot
from search.evolution.experiments.config import TRAINER_VERSION
from search.models import (
    Draft,
    Evaluation,
    Experiment,
    FinalEvaluation,
    FitnessRecord,
    Genotype,
    Individual,
    StrategyState,
    WorkState,
)
from search.selectors.archive.layout import (
    DRAFT,
    EVALUATION,
    EXPERIMENT,
    FINAL,
    FINAL_RUN,
    FORMAT,
    GENOTYPE,
    INDIVIDUAL,
    LEARNED,
    RECORD,
    VERSION,
)

AT_ONCE = 500
BY_ID, BY_STEP = Order("id", tie="id"), Order("step", tie="step")
MOST_MISTAKES_BYTES = 2**20
"""Of the images of one final evaluation; whoever reads the file bounds its lines."""
GZIP = 31
"""zlib's number for its largest window with gzip's head and foot."""
PIECE = 64 * 1024


def experiment_file(experiment_id: int) -> Iterator[bytes]:
    """The file, gzip over JSON lines, of one moment. Raises Experiment.DoesNotExist at its first piece."""
    packed = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    ready = bytearray()
    with snapshot():
        for line in archive_lines(experiment_id):
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
            ready += packed.compress(text.encode())
            if len(ready) >= PIECE:
                yield bytes(ready)
                ready.clear()
    yield bytes(ready) + packed.flush()


def archive_lines(experiment_id: int) -> Iterator[dict[str, Any]]:
    experiment = Experiment.objects.select_related("best").get(pk=experiment_id)
    yield {
        "nasweb": FORMAT,
        "version": VERSION,
        "exported_at": timezone.now().isoformat(),
        "trainer": TRAINER_VERSION,
    }
    best = experiment.best.step if experiment.best else None
    yield {"experiment": EXPERIMENT.values(experiment) | {"best": best}}
    counts = dict.fromkeys(("genotypes", "evaluations", "records", "individuals"), 0)
    for state in StrategyState.objects.filter(experiment=experiment_id):
        yield {"learned": LEARNED.values(state)}
    for kind, values in _rows(experiment_id):
        counts[f"{kind}s"] = counts.get(f"{kind}s", 0) + 1
        counts["records"] += len(values.get("records", ())) if kind == "evaluation" else 0
        yield {kind: values}
    yield {"end": counts}


def _rows(experiment_id: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for draft in in_pages(Draft.objects.filter(experiment=experiment_id), BY_ID, AT_ONCE):
        yield "draft", DRAFT.values(draft)
    mine = Individual.objects.filter(experiment=experiment_id)
    evaluations = Evaluation.objects.filter(pk__in=mine.order_by().values("evaluation"))
    # The genotype that an evaluation trained first may be another experiment's.
    carried, trained = mine.order_by().values("genotype"), evaluations.order_by().values("genotype")
    keys = mine.order_by().values("genotype__phenotype_key")
    finals = FinalEvaluation.objects.filter(phenotype_key__in=keys, state=WorkState.DONE)
    scored = finals.order_by().values("genotype")
    genotypes = Genotype.objects.filter(Q(pk__in=carried) | Q(pk__in=trained) | Q(pk__in=scored))
    for genotype in in_pages(genotypes, BY_ID, AT_ONCE):
        yield "genotype", GENOTYPE.values(genotype)
    found = in_pages(evaluations.select_related("genotype"), BY_ID, AT_ONCE)
    while chunk := list(islice(found, AT_ONCE)):
        yield from _evaluations(chunk)
    for final in in_pages(finals.select_related("genotype"), BY_ID, AT_ONCE):
        yield "final", _final(final)
    rows = mine.select_related("genotype", "parent", "evaluation")
    for row in in_pages(rows, BY_STEP, AT_ONCE):
        references = {
            "genotype": row.genotype.key,
            "parent": row.parent.step if row.parent else None,
            "protocol_key": row.evaluation.protocol_key,
            "context_key": row.evaluation.context_key,
        }
        yield "individual", INDIVIDUAL.values(row) | references


def _final(row: FinalEvaluation) -> dict[str, Any]:
    runs = [FINAL_RUN.values(run) for run in row.records.all()]
    for values in runs:
        values["mistakes"] = _fitting(values["mistakes"], MOST_MISTAKES_BYTES // len(runs))
    return FINAL.values(row) | {"genotype": row.genotype.key, "records": runs}


def _fitting(mistakes: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The worst of them: large images are too many bytes for one line."""
    sizes = accumulate(len(json.dumps(one)) for one in mistakes)
    return [one for one, size in zip(mistakes, sizes, strict=True) if size <= most]


def _evaluations(rows: list[Evaluation]) -> Iterator[tuple[str, dict[str, Any]]]:
    records = FitnessRecord.objects.filter(evaluation__in=rows).order_by("evaluation_id", "repeat")
    repeats = {
        pk: [RECORD.values(record) for record in group]
        for pk, group in groupby(records, key=lambda record: record.evaluation_id)
    }
    for row in rows:
        mine = {"genotype": row.genotype.key, "records": repeats.get(row.pk, [])}
        yield "evaluation", EVALUATION.values(row) | mine
