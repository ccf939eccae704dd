"""Final training: one run on all training images, then one score on the test set (methods A9)."""

from collections.abc import Callable

from search.evolution.evaluation import Checkpoint, Evaluated, Progress, ResourceEstimate
from search.evolution.finals.scores import FinalJob, FinalScore
from search.training.data.held_out import load_final_split
from search.training.finals.classes import class_names
from search.training.finals.scoring import score_on_test
from search.training.loop.progress import report_while
from search.training.loop.run import TrainingRun
from search.training.loop.run_state import trained_weights
from search.training.trainer import Subject, estimate_for, train_on


def estimate(job: FinalJob) -> ResourceEstimate:
    """What `train` would take of which device. Raises EvaluationFailed where there is no such device."""
    return estimate_for(job.phenotype, job.protocol, job.runtime)


def train(
    job: FinalJob, *, progress: Callable[[Progress], None], checkpoint: Checkpoint | None = None
) -> FinalScore:
    """On a CPU the same job gives the same weights to the last bit, interrupted or not.

    The test images are read before the training, so that what has none fails at once, and looked at after its last
    step: nothing is chosen by them.
    Raises EvaluationFailed, and what `progress` raises.
    """
    protocol = job.protocol
    final = report_while(
        lambda: load_final_split(protocol, all_images=True),
        lambda: progress(Progress(0, protocol.steps, 0.0)),
    )
    names = class_names(protocol.dataset, final.shape.classes)

    def read(run: TrainingRun, result: Evaluated) -> FinalScore:
        found = score_on_test(run, final.test)
        return FinalScore(
            accuracy=found.accuracy,
            top5=found.top5,
            loss=found.loss,
            confusion=found.confusion,
            mistakes=found.mistakes,
            test_images=len(final.test),
            seen=final.seen,
            classes=names,
            curve=result.curve,
            seconds=result.seconds,
            device=result.device,
            weights=trained_weights(run),
        )

    subject = Subject(job.phenotype, protocol, job.seed, job.run, job.runtime)
    return train_on(final.trained_on, subject, progress, checkpoint, read=read)
