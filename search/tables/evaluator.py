"""The `table` evaluator: a network's fitness is looked up, with the noise as it was measured.

Must import neither Django nor torch.
"""

from collections.abc import Callable

from search.evolution.evaluation import (
    Artifacts,
    Checkpoint,
    CurvePoint,
    Evaluated,
    EvaluationFailed,
    Job,
    Progress,
)
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.evaluators import LookUpInTable
from search.tables.library import load_table
from search.tables.lookup import training_of
from search.tables.table import BenchmarkTable, OutOfDomain, UnreadableTable

FREE_FIELDS = frozenset(
    {"steps", "repeats", "seed", "split_seed", "time_limit_seconds", "evaluator", "needs", "memory_gib"}
)
"""Fields of the protocol that an experiment on a table may choose; the others are the table's."""


def evaluate(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """One stored training of the job's network: which one follows from the network, the protocol's seed and the repeat.

    Raises EvaluationFailed for what the table does not hold.
    """
    assert isinstance(job.protocol.evaluator, LookUpInTable)
    try:
        table = load_table(job.protocol.evaluator.table)
        check_protocol(table, job.protocol, f"table {table.about['name']}")
        key = table.canonical(job.genotype)
        number = training_of(table, key, job.protocol.seed, job.repeat)
        curve = tuple(
            _point(table, key, budget, number) for budget in table.budgets if budget <= job.protocol.steps
        )
    except (OutOfDomain, UnreadableTable) as error:
        raise EvaluationFailed("infeasible", str(error)) from None
    last = curve[-1]
    progress(Progress.at(last, job.protocol.steps))
    accuracy = table.accuracy_of(table.row(key), last["step"], seed=number)
    return Evaluated(accuracy, curve, last["seconds"], f"table {table.about['name']}")


def check_protocol(table: BenchmarkTable, protocol: Protocol, what: str) -> None:
    """Raises OutOfDomain where the experiment asks for another training than that of the table, `what` by its name."""
    if protocol.steps not in table.budgets:
        raise OutOfDomain(
            f"steps {protocol.steps}: {what} has accuracies after {', '.join(map(str, table.budgets))} steps"
        )
    stored = Protocol.model_validate(table.about["protocol"])
    for name in type(protocol).model_fields:
        wanted, have = getattr(protocol, name), getattr(stored, name)
        if name not in FREE_FIELDS and wanted != have:
            raise OutOfDomain(f"{name} {wanted!r}: {what} was made with {name} {have!r}; use that")


def _point(table: BenchmarkTable, key: str, budget: int, number: int) -> CurvePoint:
    row = table.row(key)
    return {
        "step": budget,
        "loss": float(table.loss[row, number, table.budgets.index(budget)]),
        "train_accuracy": table.accuracy_of(row, budget, "train", seed=number),
        "validation_accuracy": table.accuracy_of(row, budget, seed=number),
        "seconds": table.seconds_of(row, budget, seed=number),
    }
