"""The trainings that a published table holds, put back as fitness records: an empty database goes on from the file."""

from pathlib import Path

from django.core.management.base import CommandError

from search import services
from search.evolution.evaluation import CurvePoint, Evaluated
from search.evolution.experiments.protocol_keys import repeat_seed
from search.tables.plans import TablePlan, Training
from search.tables.table import BenchmarkTable, UnreadableTable

OTHER_PROTOCOL = (
    "{name} was made under another protocol than plan {plan}: {field} is {have!r}, not {wanted!r}"
)


class StoredTrainings:
    """What a table holds of a plan's trainings."""

    def __init__(self, path: Path, plan: TablePlan) -> None:
        """Raises CommandError for a file that is no table, or holds trainings of another protocol."""
        try:
            self._table = BenchmarkTable.load(path)
        except (OSError, UnreadableTable) as error:
            raise CommandError(f"--from {path}: {error}", returncode=2) from None
        _check_protocol(self._table, plan, path.name)
        self._keys = frozenset(self._table.keys)

    def put_back(self, row: Training, evaluation_id: int, *, worker: str) -> bool:
        """Record that training as an attempt records its own. Says whether the table holds it."""
        if row.key not in self._keys or row.repeat >= self._table.seeds:
            return False
        claim = services.claim_evaluation(evaluation_id=evaluation_id, worker=worker, device="cpu")
        if claim is None:
            return False
        seed = repeat_seed(claim.phenotype_key, claim.protocol_key, row.repeat, claim.context_key)
        result = self._result(row)
        services.record_repeat(claim=claim, repeat=row.repeat, seed=seed, result=result)
        services.finish_evaluation(claim=claim)
        return True

    def _result(self, row: Training) -> Evaluated:
        table, network = self._table, self._table.row(row.key)
        points: list[CurvePoint] = []
        for place, budget in enumerate(table.budgets):
            train, validation, test = (float(value) for value in table.accuracy[network, row.repeat, place])
            seconds = table.seconds_of(network, budget, seed=row.repeat)
            points.append(
                {
                    "step": budget,
                    "loss": float(table.loss[network, row.repeat, place]),
                    "train_accuracy": train,
                    "validation_accuracy": validation,
                    "test_accuracy": test,
                    "seconds": seconds,
                    "process_seconds": seconds,
                }
            )
        last = points[-1]
        assert last["validation_accuracy"] is not None
        return Evaluated(last["validation_accuracy"], tuple(points), last["seconds"], "cpu")


def _check_protocol(table: BenchmarkTable, plan: TablePlan, name: str) -> None:
    stored, wanted = table.about["protocol"], plan.protocol.model_dump(mode="json")
    for field, value in wanted.items():
        if field != "repeats" and stored.get(field, value) != value:
            text = OTHER_PROTOCOL.format(
                name=name, plan=plan.name, field=field, have=stored[field], wanted=value
            )
            raise CommandError(text, returncode=2)
