"""Search strategies: each proposes the next genotype. One interface, one table.

A strategy is made anew for each proposal, so that any worker can run it: what it must remember it returns
from `save` and gets back in `restore`. Pure Python: must import neither Django nor torch.
"""

from typing import Any

from search.evolution.genotypes.space import SearchSpace
from search.evolution.strategies.base import (
    Accept,
    FreeCosts,
    Kept,
    NoCandidate,
    Proposal,
    Strategy,
    small_host_costs,
)
from search.evolution.strategies.rows import STRATEGIES, StrategyRow
from search.evolution.strategies.settings import StrategyConfig

__all__ = [
    "STRATEGIES",
    "Accept",
    "FreeCosts",
    "Kept",
    "NoCandidate",
    "Proposal",
    "Strategy",
    "StrategyRow",
    "make_strategy",
]


def make_strategy(
    config: StrategyConfig, space: SearchSpace, accept: Accept, costs: FreeCosts = small_host_costs
) -> Strategy[Any]:
    """The strategy that a configuration asks for. `accept` refuses candidates that must not be proposed."""
    return STRATEGIES[config.kind].strategy(config, space, accept, costs)
