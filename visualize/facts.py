"""A configuration, and what came of it, as label and value for people."""

from collections.abc import Sequence

from search.evolution.config import ExperimentConfig
from search.models import Experiment
from visualize.formats import count, duration, short_per_cent

Facts = list[tuple[str, str]]


def configuration_facts(config: ExperimentConfig) -> Facts:
    """What tells this search from others, the usual left out."""
    return [
        *_search(config),
        *_training(config),
        *decision_facts(config),
        ("At once", count(config.budget.in_flight)),
    ]


def decision_facts(config: ExperimentConfig) -> Facts:
    """The early decisions that are on."""
    decisions = config.decisions
    facts: Facts = []
    if decisions.hopeless_chance:
        facts.append(("Hopeless", f"stopped below a chance of {short_per_cent(decisions.hopeless_chance)}"))
    if decisions.halving:
        shares = " and ".join(("1/4", "1/2", "3/4")[: decisions.rungs])
        facts.append(("Halving", f"one in {decisions.halving} goes on after {shares} of the steps"))
    if decisions.first_repeats:
        facts.append(("Repeats at first", f"{decisions.first_repeats}, more where it matters"))
    if decisions.proxy != "none":
        share, name = short_per_cent(decisions.proxy_share), decisions.proxy.replace("_", "-")
        facts.append(("Children refused", f"the worst {share} by {name}"))
    return facts


def _search(config: ExperimentConfig) -> Facts:
    strategy, space = config.strategy, config.space
    shape = ", ".join(f"{level.motifs} × {level.nodes} nodes" for level in space.levels)
    facts = [("Search space", f"{space.name or 'custom'}: {shape}")]
    if space.max_parameters:
        facts.append(("Parameter limit", count(space.max_parameters)))
    if strategy.kind == "random":
        facts.append(("Strategy", "random search"))
    else:
        share, first = short_per_cent(strategy.tournament_fraction), count(strategy.initial_population)
        aging = strategy.kind == "aging"
        name, last = ("aging evolution", "alive") if aging else ("evolution", "initial")
        facts.append(("Strategy", f"{name}, {share} tournament, {first} {last}"))
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


def outcome_facts(experiment: Experiment, reasons: Sequence[tuple[str, int]]) -> Facts:
    """What a search that is over took; `reasons` are codes of failures with their numbers."""
    facts: Facts = []
    if experiment.started_at and experiment.finished_at:
        facts.append(("Took", duration((experiment.finished_at - experiment.started_at).total_seconds())))
    facts.append(("Training", f"{duration(experiment.train_seconds)} over all workers"))
    trained = experiment.proposed - experiment.shared
    if experiment.shared and trained:
        saved = experiment.train_seconds / trained * experiment.shared
        if saved >= 1:
            facts.append(("Saved", f"about {duration(saved)} by sharing fitness"))
    facts.append(("Evaluated", f"{count(experiment.evaluated)} individuals"))
    facts += [
        ("Failed", f"{count(number)} × {code.replace('_', ' ') or 'error'}") for code, number in reasons
    ]
    if experiment.stopped_early:
        facts.append(("Stopped early", f"{count(experiment.stopped_early)} individuals"))
    if experiment.refused:
        facts.append(("Refused untrained", f"{count(experiment.refused)} children"))
    cancelled = experiment.proposed - experiment.evaluated - experiment.failed - experiment.stopped_early
    if cancelled > 0:
        facts.append(("Cancelled", count(cancelled)))
    return facts
