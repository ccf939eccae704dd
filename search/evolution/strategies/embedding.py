"""Gradient steps in an embedding: their settings (Luo et al. 2018, "NAO"; methods B12). The model is
`search.learning.surrogates.embedding`. Must import neither Django nor torch."""

from typing import Literal

from pydantic import Field

from search.evolution.strategies.settings import PER_CENT, RARE, SurrogateConfig


class EmbeddingConfig(SurrogateConfig):
    """Of an encoder, a predictor and a decoder that are trained together."""

    kind: Literal["embedding"] = "embedding"
    initial_population: int = Field(
        default=600,
        ge=1,
        le=100_000,
        title="Initial networks",
        description="Random ones at the start: what the first model is made of. It needs some hundreds.",
    )
    drafts: int = Field(
        default=300,
        ge=1,
        le=1000,
        title="Drafts at once",
        description="Networks that the model proposes each time it has learned; the next ones come from what it "
        "learns of these.",
    )
    points: int = Field(
        default=1000,
        ge=10,
        le=2000,
        title="Networks to learn from",
        description="At most; of more, the fittest half and the latest. Bounds the time and memory of the model.",
        json_schema_extra=RARE,
    )
    begin_from: int = Field(
        default=100,
        ge=1,
        le=2000,
        title="Steps begin at",
        description="As many of the fittest networks, and no more than a quarter of all.",
    )
    step_size: float = Field(
        default=0.05,
        gt=0,
        le=1,
        title="Step",
        description="How far one step goes up the predicted fitness in the embedding, whose points have length 1.",
    )
    most_steps: int = Field(
        default=20,
        ge=1,
        le=100,
        title="Most steps",
        description="From one network, until another one is decoded; far away the predictor is not to be believed.",
        json_schema_extra=RARE,
    )
    predictor_share: float = Field(
        default=0.8,
        gt=0,
        lt=1,
        title="Weight of prediction, %",
        description="In what is minimised; the rest is the weight of reconstruction.",
        json_schema_extra={**PER_CENT, **RARE},
    )
    epochs: int = Field(
        default=1000,
        ge=1,
        le=5000,
        title="Epochs of the model",
        description="Passes over the networks that it learns from.",
        json_schema_extra=RARE,
    )
