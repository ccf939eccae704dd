"""Files of experiments for tests: exported, edited line by line, imported; and all that a database holds."""

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

from django.db import models

from search.models import (
    Draft,
    Evaluation,
    Experiment,
    FitnessRecord,
    Genotype,
    IdempotentReply,
    Individual,
    Motif,
    MotifUse,
    StrategyState,
)
from search.selectors.archive import experiment_file
from search.services.importing import Imported, import_experiment

Document = dict[str, Any]
Contents = dict[str, list[tuple[Any, ...]]]
NATURAL: dict[type[models.Model], tuple[str, ...]] = {
    Genotype: ("key",),
    Motif: ("key",),
    MotifUse: ("genotype__key", "level", "slot"),
    Evaluation: ("phenotype_key", "protocol_key", "context_key"),
    FitnessRecord: (
        "evaluation__phenotype_key",
        "evaluation__protocol_key",
        "evaluation__context_key",
        "repeat",
    ),
    Experiment: ("name",),
    Individual: ("experiment__name", "step"),
    StrategyState: ("experiment__name",),
    Draft: ("experiment__name", "version", "why", "genotype"),
}
"""What names a row whatever its number is."""
NOT_COMPARED = {
    (Evaluation, "sent_at"),
    (Evaluation, "artifact"),
    (Experiment, "owner"),
    (Experiment, "launch"),
    *((StrategyState, name) for name in ("lease", "worker", "heartbeat_at", "sent_at", "wanted_at")),
}
"""A message of one broker, a claim of one worker, a file of one machine, a person and a form of one installation."""


def exported(experiment: Experiment) -> bytes:
    return b"".join(experiment_file(experiment.pk))


def imported(content: bytes, **given: Any) -> Imported:
    return import_experiment(file=io.BytesIO(content), **given)


def documents(content: bytes) -> list[Document]:
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]


def written(lines: list[Document]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def edited(content: bytes, kind: str, change: Callable[[Document], object], *, place: int = 0) -> bytes:
    """The file with one line of a kind changed."""
    lines = documents(content)
    change([line for line in lines if kind in line][place][kind])
    return written(lines)


def contents() -> Contents:
    """Every column of every row, with what names a row in the place of its number."""
    found = {}
    for model, natural in NATURAL.items():
        columns = []
        for field in model._meta.concrete_fields:
            if field.primary_key or (model, field.name) in NOT_COMPARED:
                continue
            target = field.related_model
            if isinstance(target, type) and issubclass(target, models.Model):
                columns += [f"{field.name}__{name}" for name in NATURAL[target]]
            else:
                columns.append(field.name)
        found[model.__name__] = list(model._default_manager.order_by(*natural).values_list(*columns))
    return found


def empty_the_database() -> None:
    Experiment.objects.update(best=None)
    Individual.objects.update(parent=None)
    for model in (
        FitnessRecord,
        Individual,
        Evaluation,
        MotifUse,
        Genotype,
        Motif,
        Experiment,
        IdempotentReply,
    ):
        model._default_manager.all().delete()
    assert not any(contents().values())
