"""One training: stochastic gradient descent from a seed, a learning curve, a score (methods A9)."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from search.evolution.config import Protocol, derive_seed
from search.evolution.evaluation import EvaluationFailed, TrainResult
from search.training.allocator import give_back_freed
from search.training.batches import Batches
from search.training.capture import CapturedStep, cuda_graph
from search.training.compilation import Compilation
from search.training.datasets import Split
from search.training.hosts import Network
from search.training.pulse import Pulse, beat_inside

CURVE_POINTS = 12
SCORED_POINTS = (3, 6, 9, 12)
"""Which of the curve's points have a validation accuracy: scoring costs about a tenth of a short training."""


class Run:
    """A network under training; `finish` does all of it."""

    def __init__(
        self,
        network: Network,
        split: Split,
        protocol: Protocol,
        device: torch.device,
        pulse: Pulse,
        *,
        seed: int,
    ) -> None:
        self.network = network.to(device)
        self.batches = Batches(split, protocol, device, seed=derive_seed("batches", seed))
        self.protocol, self.device, self.pulse = protocol, device, pulse
        self.optimizer = torch.optim.SGD(
            network.parameters(),
            lr=protocol.learning_rate,
            momentum=protocol.momentum,
            weight_decay=protocol.weight_decay,
            fused=True,
        )
        self.curve: list[dict[str, Any]] = []
        self.sums = torch.zeros(2, device=device)
        """Loss and hits of the batches since the last point of the curve."""
        self.since = 0
        """How many batches these are."""
        self.accuracy = 0.0
        """The last score."""
        self.compilation = Compilation(network, device, pulse, mode=os.environ.get("NASWEB_COMPILE", "never"))
        if device.type == "cpu" and not self.compilation.may_come:
            beat_inside(network.layers, pulse)
        recorded = device.type == "cuda" and os.environ.get("NASWEB_CUDA_GRAPHS", "1") == "1"
        self.captured = CapturedStep(self._step, cuda_graph, self._state) if recorded else None

    def finish(self, between_steps: Callable[[], None] = lambda: None) -> TrainResult:
        """Train all steps that are left and score."""
        points = {round(self.protocol.steps * n / CURVE_POINTS): n for n in range(1, CURVE_POINTS + 1)}
        training = self.batches.training()
        self.network.train()
        for step in range(self.pulse.step + 1, self.protocol.steps + 1):
            self.pulse.step = step
            self.sums += self._take(*next(training))
            self.since += 1
            if step in self.protocol.learning_rate_drops:
                self._drop_learning_rate()
            if step in points:
                self._measure(scored=points[step] in SCORED_POINTS)
            elif self.pulse.beat():
                self._check_finite(float(self.sums[0]))
            between_steps()
        return TrainResult(self.accuracy, tuple(self.curve), self.pulse.seconds, self._device_name())

    def _take(self, images: Tensor, labels: Tensor) -> Tensor:
        if self.compilation.is_due():
            if self.captured is not None:
                self.captured.forget()
            return self.compilation.first_step(lambda: self._step(images, labels))
        return (self.captured or self._step)(images, labels)

    def _step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step of gradient descent; returns (loss, number of hits) without waiting for the device."""
        with self._precision():
            scores = self.compilation.forward(images)
            loss = functional.cross_entropy(scores.float(), labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return torch.stack([loss.detach(), (scores.detach().argmax(1) == labels).sum()])

    def _state(self) -> list[Tensor]:
        """What a step changes."""
        momentum = [value for kept in self.optimizer.state.values() for value in kept.values()]
        tensors = [*self.network.parameters(), *self.network.buffers(), *momentum]
        return [tensor for tensor in tensors if isinstance(tensor, Tensor)]

    def _score(self) -> float:
        """Share of the validation images that are classified right.

        Before and after, a CPU's allocator gives back what it keeps for the next step: a pass without gradients
        allocates other sizes, finds no use for those, and would take its memory on top.
        """
        self._give_back()
        self.network.eval()
        hits = torch.zeros((), dtype=torch.int64, device=self.device)
        with torch.no_grad(), self._precision():
            for images, labels in self.batches.scoring():
                hits += (self.network(images).argmax(1) == labels).sum()
                self.pulse.beat()
        self.network.train()
        self._give_back()
        return int(hits) / len(self.batches.validation)

    def _give_back(self) -> None:
        if self.device.type == "cpu":
            give_back_freed()

    def _measure(self, *, scored: bool) -> None:
        """A point of the curve."""
        loss, hits = (self.sums / self.since).tolist()
        self._check_finite(loss)
        if scored:
            self.accuracy = self._score()
        point = self.pulse.report(
            loss=loss,
            train_accuracy=hits / self.protocol.batch_size,
            validation_accuracy=self.accuracy if scored else None,
        )
        row = asdict(point)
        del row["steps"]
        self.curve.append(row)
        self.sums, self.since = torch.zeros_like(self.sums), 0

    def _check_finite(self, loss: float) -> None:
        if loss - loss != 0:  # infinite or not a number
            raise EvaluationFailed(
                "not_finite",
                f"the loss was {loss} by step {self.pulse.step} of {self.protocol.steps}: "
                f"lower learning_rate (now {self.protocol.learning_rate:g})",
            )

    def _drop_learning_rate(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] *= self.protocol.drop_factor
        if self.captured is not None:
            self.captured.forget()

    def _precision(self) -> AbstractContextManager[Any]:
        """bfloat16 where it is fast; measured on CPUs it is not (0.6 to 1.1 times the speed)."""
        if self.device.type == "cuda":
            # Without a cache of cast weights: in a recorded step it would hold those of the recording.
            return torch.autocast("cuda", dtype=torch.bfloat16, cache_enabled=False)
        return nullcontext()

    def _device_name(self) -> str:
        name = str(self.device)
        if self.device.type == "cuda":
            name = f"{name} {torch.cuda.get_device_name(self.device)}"
        return f"{name}, compiled" if self.compilation.compiled else name
