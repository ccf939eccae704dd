"""The paper's question as searches (section 4): hierarchical or flat, evolved or drawn at random, all else equal."""

from search.evolution.config import ExperimentConfig, experiment_config

KINDS = (
    ("Hierarchical evolution", "hierarchical", "evolution"),
    ("Flat evolution", "flat", "evolution"),
    ("Hierarchical random", "hierarchical", "random"),
)
"""(name, space, strategy)."""
INITIAL_SHARE = 4
"""One in so many networks belongs to the initial population."""


def baselines(base: ExperimentConfig, *, networks: int, seeds: int) -> list[tuple[str, ExperimentConfig]]:
    """Each kind with each of the seeds 1, 2, …, under the protocol of `base`, with a name that says which.

    Raises ConfigError for numbers that no experiment may have.
    """
    return [
        (f"{name}, seed {seed}", _config(base, space, strategy, networks, seed))
        for seed in range(1, seeds + 1)
        for name, space, strategy in KINDS
    ]


def _config(base: ExperimentConfig, space: str, strategy: str, networks: int, seed: int) -> ExperimentConfig:
    document = base.to_json()
    document["space"] = space
    document["seed"] = seed
    document["budget"] |= {"individuals": networks}
    document["strategy"] |= {"kind": strategy, "initial_population": max(2, networks // INITIAL_SHARE)}
    return experiment_config(document)
