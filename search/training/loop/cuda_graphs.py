"""CUDA graph capture and replay of the training step.

There, starting each of a thousand kernels costs more than many of them take.

What is recorded reads and writes fixed places in memory, so images and labels are copied into buffers before each
replay. Numbers that the step took from Python while it was recorded, such as the learning rate, are frozen in it:
`forget` after they change.

A recording is not trusted: the step that it is made at is taken both ways from the same state, and where they do not
come to the same the training goes on without.
"""

import logging
from collections.abc import Callable, Sequence

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


AGREES = 0.2
"""How far a replay may lead from where the step itself does, in lengths of the step: sums in bfloat16 are never the
same twice. One that does something else differs by a whole length or more."""


class CapturedStep:
    """A step that is taken as it is at first and replayed from then on; where recording fails, never replayed."""

    def __init__(self, step: Step, record: Recorder, state: Callable[[], Sequence[Tensor]]) -> None:
        """`state`: all tensors that a step changes, which stay the same tensors from the first step on."""
        self._step, self._record, self._state = step, record, state
        self._taken = 0
        self._can_record = True
        self._replay: Replay | None = None
        self._images = self._labels = self._result = torch.empty(0)

    def __call__(self, images: Tensor, labels: Tensor) -> Tensor:
        self._taken += 1
        if self._replay is not None:
            return self._replayed(images, labels)
        if self._can_record and self._taken > WARM_UP:
            return self._recorded(images, labels)
        return self._step(images, labels)

    @property
    def replays(self) -> bool:
        """Whether steps are replayed by now."""
        return self._replay is not None

    def forget(self) -> None:
        """Record anew at the next step."""
        self._replay = None

    def _replayed(self, images: Tensor, labels: Tensor) -> Tensor:
        assert self._replay is not None
        self._images.copy_(images)
        self._labels.copy_(labels)
        self._replay()
        return self._result.clone()  # the next replay writes to the same place

    def _recorded(self, images: Tensor, labels: Tensor) -> Tensor:
        """Take one step as it is, and the same again by a new recording."""
        before = self._copies()
        result = self._step(images, labels)
        after = self._copies()
        self._put_back(before)
        try:
            self._images, self._labels = images.clone(), labels.clone()
            self._replay, self._result = self._record(lambda: self._step(self._images, self._labels))
            replayed = self._replayed(images, labels)
            difference = self._difference(before, after, result, replayed)
            if not difference <= AGREES:  # what is not a number agrees with nothing
                raise RuntimeError(f"a replayed step differs by {difference:.3g} of its length")
            return replayed
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            self._can_record, self._replay = False, None
            log.warning("the step cannot be recorded and is taken kernel by kernel: %s", error)
            self._put_back(after)
            return result

    def _copies(self) -> list[Tensor]:
        return [tensor.detach().clone() for tensor in self._state()]

    def _put_back(self, copies: list[Tensor]) -> None:
        with torch.no_grad():
            for tensor, copied in zip(self._state(), copies, strict=True):
                tensor.copy_(copied)

    def _difference(
        self, before: list[Tensor], after: list[Tensor], result: Tensor, replayed: Tensor
    ) -> float:
        """How far a replay came to lie from where the step led, tensor by tensor in lengths of that step, squares
        averaged; or of the result, if that is further off."""
        least = torch.finfo(torch.float64).tiny
        shares = [torch.zeros((), dtype=torch.float64, device=result.device)]
        for now, start, end in zip(self._state(), before, after, strict=True):
            if end.is_floating_point():
                step = (end.double() - start.double()).square().sum()
                shares.append((now.detach().double() - end.double()).square().sum() / (step + least))
        off = (replayed.double() - result.double()).abs() / (result.double().abs() + 1)
        return float(torch.maximum(torch.stack(shares).mean().sqrt(), off.max()))


def cuda_graph(function: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
    """Record on the present GPU."""
    graph = torch.cuda.CUDAGraph()
    torch.cuda.synchronize()
    with torch.cuda.graph(graph):
        result = function()
    return graph.replay, result
