"""Drafts that a step takes from a learned strategy, and when it asks for more. Call under the experiment's lock."""

import json
from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from search.database import statements
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.genotypes.genotype import Genotype
from search.evolution.strategies import STRATEGIES, Accept
from search.models import Experiment, StrategyState

WAIT: Final = "wait"


@dataclass(frozen=True)
class Drawn:
    """A draft that a step has taken; it is gone from the table."""

    genotype: Genotype
    why: str
    version: int


def next_draft(
    experiment: Experiment, config: ExperimentConfig, number: int, accept: Accept
) -> "Drawn | Literal['wait'] | None":
    """The draft for step `number`; `wait` while the model is about to make some; None: the strategy draws itself,
    because it is not a learned one, is still at its initial networks, or has waited too long."""
    if STRATEGIES[config.strategy.kind].runs == "step":
        return None
    last_initial = config.strategy.initial_population - 1
    if number < last_initial:
        return None
    drawn = take_draft(experiment) if number > last_initial else None
    while drawn is not None and not accept(drawn.genotype):
        drawn = take_draft(experiment)
    # The last ones of a stock are still in training while the model learns from what was before them.
    if drafts_left(experiment) < config.budget.in_flight:
        want_drafts(experiment)
    if drawn is None and number > last_initial and is_worth_waiting(experiment):
        return WAIT
    return drawn


def take_draft(experiment: Experiment) -> Drawn | None:
    """The oldest one, whoever else looks: the experiment's lock makes it ours."""
    taken = statements.ask(_TAKE, [experiment.pk])
    if not taken:
        return None
    [(document, why, version)] = taken
    if isinstance(document, str):  # as SQLite stores it, and PostgreSQL's driver hands it to Django
        document = json.loads(document)
    return Drawn(Genotype.from_json(document), why, version)


_TAKE = """
DELETE FROM search_draft WHERE id = (SELECT MIN(id) FROM search_draft WHERE experiment_id = %s)
RETURNING genotype, why, version
"""


def want_drafts(experiment: Experiment) -> None:
    """Ask for a new version of the model, learned from all that is complete now. Once asked for, it stays asked for
    until somebody has learned, and what is learned from does not depend on when that is."""
    StrategyState.objects.get_or_create(experiment=experiment)
    statements.change(_WANT.format(now=statements.now()), [experiment.population, experiment.pk])


_WANT = """
UPDATE search_strategystate SET wanted_until = %s, wanted_at = {now}, sent_at = NULL, attempts = 0
WHERE experiment_id = %s AND wanted_until IS NULL
"""


def ask_again(experiment: Experiment) -> None:
    """A search goes on whose model was asked for drafts before its pause: the steps' patience begins anew, and a
    message that came meanwhile was refused."""
    wanted = StrategyState.objects.filter(experiment=experiment, wanted_until__isnull=False)
    wanted.update(wanted_at=Now(), sent_at=None)


def drafts_left(experiment: Experiment) -> int:
    [(count,)] = statements.ask("SELECT COUNT(*) FROM search_draft WHERE experiment_id = %s", [experiment.pk])
    return int(count)


def is_worth_waiting(experiment: Experiment) -> bool:
    """Whether drafts were asked for so lately that a step waits for them instead of drawing at random."""
    seconds = f"{settings.LEARNING_PATIENCE_SECONDS:f}"
    since = (
        f"wanted_at > {statements.now()} - interval '{seconds} seconds'"
        if connection.vendor == "postgresql"
        else f"wanted_at > STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', '-{seconds} seconds')"
    )
    sql = f"SELECT 1 FROM search_strategystate WHERE experiment_id = %s AND wanted_until IS NOT NULL AND {since}"
    return bool(statements.ask(sql, [experiment.pk]))
