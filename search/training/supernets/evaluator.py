"""The evaluator `shared_weights`: a network is scored with the weights of a finished shared training."""

import time
from collections.abc import Callable
from functools import lru_cache

from search.evolution.evaluation import Artifacts, Checkpoint, Evaluated, EvaluationFailed, Job, Progress
from search.evolution.experiments.evaluators import ScoreWithSharedWeights
from search.evolution.genotypes.slot_diff import moved_to, same_shape
from search.evolution.networks.hashing import derive_seed
from search.training.data.batches import Batches
from search.training.data.datasets import load_split
from search.training.supernets.session import SharedWeights, score
from search.training.supernets.supernet import Supernet
from search.training.trainer import choose_device

NOT_HERE = "this worker has no file of shared training {key}; workers must share NASWEB_CHECKPOINT_DIR"
OTHER_SPACE = "shared training {key} is of another search space"
OTHER_HOST = "shared training {key} is for {theirs}; this protocol asks for {mine}"


def evaluate(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """Accuracy over the protocol's validation images, normalised by each batch's own statistics."""
    began = time.monotonic()
    assert isinstance(job.protocol.evaluator, ScoreWithSharedWeights)
    key = job.protocol.evaluator.artifact
    content = artifacts.artifact(key) if artifacts else None
    if content is None:
        raise EvaluationFailed("error", NOT_HERE.format(key=key))
    device = choose_device(job.runtime.device)
    split = load_split(job.protocol)
    host = job.protocol.make_host(split.shape)
    shared, supernet = _supernet(content)
    if not same_shape(shared.config.space, job.genotype.space):
        raise EvaluationFailed("infeasible", OTHER_SPACE.format(key=key))
    if supernet.host != host:
        raise EvaluationFailed("infeasible", OTHER_HOST.format(key=key, theirs=supernet.host, mine=host))
    batches = Batches(split, job.protocol, device, seed=derive_seed("batches", job.seed))
    genotype = moved_to(shared.config.space, job.genotype)
    accuracy = score(supernet.to(device), genotype, batches.scoring())
    seconds, steps = time.monotonic() - began, job.protocol.steps
    end = Progress(steps, steps, seconds, validation_accuracy=accuracy)
    progress(end)
    return Evaluated(accuracy, (end.point,), seconds, str(device))


@lru_cache(maxsize=1)
def _supernet(content: bytes) -> tuple[SharedWeights, Supernet]:
    """Kept for the next network of this process."""
    shared = SharedWeights.read(content)
    protocol = shared.config.protocol
    return shared, shared.supernet(protocol.make_host(load_split(protocol).shape))
