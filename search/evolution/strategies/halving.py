"""Random search with successive halving (Li et al. 2017, "Hyperband"; Li et al. 2020, "ASHA"; methods B8, B15).

Every network is drawn at random and most trainings end early: at each rung only the best one in `keep_one_in` trains
on. The halving is the early decision of that name, asynchronous and exact in its quota; this strategy
turns it on. Departs from Hyperband: one bracket, whose first rung is a quarter of the steps. Must import neither Django
nor torch.
"""

from typing import Literal

from pydantic import Field

from search.evolution.strategies.settings import StrategyConfig


class HalvingConfig(StrategyConfig):
    """What the early decision is set to."""

    kind: Literal["halving"] = "halving"
    keep_one_in: int = Field(
        default=3,
        ge=2,
        le=16,
        title="Keep one in",
        description="At each rung the best one in so many trains on; the others wait there.",
    )
    halving_rungs: int = Field(
        default=2,
        ge=1,
        le=3,
        title="Rungs",
        description="After 1/4 of the steps; with two also after 1/2, with three after 3/4.",
    )
