"""PPO over edge decisions: its settings (Zoph et al. 2017, "NASNet"; methods B2). The controller that learns is
`search.learning.ppo`. Must import neither Django nor torch."""

from typing import Literal

from pydantic import Field

from search.evolution.strategies.settings import LearnedConfig


class PpoConfig(LearnedConfig):
    """Of a controller that is moved by clipped steps. Published: 20 networks a batch."""

    kind: Literal["ppo"] = "ppo"
    drafts: int = Field(
        default=20,
        ge=1,
        le=1000,
        title="Networks in a batch",
        description="So many are proposed before the controller learns from what they came to.",
    )
    learning_rate: float = Field(
        default=0.00035,
        gt=0,
        le=10,
        title="Controller's learning rate",
        description="Of Adam. The published value is meant for 20,000 networks; a search of a few hundred learns "
        "nothing below 0.05.",
    )
    clip: float = Field(
        default=0.2,
        gt=0,
        lt=1,
        title="Clip",
        description="How far one batch may move the probability of a choice, as a share of it.",
    )
    passes: int = Field(
        default=4,
        ge=1,
        le=100,
        title="Passes over a batch",
        description="Steps that are taken with each batch, all against the probabilities it was drawn with.",
    )
    baseline_decay: float = Field(
        default=0.95,
        ge=0,
        lt=1,
        title="Baseline decay",
        description="The fitness that counts as average forgets with this factor for each result.",
    )
    entropy_bonus: float = Field(
        default=0.00001,
        ge=0,
        le=10,
        title="Entropy bonus",
        description="What a choice that stays open is worth; keeps the controller from settling too soon.",
    )
