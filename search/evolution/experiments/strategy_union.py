"""Strategy configuration: a union of one document for each strategy, discriminated by `kind`.

Pure Python: must import neither Django nor torch.
"""

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

from search.evolution.strategies.halving import HalvingConfig
from search.evolution.strategies.rows import STRATEGIES
from search.evolution.strategies.settings import StrategyConfig
from search.evolution.strategies.tournament_evolution import EvolutionConfig

__all__ = ["AnyStrategy", "EvolutionConfig", "of_its_kind", "with_halving"]

if TYPE_CHECKING:
    AnyStrategy = StrategyConfig
else:
    _documents = tuple(row.settings for row in STRATEGIES.values())
    AnyStrategy = Annotated[Union[_documents], Field(discriminator="kind")]  # noqa: UP007 - made from a table


def of_its_kind(value: object) -> object:
    """A strategy's object as its kind's document reads it.

    Without a kind it is evolution. What only strategies of other kinds know is left out, so that a document may change
    its kind and nothing else; what none of them knows stays, and is refused.
    """
    if not isinstance(value, dict):
        return value
    document: dict[str, Any] = {"kind": EvolutionConfig().kind} | value
    kind = document["kind"]
    if not isinstance(kind, str) or kind not in STRATEGIES:
        return document
    mine = STRATEGIES[kind].settings.model_fields
    others = {name for row in STRATEGIES.values() for name in row.settings.model_fields} - set(mine)
    return {name: given for name, given in document.items() if name not in others}


def with_halving(value: object) -> object:
    """A whole configuration whose strategy is successive halving, with the early decision that does it turned on.

    The strategy's own settings stand above what the document says about the decision.
    """
    if not isinstance(value, dict) or not isinstance(value.get("strategy"), dict):
        return value
    if value["strategy"].get("kind") != HalvingConfig().kind:
        return value
    told = HALVING | {name: given for name, given in value["strategy"].items() if name in HALVING}
    decisions = value.get("decisions") or {}
    if not isinstance(decisions, dict):
        return value
    return value | {"decisions": decisions | {"halving": told["keep_one_in"], "rungs": told["halving_rungs"]}}


HALVING: dict[str, Any] = {
    name: HalvingConfig.model_fields[name].default for name in ("keep_one_in", "halving_rungs")
}
