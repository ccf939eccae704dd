"""REINFORCE over edge decisions: its settings (Zoph & Le 2016, "NAS-RL"; methods B1). The controller that learns is
`search.learning.reinforce`. Must import neither Django nor torch."""

from typing import Literal

from pydantic import Field

from search.evolution.strategies.settings import RARE, LearnedConfig


class ReinforceConfig(LearnedConfig):
    """Of a controller that chooses edge by edge."""

    kind: Literal["reinforce"] = "reinforce"
    learning_rate: float = Field(
        default=0.1,
        gt=0,
        le=10,
        title="Controller's learning rate",
        description="How far one batch of results moves the controller's choices.",
    )
    baseline_decay: float = Field(
        default=0.9,
        ge=0,
        lt=1,
        title="Baseline decay",
        description="The fitness that counts as average forgets with this factor for each result.",
    )
    entropy_bonus: float = Field(
        default=0.001,
        ge=0,
        le=10,
        title="Entropy bonus",
        description="What a choice that stays open is worth; keeps the controller from settling too soon.",
    )
    deepen_after: int = Field(
        default=0,
        ge=0,
        le=100_000,
        title="Deepen after",
        description="Every motif begins with one inner node and may use one more after so many of the controller's "
        "networks, as the paper lets networks grow by two layers after each 1,600; 0: all nodes from the beginning.",
        json_schema_extra=RARE,
    )
