"""Optional torch.compile of networks whose training is long enough to gain by it.

Compiling takes minutes: it pays in the long trainings of what a search has found, never in a search. Whatever goes
wrong in it is logged with its reason, and the training goes on with the network as it is. What is computed is the
same but for the rounding of sums, as between two kinds of device; so it is part of no protocol's key, and each
result says that it was compiled beside its device.
"""

import logging
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from search.training import native
from search.training.loop.progress import Pulse, report_while
from search.training.network.hosts import Network

log = logging.getLogger(__name__)

BACKEND = "inductor"
WARM_UP = 5
"""Steps before any is timed."""
TIMED = 10
SAVED_SHARE = 0.2
"""Of a step on a GPU, by fusing normalisation, ReLU and concatenations: a guess, not measured."""
BASE_SECONDS = 30.0
SECONDS_PER_LAYER = 3.0
"""What compiling takes for each convolution and pool of the network; measured for a CPU (docs/performance.md)."""


def is_worth_it(step_seconds: float, steps_left: int, layers: int) -> bool:
    """Whether what compiling would save is more than it takes."""
    return SAVED_SHARE * step_seconds * steps_left > BASE_SECONDS + SECONDS_PER_LAYER * layers


class Compilation:
    """Decides, compiles, and falls back. `forward` is what a step of training calls at the moment."""

    def __init__(self, network: Network, device: torch.device, pulse: Pulse, *, mode: str) -> None:
        """`mode`: auto, never or always, as `Runtime.compile`."""
        self._network, self._device, self._pulse = network, device, pulse
        self.forward: Callable[[Tensor], Tensor] = network
        self.compiled = False
        self._always = mode == "always"
        self._open = self._always or (mode == "auto" and device.type == "cuda")
        """Whether it may yet be compiled."""
        if self._open and network.recomputes:
            self._open = False
            log.info("not compiled: its cells are computed again in the backward pass")
        self._seen, self._since = 0, 0.0

    @property
    def may_come(self) -> bool:
        """Whether the network may yet be compiled."""
        return self._open

    def is_due(self) -> bool:
        """Asked before each step: whether this one shall be the first compiled one."""
        if not self._open:
            return False
        self._seen += 1
        if self._always:
            return True
        if self._seen == WARM_UP + 1:
            self._since = self.now()
        if self._seen <= WARM_UP + TIMED:
            return False
        self._open = False
        step_seconds = (self.now() - self._since) / TIMED
        return is_worth_it(step_seconds, self._pulse.steps - self._pulse.step + 1, _layers(self._network))

    def first_step(self, step: Callable[[], Tensor]) -> Tensor:
        """Take that step compiled, in a thread of its own that this one gives signs of life for; where that fails, take
        it again as it is."""
        self._open = False
        kept = {name: buffer.clone() for name, buffer in self._network.named_buffers()}
        torch.compiler.reset()  # what earlier networks of this process left
        had_kernels = native.restore(self._network)  # the compiler cannot look into them
        self.forward = torch.compile(self._network, backend=BACKEND, dynamic=False)
        begun = time.monotonic()

        def attempt() -> Tensor | Exception:
            try:
                return step()
            except torch.OutOfMemoryError:
                raise
            except Exception as error:  # whatever the compiler raises
                return error

        with self._pulse.left_out():
            result = report_while(attempt, self._pulse.alive)
        if isinstance(result, Tensor):
            self.compiled = True
            log.info("compiled in %.0f s", time.monotonic() - begun)
            return result
        log.warning("not compiled, the training goes on without: %s", _reason(result))
        self.forward = self._network
        if had_kernels:
            native.replace(self._network)
        for name, buffer in self._network.named_buffers():  # it may have come as far as the backward pass
            buffer.copy_(kept[name])
        return report_while(step, self._pulse.beat)

    def now(self) -> float:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return time.monotonic()


def _layers(network: nn.Module) -> int:
    kinds = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)
    return sum(isinstance(part, kinds) for part in network.modules())


def _reason(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
