"""Strategies: what proposes the next genotype. One interface, one table.

A strategy is made anew for each proposal, so that any worker can run it: what it must remember it returns
from `save` and gets back in `restore`. Pure Python: must import neither Django nor torch.
"""

from search.evolution.config import StrategyConfig
from search.evolution.space import SearchSpace
from search.evolution.strategies.aging_evolution import AgingEvolution
from search.evolution.strategies.base import Accept, NoCandidate, Proposal, Strategy, StrategyState
from search.evolution.strategies.random_search import RandomSearch
from search.evolution.strategies.tournament_evolution import TournamentEvolution

__all__ = ["STRATEGIES", "Accept", "NoCandidate", "Proposal", "Strategy", "StrategyState", "make_strategy"]

STRATEGIES: dict[str, type[Strategy]] = {
    "evolution": TournamentEvolution,
    "aging": AgingEvolution,
    "random": RandomSearch,
}


def make_strategy(config: StrategyConfig, space: SearchSpace, accept: Accept) -> Strategy:
    """The strategy that a configuration asks for. `accept` refuses candidates that must not be proposed."""
    return STRATEGIES[config.kind](config, space, accept)
