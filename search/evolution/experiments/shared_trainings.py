"""Shared trainings: one document that form, REST, command line and workers validate through.

Pure Python: must import neither Django nor torch.
"""

from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from search.evolution.experiments.config import ConfigError, Protocol
from search.evolution.experiments.document import Document, Space
from search.evolution.experiments.evaluators import FROM_SCRATCH
from search.evolution.genotypes.space import search_space

Method = Literal["random", "enas", "darts", "gdas", "fabric", "smash"]

METHODS: dict[str, str] = {
    "random": "each step trains one network drawn at random: the control beside all others (Li and Talwalkar 2019)",
    "enas": "a controller draws the networks and learns from their accuracy on one batch (Pham et al. 2018)",
    "darts": "every operation runs, times a gate that is trained beside the weights (Liu et al. 2018)",
    "gdas": "gates are trained through one sampled network a step, at the memory of one network (Dong and Yang 2019)",
    "fabric": "every operation runs with gate 1, paths dropped at random (Saxena and Verbeek 2016)",
    "smash": "a hypernetwork emits the weights of each random network from its architecture (Brock et al. 2017)",
}
"""Method -> what it does, for forms and help."""


LATER = ("growing_sizes",)
"""Fields of later versions, in a document only where they are not as by default: keys stay what they were."""


class SharedTraining(Document):
    """What is trained, and how. The protocol's steps, batch, learning rate and host are those of the weights."""

    method: Method = "gdas"
    space: Space = Field(default_factory=lambda: search_space("hierarchical"))
    protocol: Protocol = Protocol()
    epochs: int = Field(default=20, ge=1, le=1000)
    """Points of the history; the steps are spread evenly over them."""
    second_order: bool = False
    """darts: the gates' gradient looks one step of the weights ahead."""
    gate_learning_rate: float = Field(default=3e-4, gt=0, le=1)
    """Of the gates (Adam), of the controller, or of the hypernetwork."""
    gate_weight_decay: float = Field(default=1e-3, ge=0, le=1)
    temperature_start: float = Field(default=10.0, gt=0, le=1000)
    """gdas: of the Gumbel softmax at the first step."""
    temperature_end: float = Field(default=0.1, gt=0, le=1000)
    path_dropout: float = Field(default=0.2, ge=0, lt=1)
    """fabric: share of the operations that a step leaves out."""
    growing_sizes: bool = False
    """smash: over the first half of the steps networks are drawn from the smallest tenth up to all."""
    candidates: int = Field(default=50, ge=1, le=10_000)
    """Networks scored with the weights at the end, beside the derived one. smash: random ones, then a fifth as many
    perturbations of the best and as many steps of a walk."""
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _fits(self) -> "SharedTraining":
        if self.protocol.evaluator != FROM_SCRATCH:
            raise ValueError(
                f"a shared training's protocol trains; its evaluator is {self.protocol.evaluator.kind!r}"
            )
        if self.epochs > self.protocol.steps:
            raise ValueError(f"epochs {self.epochs} are more than the {self.protocol.steps} steps; use fewer")
        if self.second_order and self.method != "darts":
            raise ValueError(f"second_order is of method darts; method is {self.method!r}")
        if self.growing_sizes and self.method != "smash":
            raise ValueError(f"growing_sizes is of method smash; method is {self.method!r}")
        return self

    def to_json(self) -> dict[str, Any]:
        """The document as stored."""
        fields = type(self).model_fields
        unchanged = {name for name in LATER if getattr(self, name) == fields[name].default}
        return self.model_dump(mode="json", exclude=unchanged)


def shared_training(document: object) -> SharedTraining:
    """Validate a document. Raises ConfigError with the field's path, the value and what is allowed."""
    try:
        return SharedTraining.model_validate(document)
    except ValidationError as error:
        raise ConfigError.of(error) from None
