"""Final training: one run on all training images, then one score on the test set (methods A9)."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from search.evolution.evaluation import Checkpoint, Progress, ResourceEstimate
from search.evolution.finals.scores import FinalJob, FinalScore
from search.training.device.processes import Processes
from search.training.finals.one_process import read_images, train_on_images
from search.training.finals.together import runtime_on, train_together, used_devices
from search.training.trainer import estimate_for


def estimates(job: FinalJob) -> Sequence[ResourceEstimate]:
    """What `train` would take, each device once. Raises EvaluationFailed where there is no such device."""
    devices = used_devices(job)
    if len(devices) < 2:
        return [estimate_for(job.phenotype, job.protocol, job.runtime)]
    processes = Processes(len(devices))
    found: dict[str, ResourceEstimate] = {}
    for device in devices:
        need = estimate_for(job.phenotype, job.protocol, runtime_on(job, device), processes=processes)
        known = found.get(need.device)
        found[need.device] = replace(need, bytes=need.bytes + (known.bytes if known else 0))
    return list(found.values())


def train(
    job: FinalJob, *, progress: Callable[[Progress], None], checkpoint: Checkpoint | None = None
) -> FinalScore:
    """On a CPU the same job gives the same weights to the last bit, interrupted or not; on several devices, where a
    process on each trains its part of every batch, the same weights but for the rounding of sums.

    The test images are read before the training, so that what has none fails at once, and looked at after its last
    step: nothing is chosen by them.
    Raises EvaluationFailed, ProcessLost where one of several processes was killed, and what `progress` raises.
    """
    if len(used_devices(job)) > 1:
        return train_together(job, progress, checkpoint)
    score = train_on_images(job, read_images(job, progress), progress, checkpoint)
    assert score is not None  # a process alone scores
    return score
