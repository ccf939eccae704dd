"""The form of the test scores' page: which networks, which preset, how many runs; its cost, and what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from search import services
from search.evolution.finals.presets import DEFAULT_PRESET, FINAL_PRESETS
from search.evolution.genotypes.reference_cells import BASELINES
from search.models import Experiment, FinalEvaluation, Individual
from search.selectors.evolution_gain import best_along
from search.selectors.final_cost import FinalCost, cost_of_baseline, cost_of_finals
from search.selectors.finals import best_individuals
from search.services.finals.of_searches import ask_for_finals

BASELINE, ALONG = "baseline:", "along:"
BEST = (1, 3, 5, 10, 20)
MOMENTS = (3, 5, 10)
RUNS = tuple(range(1, 17))
NETWORKS = frozenset(
    [*map(str, BEST), *(f"{ALONG}{count}" for count in MOMENTS), *(f"{BASELINE}{name}" for name in BASELINES)]
)


@dataclass(frozen=True)
class Choice:
    """One valid filling of the form."""

    networks: str = str(BEST[0])
    """One of NETWORKS."""
    preset: str = DEFAULT_PRESET
    runs: int | None = None
    """None: as the preset says."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the protocol that are not as the preset says."""

    @property
    def over(self) -> Mapping[str, Any]:
        return self.changes if self.runs is None else {**self.changes, "repeats": self.runs}

    def cost(self, experiment: Experiment) -> FinalCost | None:
        """None while the search has no finished network. Raises ConfigError."""
        if self.networks.startswith(BASELINE):
            name = self.networks.removeprefix(BASELINE)
            return cost_of_baseline(experiment, baseline=name, preset=self.preset, over=self.over)
        individuals = self._individuals(experiment)
        return cost_of_finals(individuals, preset=self.preset, over=self.over) if individuals else None

    def ask(self, experiment: Experiment, owner_id: int | None) -> list[FinalEvaluation]:
        """Empty while the search has no finished network. Raises ConfigError."""
        wanted: dict[str, Any] = {"preset": self.preset, "over": self.over, "owner_id": owner_id}
        if self.networks.startswith(BASELINE):
            name = self.networks.removeprefix(BASELINE)
            return [services.ask_for_baseline(experiment, baseline=name, **wanted)]
        return ask_for_finals(self._individuals(experiment), **wanted)

    def _individuals(self, experiment: Experiment) -> list[Individual]:
        if self.networks.startswith(ALONG):
            return best_along(experiment, int(self.networks.removeprefix(ALONG)))
        return best_individuals(experiment, int(self.networks))


def read_choice(sent: QueryDict, changes: Mapping[str, Any] | None = None) -> Choice | None:
    """None of what the form does not offer."""
    networks, preset = sent.get("best", str(BEST[0])), sent.get("preset", DEFAULT_PRESET)
    runs = sent.get("runs", "")
    count = next((number for number in RUNS if str(number) == runs), None)
    if networks not in NETWORKS or preset not in FINAL_PRESETS or (runs and count is None):
        return None
    return Choice(networks, preset, count, changes or {})
