"""Import of done final evaluations: what is here stays as it is, and what can be checked is checked."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from search.evolution.experiments.config import ConfigError
from search.evolution.finals.protocol import final_protocol, run_seed
from search.models import FinalEvaluation, FinalRun, Genotype, WorkState
from search.selectors.archive import FINAL, FINAL_RUN
from search.services.importing.columns import values_of
from search.services.importing.json_columns import check_curve
from search.services.importing.reading import BadFile, FileLine

BESIDE = ("genotype", "records")
NOBODYS: dict[str, Any] = {"lease": "", "sent_at": None}
MISTAKE = {"image": int, "label": int, "predicted": int, "confidence": float, "png": str}
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_KEY = re.compile(r"[0-9a-f]{32}")


def check_final(line: FileLine, network: Callable[[Any], str]) -> None:
    """Raises BadFile for what is no done final evaluation; `network`: a genotype's phenotype key, by its own."""
    values = values_of(FINAL, line.content, line, beside=BESIDE)
    phenotype_key = network(line.content["genotype"])
    _demand(values["phenotype_key"] == phenotype_key, f"phenotype_key must be {phenotype_key}", line)
    _demand(bool(_KEY.fullmatch(values["protocol_key"])), "protocol_key must be 32 hex digits", line)
    _demand(values["state"] == WorkState.DONE, "state must be done", line)
    try:
        final_protocol(values["protocol"])
    except ConfigError as error:
        raise BadFile(f"final.protocol.{error}", line=line.number) from None
    names = values["classes"]
    right = isinstance(names, list) and all(isinstance(name, str) and len(name) <= 200 for name in names)
    _demand(right, "classes must be a list of short names", line)
    _demand(values["attempts"] <= values["max_attempts"], "attempts must be at most its max_attempts", line)
    _demand(0 <= values["progress"] <= 1, "progress must be a fraction 0..1", line)
    _demand(isinstance(line.content["records"], list), "records must be a list", line)
    runs = [values_of(FINAL_RUN, document, line) for document in line.content["records"]]
    numbers = list(range(values["runs"]))
    _demand(
        bool(runs) and [run["run"] for run in runs] == numbers, f"a done one has the runs {numbers}", line
    )
    for run in runs:
        seed = run_seed(values["phenotype_key"], values["protocol_key"], run["run"])
        _demand(run["seed"] == seed, f"the seed of run {run['run']} must be {seed}", line)
        _check_score(run, values["test_images"], len(names), line)
        check_curve(run["curve"], line)


def _check_score(run: dict[str, Any], images: int | None, classes: int, line: FileLine) -> None:
    """Its accuracy is that of its confusion, over all test images."""
    _demand(0 <= run["top5"] <= 1, "top5 must be a fraction 0..1", line)
    cells = run["confusion"]
    whole = isinstance(cells, list) and all(
        isinstance(cell, list) and len(cell) == 3 and all(type(one) is int and one >= 0 for one in cell)
        for cell in cells
    )
    _demand(whole, "confusion must be a list of [label, predicted, how many]", line)
    named = all(max(label, predicted) < classes for label, predicted, _ in cells)
    _demand(named, f"labels of confusion must be below {classes}", line)
    total = sum(count for _, _, count in cells)
    _demand(total == images and total > 0, f"confusion counts {total} images, test_images is {images}", line)
    right = sum(count for label, predicted, count in cells if label == predicted)
    _demand(
        run["accuracy"] == right / total,
        f"accuracy must be {right / total}, that of its confusion",
        line,
    )
    mistakes = run["mistakes"]
    shaped = isinstance(mistakes, list) and all(
        isinstance(one, dict)
        and one.keys() == MISTAKE.keys()
        and all(type(one[name]) is kind for name, kind in MISTAKE.items())
        and min(one["label"], one["predicted"]) >= 0
        and max(one["label"], one["predicted"]) < classes
        and bool(_BASE64.fullmatch(one["png"]))
        for one in mistakes
    )
    _demand(shaped, "mistakes must be a list of images with their labels", line)


def _demand(right: bool, text: str, line: FileLine) -> None:
    if not right:
        raise BadFile(f"final.{text}", line=line.number)


@transaction.atomic
def store_finals(rows: Sequence[FileLine]) -> None:
    """Some lines of a checked file. One of the same network and protocol that is here stays, whatever its runs."""
    genotypes = dict(
        Genotype.objects.filter(key__in={line.content["genotype"] for line in rows}).values_list("key", "pk")
    )
    for line in rows:
        values = values_of(FINAL, line.content, line, beside=BESIDE) | NOBODYS
        keys = {name: values.pop(name) for name in ("phenotype_key", "protocol_key")}
        defaults = values | {"genotype_id": genotypes[line.content["genotype"]]}
        row, created = FinalEvaluation.objects.get_or_create(**keys, defaults=defaults)
        if created:
            FinalRun.objects.bulk_create(
                FinalRun(final=row, **values_of(FINAL_RUN, document, line))
                for document in line.content["records"]
            )
