"""Schemas: changes to an experiment."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from search.api.budgets import BudgetText
from search.api.schemas.base import Body, Notes, Tags
from search.api.schemas.experiments import Name


class ExperimentChange(Body):
    """What to change about an experiment; what is left out or null stays."""

    name: Name | None = None
    notes: Notes | None = None
    tags: Tags | None = None
    archived: bool | None = Field(default=None, description="Out of the lists, kept whole")
    individuals: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="The whole budget; more than a finished search had lets it go on"
    )
    in_flight: Annotated[int, Field(ge=1, le=10_000)] | None = None
    device_hours: Annotated[float, Field(ge=0, le=1e6)] | None = Field(
        default=None,
        description="Of the budget, those that are spent included; more than that lets a search that they ended go on. "
        "0: no such budget",
    )
    budget: BudgetText = Field(
        default=None, description='`device_hours` as text, in hours or money: "30 EUR"'
    )
    time_limit_seconds: Annotated[int, Field(ge=1, le=604_800)] | None = Field(
        default=None,
        description="For one repeat, of networks proposed from now on, while the search is no running one. Fitness "
        "found under another limit stays and is not shared with them",
    )

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if self.budget is not None and self.device_hours is not None:
            raise ValueError("give device_hours or budget, not both: they are the same")
        return self


CHANGE_EXAMPLES: dict[str, dict[str, Any]] = {
    "name and tags": {"value": {"name": "Digits, the good one", "tags": ["digits", "thesis"]}},
    "more time after a pause": {"value": {"time_limit_seconds": 600}},
    "more device hours": {"value": {"device_hours": 2.5}},
    "a budget as text": {"value": {"budget": "1.5 h"}},
    "a larger budget": {"value": {"individuals": 200, "in_flight": 4}},
    "more networks, within device hours": {"value": {"individuals": 200, "budget": "4 h"}},
}
