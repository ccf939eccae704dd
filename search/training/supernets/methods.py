"""How a supernet's weights and the choice of its networks are trained: one class a method, one step at a time."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from search.evolution.experiments.shared_trainings import SharedTraining
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.phenotype import builds_network
from search.training.supernets.choices import Choices, all_on, choices_of, soft_choices
from search.training.supernets.controller import ENTROPY_WEIGHT, Baseline, Controller
from search.training.supernets.gates import GateLogits
from search.training.supernets.supernet import Supernet
from search.training.supernets.unrolling import unrolled_gradient

CLIP = 5.0
"""Largest norm of the weights' gradient."""
Batch = tuple[Tensor, Tensor]
"""(images, labels)."""
Score = Callable[[Genotype], float]
"""Accuracy with the weights as they are, over the validation images."""


@dataclass
class Setting:
    """What all methods share."""

    config: SharedTraining
    supernet: Supernet
    weights: torch.optim.SGD
    generator: torch.Generator
    rng: random.Random


class Method:
    """Random sampling, and what the others change of it."""

    learns = False
    """Whether gates or a controller are trained, on images that the weights do not see."""
    emits = False
    """Whether a hypernetwork makes most of the weights."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.config, self.supernet = setting.config, setting.supernet

    def step(self, batch: Batch, other: Batch | None, done: float) -> float:
        """One step of the weights, and of what chooses; `other` is a batch of the second half. Returns the loss."""
        return self.train_weights(batch, self.choose(done))

    def choose(self, done: float) -> Choices:
        """The network of the next step of the weights."""
        return choices_of(uniform_genotype(self.config.space, self.setting.rng))

    def train_weights(self, batch: Batch, choices: Choices) -> float:
        self.setting.weights.zero_grad(set_to_none=True)
        loss = self.loss(batch, choices)
        loss.backward()
        nn.utils.clip_grad_norm_(self.supernet.parameters(), CLIP)
        self.setting.weights.step()
        return float(loss.detach())

    def loss(self, batch: Batch, choices: Choices) -> Tensor:
        return nn.functional.cross_entropy(self.supernet(batch[0], choices), batch[1])

    def table(self) -> dict[str, list[list[float]]]:
        """Gates, or the controller's probabilities, by the motif's name; empty for methods that have none."""
        return {}

    def derived(self) -> Genotype | None:
        """What the method would choose now; None: whatever scores best."""
        return None

    def look(self, score: Score) -> None:
        """An epoch has ended: a chance to score networks before one is derived."""

    def proposals(self, count: int, score: Score) -> list[Genotype]:
        """Networks to score at the end."""
        return [uniform_genotype(self.config.space, self.setting.rng) for _ in range(count)]

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Of an earlier attempt."""


class Fabric(Method):
    """All gates are on; at random, paths are left out."""

    def choose(self, done: float) -> Choices:
        return all_on(self.config.space, dropped=self.config.path_dropout, rng=self.setting.rng)


class Gated(Method):
    """Gates that are trained by gradient descent on the second half of the images."""

    learns = True

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.gates = GateLogits(self.config.space, setting.generator)
        self.optimizer = torch.optim.Adam(
            self.gates.parameters(),
            lr=self.config.gate_learning_rate,
            betas=(0.5, 0.999),
            weight_decay=self.config.gate_weight_decay,
        )

    def table(self) -> dict[str, list[list[float]]]:
        return self.gates.table()

    def derived(self) -> Genotype:
        return self.gates.derived()

    def state(self) -> dict[str, Any]:
        return {"gates": self.gates.state_dict(), "optimizer": self.optimizer.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        self.gates.load_state_dict(state["gates"])
        self.optimizer.load_state_dict(state["optimizer"])


class Gdas(Gated):
    """One sampled network a step, straight through."""

    def step(self, batch: Batch, other: Batch | None, done: float) -> float:
        assert other is not None
        loss = self.train_weights(batch, self.choose(done))
        self.optimizer.zero_grad()
        self.loss(other, self.choose(done)).backward()
        self.optimizer.step()
        return loss

    def choose(self, done: float) -> Choices:
        start, end = self.config.temperature_start, self.config.temperature_end
        gates, genotype = self.gates.sampled(start + done * (end - start), self.setting.generator)
        return choices_of(genotype, gates)


class Darts(Gated):
    """Every operation times its soft gate; pools and identities are normalised too, lest columns undo the gates."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.supernet.normalise_pools(True)

    def step(self, batch: Batch, other: Batch | None, done: float) -> float:
        assert other is not None
        self.optimizer.zero_grad()
        if self.config.second_order:
            gradients = unrolled_gradient(
                self.setting.weights,
                list(self.gates.parameters()),
                train=lambda: self.loss(batch, self.choose(done)),
                validate=lambda: self.loss(other, self.choose(done)),
            )
            for parameter, gradient in zip(self.gates.parameters(), gradients, strict=True):
                parameter.grad = gradient
        else:
            self.loss(other, self.choose(done)).backward()
        self.optimizer.step()
        return self.train_weights(batch, self.choose(done))

    def choose(self, done: float) -> Choices:
        return soft_choices(self.config.space, self.gates.soft())


class Enas(Method):
    """A controller draws; its reward is the accuracy on one batch of the second half."""

    learns = True

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.controller = Controller(self.config.space, setting.generator)
        self.optimizer = torch.optim.Adam(self.controller.parameters(), lr=self.config.gate_learning_rate)
        self.baseline = Baseline()

    def step(self, batch: Batch, other: Batch | None, done: float) -> float:
        assert other is not None
        with torch.no_grad():
            genotype, _, _ = self.controller.draw(self.setting.generator)
        loss = self.train_weights(batch, choices_of(genotype))
        genotype, logarithm, entropy = self.controller.draw(self.setting.generator)
        with torch.no_grad():
            scores = self.supernet(other[0], choices_of(genotype))
        reward = float((scores.argmax(1) == other[1]).float().mean())
        self.optimizer.zero_grad()
        (-self.baseline.advantage(reward) * logarithm - ENTROPY_WEIGHT * entropy).backward()
        self.optimizer.step()
        return loss

    def table(self) -> dict[str, list[list[float]]]:
        likeliest = self.controller.likeliest()
        return {self.config.space.motif_name(*place): rows for place, rows in sorted(likeliest.items())}

    def proposals(self, count: int, score: Score) -> list[Genotype]:
        with torch.no_grad():
            return [self.controller.draw(self.setting.generator)[0] for _ in range(count)]

    def state(self) -> dict[str, Any]:
        return {
            "controller": self.controller.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "baseline": [self.baseline.value, float(self.baseline.count)],
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.controller.load_state_dict(state["controller"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.baseline.value, self.baseline.count = state["baseline"][0], int(state["baseline"][1])


def uniform_genotype(space: SearchSpace, rng: random.Random) -> Genotype:
    """A random one that builds a network."""
    return next(genotype for genotype in _draws(space, rng) if builds_network(genotype))


def _draws(space: SearchSpace, rng: random.Random) -> Iterator[Genotype]:
    while True:
        yield random_genotype(space, rng)
