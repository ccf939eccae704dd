"""Bayesian optimisation: its settings (Jin et al. 2018, Auto-Keras; Ru et al. 2021, NAS-BOWL; Schrodi et al. 2023;
methods B9, C1). The model is `search.learning.surrogates.bayesian`. Must import neither Django nor torch."""

from typing import Literal

from pydantic import Field

from search.evolution.strategies.settings import RARE, SurrogateConfig


class BayesianConfig(SurrogateConfig):
    """Of a Gaussian process over networks."""

    kind: Literal["bayesian"] = "bayesian"
    initial_population: int = Field(
        default=10,
        ge=1,
        le=100_000,
        title="Initial networks",
        description="Random ones at the start: what the first model is made of.",
    )
    kernel: Literal["weisfeiler_lehman", "edit_distance"] = Field(
        default="weisfeiler_lehman",
        title="Kernel",
        description="What makes two networks alike: equal neighbourhoods of operations, level by level, or few edits.",
    )
    wl_iterations: int = Field(
        default=2,
        ge=0,
        le=5,
        title="Neighbourhood",
        description="Steps around a node that the Weisfeiler-Lehman kernel looks.",
        json_schema_extra=RARE,
    )
    acquisition: Literal["expected_improvement", "upper_bound"] = Field(
        default="expected_improvement",
        title="Acquisition",
        description="What makes a candidate the next: its expected improvement on the best, or its upper bound.",
    )
    bound_width: float = Field(
        default=2.576,
        ge=0,
        le=10,
        title="Width of the upper bound",
        description="Standard deviations that the upper bound lies above the prediction.",
        json_schema_extra=RARE,
    )
