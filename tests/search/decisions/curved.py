"""A trainer with a learning curve: what it shows on the way depends on the network, as what it ends with does."""

from collections import deque
from collections.abc import Callable
from typing import Any

from search import services
from search.evolution.decisions import RUNGS
from search.evolution.evaluation import (
    Artifacts,
    Checkpoint,
    CurvePoint,
    Evaluated,
    Job,
    Progress,
    instant_trainer,
)
from search.evolution.networks.phenotype import Phenotype
from search.models import Experiment
from search.worker.attempts import run_attempt


def decided(experiment: Experiment) -> dict[str, Any]:
    """What its early decisions keep."""
    assert experiment.decision_state is not None
    return dict(experiment.decision_state)


class CurvedTrainer:
    """Remembers how many steps it took of which repeat; goes on from a checkpoint, which it writes when one is due."""

    def __init__(self, accuracy: Callable[[Phenotype, int], float] | None = None) -> None:
        self.steps: list[tuple[str, int, int, int]] = []
        """(phenotype key, repeat, first step, last step) of each call, however it ended."""
        self._accuracy = accuracy

    def __call__(
        self,
        job: Job,
        *,
        progress: Callable[[Progress], None],
        checkpoint: Checkpoint | None = None,
        artifacts: Artifacts | None = None,
    ) -> Evaluated:
        phenotype, protocol, repeat = job.phenotype, job.protocol, job.repeat
        result = instant_trainer(job, progress=lambda _: None)
        final = self._accuracy(phenotype, repeat) if self._accuracy else result.accuracy
        state = checkpoint.load() if checkpoint else None
        done = int(state or b"0")
        first, curve = done, list[CurvePoint]()
        points = {round(share * protocol.steps): share for share in (*RUNGS, 1.0)}
        try:
            for step, share in points.items():
                point = Progress(
                    step, protocol.steps, float(step), validation_accuracy=final * (0.5 + share / 2)
                )
                curve.append(
                    {
                        "step": step, "loss": 0.1, "train_accuracy": None, "seconds": float(step),
                        "validation_accuracy": point.validation_accuracy,
                    }
                )  # fmt: skip
                if step > first:
                    done = step
                progress(point)
                if checkpoint and step > first and checkpoint.due():
                    checkpoint.save(str(step).encode())
        finally:
            self.steps.append((phenotype.key, repeat, first, done))
        return Evaluated(final, tuple(curve), float(protocol.steps), "curved")


def work_off_as_workers_do(experiment: Experiment) -> Experiment:
    """`work_off`, with the next individual proposed by the transaction that ends the one before."""
    queue = deque(services.advance_experiment(experiment_id=experiment.pk))
    while queue:
        for experiment_id in run_attempt(evaluation_id=queue.popleft(), worker="worker", send=queue.append):
            queue.extend(services.advance_experiment(experiment_id=experiment_id))
    experiment.refresh_from_db()
    return experiment
