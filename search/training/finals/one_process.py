"""What one process does of a final training: all of it, or its part of each batch; the first scores on the test set."""

from collections.abc import Callable
from dataclasses import replace

from search.evolution.evaluation import Checkpoint, Evaluated, Progress
from search.evolution.finals.scores import FinalJob, FinalScore
from search.training.data.held_out import FinalSplit, load_final_split
from search.training.device.processes import ALONE, Processes
from search.training.finals.classes import class_names
from search.training.finals.scoring import score_on_test
from search.training.loop.progress import report_while
from search.training.loop.run import TrainingRun
from search.training.loop.run_state import trained_weights
from search.training.trainer import Subject, train_on


def read_images(job: FinalJob, progress: Callable[[Progress], None]) -> FinalSplit:
    """All training images, and the test images."""
    beginning = Progress(0, job.protocol.steps, 0.0)
    return report_while(lambda: load_final_split(job.protocol, all_images=True), lambda: progress(beginning))


def train_on_images(
    job: FinalJob,
    final: FinalSplit,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None,
    processes: Processes = ALONE,
    *,
    recomputes: bool = False,
) -> FinalScore | None:
    """Train on `runtime.device`, and score once; None of every process but the first.

    Raises EvaluationFailed, and what `progress` raises.
    """
    names = class_names(job.protocol.dataset, final.shape.classes)

    def read(run: TrainingRun, result: Evaluated) -> FinalScore | None:
        if processes.any(False, run.device) or processes.number:  # each waits there for the others' last step
            return None
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

    subject = Subject(job.phenotype, job.protocol, job.seed, job.run, job.runtime)
    subject = replace(subject, processes=processes, recomputes=recomputes)
    return train_on(final.trained_on, subject, progress, checkpoint, read=read)
