"""Monte Carlo tree search over edge decisions: its settings (Negrinho & Gordon 2017, "DeepArchitect"; Wang et al. 2018,
"AlphaX"). What learns is `search.learning.tree_search`. Must import neither Django nor torch."""

from typing import Literal

from pydantic import Field

from search.evolution.strategies.settings import PER_CENT, LearnedConfig

Rollout = Literal["random", "best"]


class TreeSearchConfig(LearnedConfig):
    """Of a tree of choices whose promising branches grow."""

    kind: Literal["mcts"] = "mcts"
    exploration: float = Field(
        default=1.0,
        ge=0,
        le=100,
        title="Exploration",
        description="How much a branch gains by having been visited seldom, on a scale where the best network is worth "
        "1 and the worst 0.",
    )
    rollout: Rollout = Field(
        default="random",
        title="Below the tree",
        description="How the choices are made that the tree does not reach: random, as published; best: as in the best "
        "network of the branch, with some redrawn.",
    )
    rollout_change: float = Field(
        default=0.1,
        ge=0,
        le=1,
        title="Redrawn choices",
        description="Share of the choices below the tree that are drawn anew where they follow the best network.",
        json_schema_extra={**PER_CENT},
    )
