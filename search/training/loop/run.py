"""Training loop: SGD from a seed, learning curve, validation accuracy (methods A9)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from search.evolution.evaluation import DEFAULT_RUNTIME, CurvePoint, Evaluated, EvaluationFailed, Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.networks.hashing import derive_seed
from search.training import native
from search.training.data.batches import Batches
from search.training.data.image_source import Images, Split
from search.training.data.scoring_views import view_scores
from search.training.device.allocator import give_back_freed
from search.training.device.processes import ALONE, Processes
from search.training.loop.averaging import WeightAverage
from search.training.loop.compilation import Compilation
from search.training.loop.cuda_graphs import CapturedStep, cuda_graph
from search.training.loop.progress import Pulse, beat_inside, report_while
from search.training.loop.schedule import learning_rate
from search.training.network.auxiliary_head import AuxiliaryHead
from search.training.network.flat_cell import DropPath
from search.training.network.hosts import Network, drop_path
from search.training.network.whole_batch import normalise_whole_batches

CURVE_POINTS = 12
SCORED_POINTS = (3, 6, 9, 12)
"""Which of the curve's points have a validation accuracy: scoring costs about a tenth of a short training."""


@dataclass(frozen=True)
class Setup:
    """What a network is trained on, how, and where."""

    split: Split
    protocol: Protocol
    device: torch.device
    seed: int
    """Of the batches and of an auxiliary head; the network's weights are drawn already."""
    runtime: Runtime = DEFAULT_RUNTIME
    """Its `device` was chosen from."""
    processes: Processes = ALONE
    """Those that train it together, each on its own device."""


class TrainingRun:
    """A network under training; `finish` does all of it."""

    def __init__(self, network: Network, setup: Setup, pulse: Pulse) -> None:
        split, protocol, device, seed = setup.split, setup.protocol, setup.device, setup.seed
        self.network = network.to(device)
        self.auxiliary = auxiliary_head(protocol, split, device, seed)
        """The second classifier, if the protocol has one. It is no part of the network: nothing scores or keeps it."""
        self.processes, trained = setup.processes, [network, *([self.auxiliary] if self.auxiliary else [])]
        if self.processes.count > 1:
            for part in trained:
                normalise_whole_batches(part, device)
        self.losses = self.processes.averaging(self._losses, trained, device)
        self.batches = Batches(
            split, protocol, device, seed=derive_seed("batches", seed), processes=self.processes
        )
        self.protocol, self.device, self.pulse = protocol, device, pulse
        # A schedule that changes the rate at each step needs it where a recorded step reads it anew: on the GPU.
        tensor_rate = device.type == "cuda" and protocol.schedule == "cosine"
        self.rate = torch.tensor(protocol.learning_rate, device=device) if tensor_rate else None
        self.optimizer = self._new_optimizer()
        decay = protocol.weight_averaging
        self.average = WeightAverage(network, decay) if decay else None
        """What is scored and kept instead of the weights, if the protocol averages them."""
        self.curve: list[CurvePoint] = []
        self.sums = torch.zeros(2, device=device)
        """Loss and hits of the batches since the last point of the curve."""
        self.since = 0
        """How many batches these are."""
        self.accuracy = 0.0
        """The last score."""
        if protocol.drop_path:
            dropped = DropPath(
                protocol.drop_path, self.batches.generator, self.processes, protocol.batch_size
            )
            drop_path(network, dropped)
        # What draws in each step can be neither compiled nor recorded: it would draw the same for ever. An auxiliary
        # head reads a map from within the network, which the compiled one does not give.
        mode = "never" if protocol.drop_path or self.auxiliary else setup.runtime.compile
        self.compilation = Compilation(network, device, pulse, mode=mode)
        self.beats_beside = device.type == "cpu" and self.compilation.may_come
        """The compiler takes no beats inside of a network: each step is taken in a thread beside them."""
        # The kernels are for a CPU, and have float32 and float64.
        if device.type == "cpu" and setup.runtime.kernels == "auto" and protocol.precision != "bfloat16":
            native.replace(network)
        if device.type == "cpu" and not self.beats_beside:
            beat_inside(network.layers, pulse)
        recorded = device.type == "cuda" and setup.runtime.cuda_graphs and not protocol.drop_path
        self.captured = CapturedStep(self.gradient_step, cuda_graph, self.state) if recorded else None

    def _new_optimizer(self) -> torch.optim.SGD:
        """Of the network's weights, and of the auxiliary head's."""
        protocol, beside = self.protocol, self.auxiliary.parameters() if self.auxiliary else ()
        return torch.optim.SGD(
            [*self.network.parameters(), *beside],
            lr=protocol.learning_rate if self.rate is None else self.rate,
            momentum=protocol.momentum,
            weight_decay=protocol.weight_decay,
            fused=True,
        )

    def finish(self, between_steps: Callable[[], None] = lambda: None) -> Evaluated:
        """Train all steps that are left and score."""
        points = {round(self.protocol.steps * n / CURVE_POINTS): n for n in range(1, CURVE_POINTS + 1)}
        training = self.batches.training()
        self.network.train()
        for step in range(self.pulse.step + 1, self.protocol.steps + 1):
            self.pulse.step = step
            self._set_learning_rate(learning_rate(self.protocol, step))
            self.sums += self.take_step(*next(training))
            self.since += 1
            if self.average is not None:
                self.average.update(step)
            if step in points:
                self._measure(scored=points[step] in SCORED_POINTS)
            elif self.pulse.beat():
                self._check_finite(float(self.sums[0]))
            between_steps()
        return Evaluated(self.accuracy, tuple(self.curve), self.pulse.device_seconds, self.device_name())

    def take_step(self, images: Tensor, labels: Tensor) -> Tensor:
        if self.compilation.is_due():
            if self.captured is not None:
                self.captured.forget()
            return self.compilation.first_step(lambda: self.gradient_step(images, labels))
        step = partial(self.captured or self.gradient_step, images, labels)
        return report_while(step, self.pulse.beat) if self.beats_beside else step()

    def gradient_step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step of gradient descent; returns (loss, number of hits) without waiting for the device. Of several
        processes each takes its part of the batch, and the step and what is returned are those of the whole."""
        with self._precision():
            scores, loss, trained_on = self.losses(images, labels)
        self.optimizer.zero_grad(set_to_none=True)
        weight = self.processes.weight(self.protocol.batch_size)
        (weight * trained_on).backward()
        self.optimizer.step()
        hits = (scores.detach().argmax(1) == labels).sum()
        return self.processes.total(torch.stack([weight / self.processes.count * loss.detach(), hits]))

    def _losses(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Class scores, the network's loss, and what is descended: with the auxiliary head's where there is one."""
        loss_of = partial(
            functional.cross_entropy, target=labels, label_smoothing=self.protocol.label_smoothing
        )
        if self.auxiliary is None:
            scores = self.compilation.forward(images)
            loss = loss_of(scores.float())
            return scores, loss, loss
        scores, between = self.network.with_map(images, self.auxiliary.place)
        loss = loss_of(scores.float())
        beside = loss_of(self.auxiliary(between).float())
        return scores, loss, loss + self.protocol.auxiliary_weight * beside

    def state(self) -> list[Tensor]:
        """What a step changes."""
        momentum = [value for kept in self.optimizer.state.values() for value in kept.values()]
        modules = [self.network, *([self.auxiliary] if self.auxiliary else [])]
        held = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
        tensors = [*held, *momentum]
        return [tensor for tensor in tensors if isinstance(tensor, Tensor)]

    def score(self) -> float:
        """Share of the validation images that are classified right."""
        hits = torch.zeros((), dtype=torch.int64, device=self.device)
        for found, labels in self.scores(self.batches.validation):
            hits += (found.argmax(1) == labels).sum()
        return int(hits) / len(self.batches.validation)

    def scores(self, images: Images) -> Iterator[tuple[Tensor, Tensor]]:
        """Class scores [B, classes] and labels [B] of those images in order, as the network is kept.

        Before and after, a CPU's allocator gives back what it keeps for the next step: a pass without gradients
        allocates other sizes, finds no use for those, and would take its memory on top.
        """
        self._give_back()
        self.network.eval()
        with torch.no_grad(), self._precision(scoring=True), self.averaged():
            for batch, labels in self.batches.scoring(images):
                yield view_scores(self.network, batch, self.protocol), labels
                self.pulse.beat()
        self.network.train()
        self._give_back()

    def averaged(self) -> AbstractContextManager[None]:
        """The network as it scores and is kept: with averaged weights where the protocol averages."""
        return nullcontext() if self.average is None else self.average.applied()

    def _give_back(self) -> None:
        if self.device.type == "cpu":
            give_back_freed()

    def _measure(self, *, scored: bool) -> None:
        """A point of the curve."""
        loss, hits = (self.sums / self.since).tolist()
        self._check_finite(loss)
        scored = scored and len(self.batches.validation) > 0
        if scored:
            self.accuracy = self.score()
        point = self.pulse.report(
            loss=loss,
            train_accuracy=hits / self.protocol.batch_size,
            validation_accuracy=self.accuracy if scored else None,
        )
        self.curve.append(point.point)
        self.sums, self.since = torch.zeros_like(self.sums), 0

    def _check_finite(self, loss: float) -> None:
        if loss - loss != 0:  # infinite or not a number
            raise EvaluationFailed(
                "not_finite",
                f"the loss was {loss} by step {self.pulse.step} of {self.protocol.steps}: "
                f"lower learning_rate (now {self.protocol.learning_rate:g})",
            )

    def _set_learning_rate(self, rate: float) -> None:
        if self.rate is not None:
            self.rate.fill_(rate)
        for group in self.optimizer.param_groups:
            changed = self.rate is None and group["lr"] != rate
            group["lr"] = rate if self.rate is None else self.rate
            if changed and self.captured is not None:
                self.captured.forget()

    def _precision(self, *, scoring: bool = False) -> AbstractContextManager[object]:
        """bfloat16 where the protocol asks for it, or leaves it to the device and that is a GPU: on CPUs it is not
        faster (0.6 to 1.1 times). Where it is asked for, scores are taken in float32, so that they are the package's.
        """
        wanted, usual = self.protocol.precision, self.device.type == "cuda"
        if (wanted == "auto" and usual) or (wanted == "bfloat16" and not scoring):
            # Without a cache of cast weights: in a recorded step it would hold those of the recording.
            return torch.autocast(self.device.type, dtype=torch.bfloat16, cache_enabled=False)
        return nullcontext()

    def device_name(self) -> str:
        count = self.processes.count
        name = str(self.device) if count == 1 else f"{count} × {self.device.type}"
        if self.device.type == "cuda":
            name = f"{name} {torch.cuda.get_device_name(self.device)}"
        return f"{name}, compiled" if self.compilation.compiled else name


def auxiliary_head(protocol: Protocol, split: Split, device: torch.device, seed: int) -> AuxiliaryHead | None:
    """What the protocol trains beside the network; the network's own weights are the same with and without it."""
    if not protocol.auxiliary_weight:
        return None
    return AuxiliaryHead(protocol.make_host(split.shape), seed=derive_seed("auxiliary", seed)).to(device)
