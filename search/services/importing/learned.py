"""Import of a learned strategy's model and drafts."""

import base64
import json
from typing import Annotated, Any

from django.db.models.functions import Now
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.fault_words import fault_message, fault_path
from search.evolution.genotypes.genotype import Genotype, GenotypeError
from search.models import Draft, Experiment, StrategyState
from search.selectors.archive import DRAFT, LEARNED
from search.services.importing.columns import values_of
from search.services.importing.reading import BadFile, FileLine

MOST_DRAFTS = 20_000
NO_REPORT = 'learned.report must be null or {{"facts": [[label, text]], "tables": [{{title, columns, rows}}]}}; {wrong}'


def learned_columns(line: FileLine) -> dict[str, Any]:
    """Raises BadFile."""
    values = values_of(LEARNED, line.content, line)
    try:
        base64.b64decode(values["content"], validate=True)
    except ValueError:
        raise BadFile("learned.content must be text in base64", line=line.number) from None
    if not (isinstance(values["history"], list) and all(map(_is_version, values["history"]))):
        raise BadFile("learned.history must be a list of objects of numbers", line=line.number)
    if wrong := _wrong_report(values["report"]):
        raise BadFile(NO_REPORT.format(wrong=wrong), line=line.number)
    return values


def _is_version(row: Any) -> bool:
    return isinstance(row, dict) and all(type(value) in (int, float) for value in row.values())


Cell = str | int | float
STRICT = ConfigDict(strict=True, extra="forbid")


class _Table(BaseModel):
    """A table of a report, as `search.evolution.strategies.report` writes it."""

    model_config = STRICT
    title: str
    columns: list[Cell]
    rows: list[list[Cell]]
    shares: list[str] = []

    @model_validator(mode="after")
    def has_a_cell_for_each_column(self) -> "_Table":
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.title!r:.80} has not as many cells as there are columns")
        return self


class _Report(BaseModel):
    """What the page of a learned strategy shows."""

    model_config = STRICT
    facts: list[Annotated[list[Cell], Field(min_length=2, max_length=2)]]
    tables: list[_Table]
    against: list[tuple[int, float, float]] = []


def _wrong_report(report: Any) -> str:
    """What is wrong with it for the page that shows it; empty when nothing is."""
    if report is None:
        return ""
    try:
        # As JSON, where a tuple is a list: that it was parsed already makes no difference to what is strict.
        _Report.model_validate_json(json.dumps(report))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{fault_path(first)}: {fault_message(first)}"
    return ""


def draft_columns(line: FileLine, config: ExperimentConfig, number: int) -> dict[str, Any]:
    """Raises BadFile."""
    values = values_of(DRAFT, line.content, line)
    if number >= MOST_DRAFTS:
        raise BadFile(f"the file has more than {MOST_DRAFTS:,} drafts", line=line.number)
    try:
        genotype = Genotype.from_json(values["genotype"])
    except GenotypeError as error:
        raise BadFile(f"draft.genotype: {error}", line=line.number) from None
    if genotype.space != config.space:
        raise BadFile("draft.genotype is of another space than the experiment", line=line.number)
    return values


def store_learned(
    experiment: Experiment, learned: dict[str, Any] | None, drafts: list[dict[str, Any]]
) -> None:
    """What was asked for in the file is asked for from now on: a step waits for it as long as for any."""
    if learned is not None:
        state = StrategyState.objects.create(experiment=experiment, **learned)
        StrategyState.objects.filter(pk=state.pk, wanted_until__isnull=False).update(wanted_at=Now())
    Draft.objects.bulk_create([Draft(experiment=experiment, **columns) for columns in drafts])
