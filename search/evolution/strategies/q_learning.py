"""Q-learning over edge decisions: its settings (Baker et al. 2017, "MetaQNN"; Zhong et al. 2018, "Block-QNN-A"). What
learns is `search.learning.q_learning`. Must import neither Django nor torch."""

from typing import Literal

from pydantic import Field

from search.evolution.strategies.settings import RARE, LearnedConfig


class QLearningConfig(LearnedConfig):
    """Of a table of action values. Defaults are MetaQNN's; Block-QNN-A's reward has two more weights."""

    kind: Literal["q_learning"] = "q_learning"
    q_learning_rate: float = Field(
        default=0.01,
        gt=0,
        le=1,
        title="Q-learning rate",
        description="How far one result moves the value of a choice towards it.",
    )
    initial_value: float = Field(
        default=0.5,
        ge=-10,
        le=10,
        title="Initial Q-value",
        description="What an untried choice is taken to be worth: near an average network's fitness, better under it.",
        json_schema_extra=RARE,
    )
    replays: int = Field(
        default=100,
        ge=0,
        le=1000,
        title="Replays",
        description="Earlier networks, drawn at random, that are learned from again after each new one.",
    )
    spread_reward: bool = Field(
        default=True,
        title="Spread the reward",
        description="Block-QNN-A's: each choice earns an equal part of the reward; off, as MetaQNN has it, the last "
        "one earns all of it.",
    )
    share_values: bool = Field(
        default=False,
        title="One table for all motifs",
        description="Motifs of one level have their values in common, as their numbers mean nothing; off: each has its "
        "own.",
    )
    flops_weight: float = Field(
        default=0.0,
        ge=0,
        le=10,
        title="Weight of multiply-adds",
        description="Block-QNN-A's: so much is taken off the reward for each e-fold of multiply-adds; no value "
        "is published.",
        json_schema_extra=RARE,
    )
    density_weight: float = Field(
        default=0.0,
        ge=0,
        le=10,
        title="Weight of density",
        description="Block-QNN-A's: so much is taken off the reward for each e-fold of edges per node; no value "
        "is published.",
        json_schema_extra=RARE,
    )
