"""The trainer that benchmark tables are made with: trains as `trainer.evaluate` does, and scores the test images too.

Named by NASWEB_TRAINER while a table is built, and by nothing else: no search may see a test image. Its trainings are
short, so it keeps no checkpoint. Time is the processor's, for the machine that builds a table does other things too.
"""

import time
from collections.abc import Callable

import torch

from search.evolution.evaluation import Artifacts, Checkpoint, Evaluated, Job, Progress
from search.evolution.experiments.config import Protocol
from search.training.data.datasets import load_split
from search.training.data.held_out import load_final_split
from search.training.data.image_source import Images
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.network.hosts import Network, build_network
from search.training.trainer import choose_device

TEST_IMAGES = 2000
"""The first so many of the test set are scored after the last step."""
TEST_IMAGES_ON_THE_WAY = 500
"""And so many at the points before."""


def train(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """As `trainer.evaluate`, with two more values where the curve has a validation accuracy: `test_accuracy` and
    `process_seconds`, the processor time of training and validating until then."""
    protocol, device = job.protocol, choose_device(job.runtime.device)
    split = load_final_split(protocol)
    if not _warm:
        _warm_up(job, device)
    pulse = Pulse(progress, protocol.steps, protocol.time_limit_seconds)
    start = time.process_time()
    network = build_network(job.phenotype, protocol.make_host(split.shape), seed=job.seed)
    setup = Setup(split.trained_on, protocol, device, job.seed, job.runtime)
    run = _TableRun(network, setup, pulse, test=split.test, start=start)
    result = run.finish()
    return Evaluated(result.accuracy, result.curve, run.process_seconds, result.device)


_warm: list[Protocol] = []
"""Not empty once this process has trained."""


def _warm_up(job: Job, device: torch.device) -> None:
    """Two steps before the first training of a process, so that its time holds no loading of libraries."""
    short = job.protocol.model_copy(update={"steps": 2})
    split = load_split(job.protocol)
    network = build_network(job.phenotype, short.make_host(split.shape), seed=0)
    pulse = Pulse(lambda point: None, short.steps, short.time_limit_seconds)
    TrainingRun(network, Setup(split, short, device, 0, job.runtime), pulse).finish()
    _warm.append(job.protocol)


class _TableRun(TrainingRun):
    """A training that scores test images where it scores validation images."""

    def __init__(self, network: Network, setup: Setup, pulse: Pulse, *, test: Images, start: float) -> None:
        super().__init__(network, setup, pulse)
        self._test = test.to(setup.device)
        self._start = start
        self.process_seconds = 0.0

    def _measure(self, *, scored: bool) -> None:
        super()._measure(scored=scored)
        if not scored:
            return
        self.process_seconds = time.process_time() - self._start
        count = TEST_IMAGES if self.pulse.step == self.protocol.steps else TEST_IMAGES_ON_THE_WAY
        self.curve[-1]["test_accuracy"] = self._test_accuracy(count)
        self.curve[-1]["process_seconds"] = self.process_seconds
        # Scoring the test images is no part of what a search would have paid.
        self._start = time.process_time() - self.process_seconds

    def _test_accuracy(self, count: int) -> float:
        validation = self.batches.validation
        self.batches.validation = _first(self._test, count)
        try:
            return self.score()
        finally:
            self.batches.validation = validation


def _first(images: Images, count: int) -> Images:
    return images.take(torch.arange(min(count, len(images)), device=images.labels.device))
