"""Configuration summary and results of an experiment, as labels and values."""

from collections.abc import Mapping, Sequence
from typing import Any

from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.experiments.datasets import DATASETS
from search.evolution.experiments.folder_content import report_sentences
from search.models import Experiment
from search.services.experiments.rescoring import OTHER_MEASURES
from visualize.pages.shared.recipe_words import augmentation_words, recipe_facts
from visualize.style.formats import count, duration, short_per_cent
from visualize.style.money import money
from visualize.style.strategy_words import strategy_summary

Facts = list[tuple[str, str]]


def configuration_facts(config: ExperimentConfig) -> Facts:
    """What tells this search from others, the usual left out."""
    return [
        *_search(config),
        *_training(config),
        *decision_facts(config),
        ("At once", count(config.budget.in_flight)),
        *_budget(config),
    ]


def _budget(config: ExperimentConfig) -> Facts:
    hours = config.budget.device_hours
    if hours is None:
        return []
    told = money(3600 * hours)
    return [("Budget", f"{hours:,.10g} device hours{f', {told}' if told else ''}")]


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
    if space.reduction_cell:
        facts.append(("Cells", "a normal and a reduction cell"))
    if space.max_parameters:
        facts.append(("Parameter limit", count(space.max_parameters)))
    facts.append(("Strategy", strategy_summary(strategy)))
    if strategy.kind != "random":
        facts.append(("Initial networks", count(strategy.initial_population)))
    facts.append(("Networks", count(config.budget.individuals)))
    facts.append(("Equal networks", "share fitness" if strategy.share_fitness else "are trained again"))
    return [*facts, ("Seed", str(config.seed))]


def learning_rate_words(protocol: Protocol) -> str:
    """The learning rate and how it falls."""
    rate = f"{protocol.learning_rate:g}"
    if protocol.schedule == "cosine":
        return f"{rate}, cosine to nearly 0"
    drops = ", ".join(map(count, protocol.learning_rate_drops))
    return f"{rate}, × {protocol.drop_factor:g} at {drops}" if drops else rate


def _dataset(protocol: Protocol) -> Facts:
    """What is in it, as far as that is known without reading it; a folder's report says more."""
    row = DATASETS.get(protocol.dataset)
    seed = f"split seed {protocol.splits_by}"
    if row is None:
        held = f"{protocol.content}; {seed}" if protocol.content else "not looked at yet"
        return [("It holds", held)]
    beside = f"{count(row.test_images)} test images beside them"
    held = f"{count(row.train_images)} images of {row.classes} classes, {beside}"
    return [("It holds", f"{held}; {seed}"), ("Licence", f"{row.licence} ({row.origin})")]


def dataset_facts(report: Mapping[str, Any] | None) -> Facts:
    """A folder of images as a worker found it; nothing for other data sets."""
    if not report:
        return []
    try:
        sentences = report_sentences(report)
        facts = [("Found", sentences[0]), ("Layout", f"{report['layout']}.")]
        facts += [("Note", sentence) for sentence in sentences[1:]]
        return [*facts, ("Licence", str(report["licence"])), ("Pixels", str(report["reading"]))]
    except (KeyError, TypeError, ValueError):  # of an imported file
        return []


def _fitness_from(protocol: Protocol) -> Facts:
    """Where fitness comes from; nothing for trainings from random weights."""
    if protocol.evaluator.kind == "table":
        return [("Fitness from", f"benchmark table {protocol.evaluator.table}")]
    if protocol.evaluator.kind == "surrogate":
        return [("Fitness from", f"surrogate of sample {protocol.evaluator.sample}: predicted, not trained")]
    how = OTHER_MEASURES.get(protocol.evaluator.kind)
    return [("Fitness from", f"networks {how}")] if how else []


def _training(config: ExperimentConfig) -> Facts:
    protocol = config.protocol
    images = "all" if protocol.train_images is None else count(protocol.train_images)
    cells = "1 cell" if protocol.cells == 1 else f"{protocol.cells} cells"
    facts = [
        *_fitness_from(protocol),
        ("Data set", protocol.dataset),
        *_dataset(protocol),
        ("Images", f"{images} to train, {count(protocol.validation_images)} to validate"),
        ("Host", f"{protocol.host}, {protocol.channels} channels, {cells} a group"),
        ("Training", f"{count(protocol.steps)} steps of {count(protocol.batch_size)}"),
        ("Learning rate", learning_rate_words(protocol)),
    ]
    recipe = protocol.model_dump(mode="json")
    if said := augmentation_words(recipe):
        facts.append(("Augmentation", said))
    facts += recipe_facts(recipe)
    if protocol.repeats > 1:
        facts.append(("Repeats", count(protocol.repeats)))
    return facts


def outcome_facts(experiment: Experiment, reasons: Sequence[tuple[str, int]]) -> Facts:
    """What a search that is over took; `reasons` are codes of failures with their numbers."""
    facts: Facts = []
    if (seconds := experiment.seconds) is not None:
        facts.append(("Took", duration(seconds)))
    facts.append(("Training", f"{duration(experiment.train_seconds)} over all workers"))
    if cost := money(experiment.train_seconds):
        facts.append(("Cost", cost))
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
