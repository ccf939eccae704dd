"""Settings of a strategy drawn at random around its published ones, for the league of tuned strategies.

Must import neither Django nor torch.
"""

import math
import random
from collections.abc import Iterator
from typing import Any

from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.settings import StrategyConfig

SPREAD = 4.0
"""Numbers are drawn between a quarter and four times their published value."""
_NOT_TUNED = frozenset({"kind", "share_fitness", "initial_mutations", "drafts"})


def drawn_settings(config: StrategyConfig, rng: random.Random) -> Iterator[StrategyConfig]:
    """Endless settings of the same strategy; each number is drawn log-uniformly within what its field allows."""
    row = STRATEGIES[config.kind]
    schema = row.settings.model_json_schema()["properties"]
    while True:
        document = config.model_dump()
        for name, field in schema.items():
            if name not in _NOT_TUNED:
                document[name] = _drawn(document[name], field, rng)
        yield row.settings.model_validate(document)


def _drawn(value: Any, field: dict[str, Any], rng: random.Random) -> Any:
    if isinstance(value, bool):
        return rng.random() < 0.5
    if "enum" in field:
        return rng.choice(field["enum"])
    if not isinstance(value, int | float) or value == 0:
        return value
    drawn = value * math.exp(rng.uniform(-math.log(SPREAD), math.log(SPREAD)))
    drawn = min(drawn, field.get("maximum", math.inf))
    drawn = max(drawn, field.get("minimum", -math.inf))
    return round(drawn) if isinstance(value, int) else drawn
