"""Trainings of a benchmark table that lie in files: an empty database goes on from them.

Two kinds: a published table, and the lines that `build_table --lines` wrote of a building that is not at its end.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from search import services
from search.evolution.evaluation import CurvePoint, Evaluated
from search.evolution.experiments.protocol_keys import repeat_seed
from search.selectors.table_records import Trained, TrainedCurve, trained_curves
from search.tables.plans import TablePlan, Training
from search.tables.table import BenchmarkTable, UnreadableTable

OTHER_PROTOCOL = (
    "{name} was made under another protocol than plan {plan}: {field} is {have!r}, not {wanted!r}"
)


class _Line(BaseModel):
    """One training, on a line of its own."""

    model_config = ConfigDict(extra="forbid")
    key: str
    repeat: int
    points: list[tuple[int, float, float, float, float, float]]
    """(step, loss, training, validation and test accuracy, processor seconds) at each budget."""


class StoredTrainings:
    """What files hold of a plan's trainings."""

    def __init__(self, paths: Iterable[Path], plan: TablePlan) -> None:
        """Raises CommandError for a file that is neither kind, or holds trainings of another protocol."""
        self._found: dict[Trained, _Line] = {}
        for path in paths:
            try:
                protocol, lines = _read_lines(path) if path.suffix == ".jsonl" else _read_table(path)
            except (OSError, UnreadableTable, ValueError) as error:
                raise CommandError(f"--from {path}: {error}", returncode=2) from None
            _check_protocol(protocol, plan, path.name)
            self._found |= {Trained(line.key, line.repeat): line for line in lines}

    def __contains__(self, row: Trained) -> bool:
        return row in self._found

    def put_back(self, row: Training, evaluation_id: int, *, worker: str) -> bool:
        """Record that training as an attempt records its own. Says whether the files hold it."""
        line = self._found.get(Trained(row.key, row.repeat))
        if line is None:
            return False
        claim = services.claim_evaluation(evaluation_id=evaluation_id, worker=worker, device="cpu")
        if claim is None:
            return False
        seed = repeat_seed(claim.phenotype_key, claim.protocol_key, row.repeat, claim.context_key)
        services.record_repeat(claim=claim, repeat=row.repeat, seed=seed, result=_result(line))
        services.finish_evaluation(claim=claim)
        return True


def write_lines(path: Path, plan: TablePlan, stored: StoredTrainings) -> int:
    """Write the plan's trainings that those files do not hold. Returns how many."""
    rows = [row for row in trained_curves(plan.protocol) if Trained(row.key, row.repeat) not in stored]
    head = json.dumps(plan.protocol.model_dump(mode="json"))
    path.write_text("\n".join([head, *(_line_of(row).model_dump_json() for row in rows)]) + "\n")
    return len(rows)


def _line_of(row: TrainedCurve) -> _Line:
    fields = (
        "step",
        "loss",
        "train_accuracy",
        "validation_accuracy",
        "test_accuracy",
        "process_seconds",
    )
    points = [[point.get(field) for field in fields] for point in row.scored]
    return _Line.model_validate({"key": row.key, "repeat": row.repeat, "points": points})


def _result(line: _Line) -> Evaluated:
    curve: list[CurvePoint] = [
        {
            "step": step,
            "loss": loss,
            "train_accuracy": train,
            "validation_accuracy": validation,
            "test_accuracy": test,
            "seconds": seconds,
            "process_seconds": seconds,
        }
        for step, loss, train, validation, test, seconds in line.points
    ]
    _, _, _, accuracy, _, seconds = line.points[-1]
    return Evaluated(accuracy, tuple(curve), seconds, "cpu")


def _read_lines(path: Path) -> tuple[dict[str, Any], list[_Line]]:
    """Raises ValueError for a line that is none."""
    head, *rows = path.read_text().splitlines() or [""]
    protocol = TypeAdapter(dict[str, Any]).validate_json(head)
    lines = []
    for number, row in enumerate(rows, start=2):
        try:
            lines.append(_Line.model_validate_json(row))
        except ValidationError as error:
            raise ValueError(f"line {number} is no training: {error.errors()[0]['msg']}") from None
    return protocol, lines


def _read_table(path: Path) -> tuple[dict[str, Any], Iterator[_Line]]:
    table = BenchmarkTable.load(path)
    return table.about["protocol"], _lines_of(table)


def _lines_of(table: BenchmarkTable) -> Iterator[_Line]:
    for row, key in enumerate(table.keys):
        for seed in range(table.seeds):
            points = [
                (
                    budget,
                    float(table.loss[row, seed, place]),
                    *(float(value) for value in table.accuracy[row, seed, place]),
                    table.seconds_of(row, budget, seed=seed),
                )
                for place, budget in enumerate(table.budgets)
            ]
            yield _Line.model_validate({"key": key, "repeat": seed, "points": points})


def _check_protocol(stored: dict[str, Any], plan: TablePlan, name: str) -> None:
    for field, value in plan.protocol.model_dump(mode="json").items():
        if field != "repeats" and stored.get(field, value) != value:
            text = OTHER_PROTOCOL.format(
                name=name, plan=plan.name, field=field, have=stored[field], wanted=value
            )
            raise CommandError(text, returncode=2)
