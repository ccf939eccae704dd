"""One training: stochastic gradient descent from a seed, a learning curve, a score (methods A9)."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from search.evolution.config import Protocol, derive_seed
from search.evolution.evaluation import EvaluationFailed, TrainResult
from search.training.batches import Batches
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
        if device.type == "cpu":
            beat_inside(network.layers, pulse)

    def finish(self) -> TrainResult:
        """Train all steps and score."""
        points = {round(self.protocol.steps * n / CURVE_POINTS): n for n in range(1, CURVE_POINTS + 1)}
        sums = torch.zeros(2, device=self.device)  # loss and hits of the batches since the last point
        since = 0
        accuracy = 0.0
        training = self.batches.training()
        self.network.train()
        for step in range(1, self.protocol.steps + 1):
            self.pulse.step = step
            sums += self._step(*next(training))
            since += 1
            if step in self.protocol.learning_rate_drops:
                self._drop_learning_rate()
            if step in points:
                loss, hits = (sums / since).tolist()
                self._check_finite(loss)
                scored = points[step] in SCORED_POINTS
                accuracy = self._score() if scored else accuracy
                self._point(loss, hits / self.protocol.batch_size, accuracy if scored else None)
                sums, since = torch.zeros_like(sums), 0
            elif self.pulse.beat():
                self._check_finite(float(sums[0]))
        return TrainResult(accuracy, tuple(self.curve), self.pulse.seconds, self._device_name())

    def _step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step of gradient descent; returns (loss, number of hits) without waiting for the device."""
        with self._precision():
            scores = self.network(images)
            loss = functional.cross_entropy(scores.float(), labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return torch.stack([loss.detach(), (scores.detach().argmax(1) == labels).sum()])

    def _score(self) -> float:
        """Share of the validation images that are classified right."""
        self.network.eval()
        hits = torch.zeros((), dtype=torch.int64, device=self.device)
        with torch.no_grad(), self._precision():
            for images, labels in self.batches.scoring():
                hits += (self.network(images).argmax(1) == labels).sum()
                self.pulse.beat()
        self.network.train()
        return int(hits) / len(self.batches.validation)

    def _point(self, loss: float, train_accuracy: float, accuracy: float | None) -> None:
        point = self.pulse.report(loss=loss, train_accuracy=train_accuracy, validation_accuracy=accuracy)
        row = asdict(point)
        del row["steps"]
        self.curve.append(row)

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

    def _precision(self) -> AbstractContextManager[Any]:
        """bfloat16 where it is fast; measured on CPUs it is not (0.6 to 1.1 times the speed)."""
        if self.device.type == "cuda":
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return nullcontext()

    def _device_name(self) -> str:
        if self.device.type == "cuda":
            return f"{self.device} {torch.cuda.get_device_name(self.device)}"
        return str(self.device)
