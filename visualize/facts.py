"""A configuration as label and value, for people."""

from search.evolution.config import ExperimentConfig
from visualize.formats import count, short_per_cent

Facts = list[tuple[str, str]]


def configuration_facts(config: ExperimentConfig) -> Facts:
    """What tells this search from others, the usual left out."""
    return [*_search(config), *_training(config), ("At once", count(config.budget.in_flight))]


def _search(config: ExperimentConfig) -> Facts:
    strategy, space = config.strategy, config.space
    shape = ", ".join(f"{level.motifs} × {level.nodes} nodes" for level in space.levels)
    facts = [("Search space", f"{space.name or 'custom'}: {shape}")]
    if space.max_parameters:
        facts.append(("Parameter limit", count(space.max_parameters)))
    if strategy.kind == "evolution":
        share = short_per_cent(strategy.tournament_fraction)
        facts.append(
            ("Strategy", f"evolution, {share} tournament, {count(strategy.initial_population)} initial")
        )
    else:
        facts.append(("Strategy", "random search"))
    facts.append(("Networks", count(config.budget.individuals)))
    facts.append(("Equal networks", "share fitness" if strategy.share_fitness else "are trained again"))
    return [*facts, ("Seed", str(config.seed))]


def _training(config: ExperimentConfig) -> Facts:
    protocol = config.protocol
    images = "all" if protocol.train_images is None else count(protocol.train_images)
    drops = ", ".join(map(count, protocol.learning_rate_drops))
    rate = f"{protocol.learning_rate:g}" + (f", × {protocol.drop_factor:g} at {drops}" if drops else "")
    facts = [
        ("Data set", protocol.dataset),
        ("Images", f"{images} to train, {count(protocol.validation_images)} to validate"),
        ("Host", f"{protocol.host}, {protocol.channels} channels, {protocol.cells} cell(s) a group"),
        ("Training", f"{count(protocol.steps)} steps of {count(protocol.batch_size)}"),
        ("Learning rate", rate),
    ]
    changes = [f"crop {protocol.crop}" if protocol.crop else "", "flip" if protocol.flip else ""]
    if any(changes):
        facts.append(("Augmentation", ", ".join(change for change in changes if change)))
    if protocol.repeats > 1:
        facts.append(("Repeats", count(protocol.repeats)))
    return facts
