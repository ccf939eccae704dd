"""What an experiment's strategy has learned, or how it chooses now."""

from dataclasses import dataclass
from typing import Any

from search.evolution.strategies import STRATEGIES, StrategyRow, make_strategy
from search.models import Experiment, Individual, StrategyState
from search.selectors.population import Population

LATEST = 25


@dataclass(frozen=True)
class StrategyReport:
    """For the page and for REST."""

    row: StrategyRow
    report: dict[str, Any]
    """{"facts": [[label, value]], "tables": [{title, columns, rows}]}."""
    history: list[dict[str, float]]
    """Of a learned strategy: {version, observed, and numbers of its own} for each version."""
    state: StrategyState | None
    drafts: int


def strategy_report(experiment: Experiment) -> StrategyReport:
    config = experiment.configuration
    row = STRATEGIES[config.strategy.kind]
    if row.runs == "worker":
        state = StrategyState.objects.filter(experiment=experiment).first()
        report = (state.report if state else None) or {"facts": [], "tables": []}
        history = state.history if state else []
        return StrategyReport(row, report, history, state, experiment.drafts.count())
    strategy = make_strategy(config.strategy, config.space, lambda _: True)
    if experiment.strategy_state is not None:
        strategy.restore(experiment.strategy_state)
    return StrategyReport(row, strategy.report(Population(experiment)).to_json(), [], None, 0)


def latest_proposals(experiment: Experiment) -> list[Individual]:
    """The last ones, the newest first, with their parents."""
    rows = Individual.objects.filter(experiment=experiment).select_related("parent")
    return list(rows.order_by("-step")[:LATEST])
