"""A step of training recorded once and replayed: on a GPU the whole step is one CUDA graph.

There, starting each of a thousand kernels costs more than many of them take.

What is recorded reads and writes fixed places in memory, so images and labels are copied into buffers before each
replay. Numbers that the step took from Python while it was recorded, such as the learning rate, are frozen in it:
`forget` after they change.
"""

import logging
from collections.abc import Callable

import torch
from torch import Tensor

log = logging.getLogger(__name__)

Step = Callable[[Tensor, Tensor], Tensor]
"""(images, labels) -> what was measured; it also changes the weights."""
Replay = Callable[[], None]
Recorder = Callable[[Callable[[], Tensor]], tuple[Replay, Tensor]]
"""Records a function without running it: what runs it, and where its result will lie."""

WARM_UP = 3
"""Steps taken as they are before one is recorded: libraries choose their kernels in the first ones."""


class CapturedStep:
    """A step that is taken as it is at first and replayed from then on; where recording fails, never replayed."""

    def __init__(self, step: Step, record: Recorder) -> None:
        self._step, self._record = step, record
        self._taken = 0
        self._can_record = True
        self._replay: Replay | None = None
        self._images = self._labels = self._result = torch.empty(0)

    def __call__(self, images: Tensor, labels: Tensor) -> Tensor:
        self._taken += 1
        if self._replay is None and self._can_record and self._taken > WARM_UP:
            self._capture(images, labels)
        if self._replay is None:
            return self._step(images, labels)
        self._images.copy_(images)
        self._labels.copy_(labels)
        self._replay()
        return self._result.clone()  # the next replay writes to the same place

    def forget(self) -> None:
        """Record anew before the next step."""
        self._replay = None

    def _capture(self, images: Tensor, labels: Tensor) -> None:
        self._images, self._labels = images.clone(), labels.clone()
        try:
            self._replay, self._result = self._record(lambda: self._step(self._images, self._labels))
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            self._can_record = False
            log.warning("the step cannot be recorded and is taken kernel by kernel: %s", error)


def cuda_graph(function: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
    """Record on the present GPU."""
    graph = torch.cuda.CUDAGraph()
    torch.cuda.synchronize()
    with torch.cuda.graph(graph):
        result = function()
    return graph.replay, result
