"""One shared training: its images, weights and method, from the first step or from where a checkpoint stands."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import torch
from torch import Tensor

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.shared_trainings import SharedTraining
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.host import Host
from search.training.data.batches import Batches
from search.training.data.image_source import Split
from search.training.supernets.choices import choices_of
from search.training.supernets.method_table import METHODS
from search.training.supernets.methods import Batch, Method, Setting
from search.training.supernets.rates import falling
from search.training.supernets.supernet import Supernet, build_supernet

FEWEST_PER_HALF = 2


class Session:
    """`step` trains once; `point` tells of an epoch."""

    def __init__(self, config: SharedTraining, split: Split, device: torch.device, *, seed: int) -> None:
        self.config, self.device = config, device
        protocol, method = config.protocol, METHODS[config.method]
        self.supernet = build_supernet(
            config.space,
            protocol.make_host(split.shape),
            seed=derive_seed("weights", seed) % 2**63,
            emits=method.emits,
        ).to(device)
        self.optimizer = torch.optim.SGD(
            self.supernet.free_weights(),
            lr=protocol.learning_rate,
            momentum=protocol.momentum,
            weight_decay=protocol.weight_decay,
        )
        self.generator = torch.Generator().manual_seed(derive_seed("choices", seed) % 2**63)
        self.rng = random.Random(derive_seed("networks", seed))
        setting = Setting(config, self.supernet, self.optimizer, self.generator, self.rng)
        self.method: Method = method(setting)
        self.batches = self._batches(split, seed)
        self._streams = [batches.training() for batches in self.batches]
        self.done = 0
        """Steps so far."""
        self.losses: list[float] = []
        """Of the steps since the last point."""
        self.history: list[dict[str, Any]] = []

    def _batches(self, split: Split, seed: int) -> list[Batches]:
        """Weights and gates see a half each, a method without gates sees all; validation images are for scoring."""
        halves = [split]
        if self.method.learns:
            order = torch.randperm(
                len(split.train), generator=torch.Generator().manual_seed(derive_seed("halves", seed) % 2**63)
            )
            middle = len(order) // 2
            if middle < FEWEST_PER_HALF:
                raise EvaluationFailed(
                    "infeasible", f"{len(order)} training images leave too few for weights and gates"
                )
            halves = [
                replace(split, train=split.train.take(part)) for part in (order[:middle], order[middle:])
            ]
        return [
            Batches(
                half, self.config.protocol, self.device, seed=derive_seed("batches", seed, number) % 2**63
            )
            for number, half in enumerate(halves)
        ]

    def step(self) -> float:
        """One step; returns its loss. Raises EvaluationFailed (not_finite)."""
        share = self.done / self.config.protocol.steps
        rate = falling(share)
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.protocol.learning_rate * rate
        batch = next(self._streams[0])
        other = next(self._streams[1]) if len(self._streams) > 1 else None
        loss = self.method.step(batch, other, share)
        self.done += 1
        if loss - loss != 0:
            raise EvaluationFailed(
                "not_finite",
                f"the loss was {loss} at step {self.done} of {self.config.protocol.steps}: "
                f"lower learning_rate (now {self.config.protocol.learning_rate:g})",
            )
        self.losses.append(loss)
        return loss

    def point(self, seconds: float, beat: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """Of the epoch that has just ended. `beat` is called before each network that is scored."""

        def score(genotype: Genotype) -> float:
            beat()
            return self.accuracy(genotype)

        self.method.look(score)
        derived = self.method.derived()
        point = {
            "epoch": len(self.history) + 1,
            "step": self.done,
            "loss": sum(self.losses) / max(1, len(self.losses)),
            "seconds": seconds,
            "gates": self.method.table(),
            "derived": derived.text if derived else "",
            "accuracy": self.accuracy(derived) if derived else None,
        }
        self.losses.clear()
        self.history.append(point)
        return point

    def accuracy(self, genotype: Genotype) -> float:
        """Share of the validation images that the genotype's network classifies right with the shared weights."""
        return score(self.supernet, genotype, self.batches[0].scoring())

    def frozen(self) -> bytes:
        """Everything that the steps to come depend on."""
        return _bytes(
            {
                "document": self.config.model_dump_json(),
                "done": self.done,
                "supernet": self.supernet.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "method": self.method.state(),
                "batches": [batches.state() for batches in self.batches],
                "generator": self.generator.get_state(),
                "rng": self.rng.getstate(),
                "losses": self.losses,
                "history": self.history,
            }
        )

    def thaw(self, content: bytes) -> None:
        """Raises whatever a damaged or foreign state makes torch raise."""
        state = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
        if SharedTraining.model_validate_json(state["document"]) != self.config:
            raise ValueError("it is another shared training's")
        self.supernet.load_state_dict(state["supernet"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.method.restore(state["method"])
        for batches, kept in zip(self.batches, state["batches"], strict=True):
            batches.restore(kept)
        self.generator.set_state(state["generator"])
        version, numbers, gauss = state["rng"]
        self.rng.setstate((version, tuple(numbers), gauss))
        self.done, self.losses, self.history = state["done"], state["losses"], state["history"]

    def content(self) -> bytes:
        """The file that evaluations score with."""
        weights = {name: value.cpu() for name, value in self.supernet.state_dict().items()}
        pools = self.config.method == "darts"
        return _bytes({"document": self.config.model_dump_json(), "weights": weights, "pools": pools})


@dataclass(frozen=True)
class SharedWeights:
    """A finished shared training, read."""

    config: SharedTraining
    weights: dict[str, Tensor]
    normalises_pools: bool

    @classmethod
    def read(cls, content: bytes) -> "SharedWeights":
        """From its file."""
        state = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
        config = SharedTraining.model_validate_json(state["document"])
        return cls(config, state["weights"], state["pools"])

    def supernet(self, host: Host) -> Supernet:
        """With these weights, on the CPU."""
        with torch.device("meta"):
            supernet = Supernet(self.config.space, host, emits=METHODS[self.config.method].emits)
        supernet.load_state_dict(self.weights, assign=True)
        supernet.normalise_pools(self.normalises_pools)
        return supernet


def score(supernet: Supernet, genotype: Genotype, batches: Iterator[Batch]) -> float:
    """By batches, whose own statistics normalise: running ones would be those of other networks."""
    choices = choices_of(genotype)
    hits = count = 0
    with torch.no_grad():
        for images, labels in batches:
            hits += int((supernet(images, choices).argmax(1) == labels).sum())
            count += len(labels)
    return hits / count


def _bytes(state: dict[str, Any]) -> bytes:
    buffer = BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()
