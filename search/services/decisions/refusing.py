"""Rejection of proposed children by a proxy limit."""

from collections.abc import Callable

from search.evolution.decisions import LEAST_NETWORKS, MOST_REFUSALS, ProxyLimit, proxy_limit
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.networks.cost import Cost
from search.models import Experiment, Individual

MOST_READ = 500
"""Initial individuals that a limit is taken from."""


class Refusals:
    """Counts what is refused in one proposal; after MOST_REFUSALS nothing more is."""

    def __init__(self, limit: ProxyLimit | None, value: Callable[[Cost], int]) -> None:
        self._limit = limit
        self._value = value
        self.count = 0

    def refuses(self, cost: Cost) -> bool:
        if self._limit is None or self.count >= MOST_REFUSALS or not self._limit.refuses(self._value(cost)):
            return False
        self.count += 1
        return True


def refusals(experiment: Experiment, config: ExperimentConfig) -> Refusals:
    """For the next proposal of a locked experiment. What is found about its initial networks is kept, not saved."""
    proxy = config.decisions.proxy
    if proxy == "none":
        return Refusals(None, lambda cost: 0)
    state = dict(experiment.decision_state or {})
    first = min(config.strategy.initial_population, MOST_READ)
    enough = max(LEAST_NETWORKS, first // 3) if config.decisions.looks_at_curves else first
    if "proxy" not in state and experiment.population >= enough:  # many initial ones may have been stopped
        rows = Individual.objects.filter(experiment=experiment, completion__lt=first).order_by("completion")
        values = [(value, fitness or 0.0) for value, fitness in rows.values_list(proxy, "fitness")]
        experiment.decision_state = state | {
            "proxy": proxy_limit(values, config.decisions.proxy_share).to_json()
        }
        state = experiment.decision_state
    limit = ProxyLimit(**state["proxy"]) if "proxy" in state else None
    return Refusals(limit, lambda cost: cost.parameters if proxy == "parameters" else cost.multiply_adds)
