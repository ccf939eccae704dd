"""The `surrogate` evaluator: a network's fitness is predicted, with noise drawn as it was measured.

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
from search.evolution.experiments.evaluators import PredictBySurrogate
from search.evolution.networks.hashing import derive_seed
from search.learning.tabular.surrogate import Surrogate, load_surrogate
from search.tables.evaluator import check_protocol
from search.tables.table import OutOfDomain, UnreadableTable


def evaluate(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """One training that never took place: another seed of the protocol, or repeat, draws other noise.

    Raises EvaluationFailed for what the surrogate knows nothing of.
    """
    assert isinstance(job.protocol.evaluator, PredictBySurrogate)
    try:
        surrogate = load_surrogate(job.protocol.evaluator.sample)
        check_protocol(surrogate.sample, job.protocol, f"surrogate {surrogate.name}")
        surrogate.check_space(job.genotype)
    except (OutOfDomain, UnreadableTable) as error:
        raise EvaluationFailed("infeasible", str(error)) from None
    seed = derive_seed("surrogate training", job.protocol.seed, job.repeat)
    curve = tuple(
        _point(surrogate, job, budget, seed) for budget in surrogate.budgets if budget <= job.protocol.steps
    )
    last = curve[-1]
    progress(Progress.at(last, job.protocol.steps))
    accuracy = surrogate.accuracy_of(job.phenotype, last["step"], seed=seed)
    return Evaluated(accuracy, curve, last["seconds"], f"surrogate {surrogate.name}")


def _point(surrogate: Surrogate, job: Job, budget: int, seed: int) -> CurvePoint:
    return {
        "step": budget,
        "loss": None,
        "train_accuracy": None,
        "validation_accuracy": surrogate.accuracy_of(job.phenotype, budget, seed=seed),
        "seconds": surrogate.seconds_of(job.phenotype, budget),
    }
