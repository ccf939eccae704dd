"""Results of `paper-table-1`: Table 1 beside the published figures, and Figure 3 from what was run here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.evaluation import INSTANT_TRAINER
from search.evolution.finals.presets import FINAL_PRESETS
from search.evolution.studies.paper_table import (
    PUBLISHED_TABLE_1,
    PUBLISHED_TABLE_2,
    PUBLISHED_TABLE_3,
    PaperTableSettings,
    PublishedRow,
    search_title,
)
from search.evolution.studies.records import SPACE_TITLES
from search.models import Experiment
from search.selectors.studies import SETTLED, StudyResults
from visualize.charts.gain_chart import GainChart, gain_of
from visualize.pages.studies.arm_rows import ArmRow
from visualize.pages.studies.figures import Figure, figure_of
from visualize.style.formats import count, per_cent

EVOLUTION = "evolution"


@dataclass(frozen=True)
class TableRow:
    """One cell of the factorial, over its seeds."""

    space: str
    """Its title where the row is the first of its space, else empty."""
    search: str
    row: ArmRow
    published: PublishedRow | None
    """None: one of the four cells that the paper leaves empty."""

    @property
    def error_points(self) -> str:
        """As the paper's Table 2 writes it."""
        found = self.row.test
        if found is None:
            return ""
        spread = "" if found.spread is None else f" ± {100 * found.spread:.2f}"
        return f"{100 * (1 - found.mean):.2f}{spread}"

    @property
    def top5_points(self) -> str:
        """Error of the five likeliest classes, as the paper's Table 3 writes it."""
        found = self.row.arm.top5
        return "" if found is None else f"{100 * (1 - found):.2f}"

    @property
    def error(self) -> float | None:
        """On the test set, as the paper gives it."""
        return 1 - self.row.test.mean if self.row.test else None


@dataclass(frozen=True)
class GainRow:
    """Figure 4 of one evolution."""

    title: str
    search: Experiment
    gain: GainChart | None
    """None: its first network and one that was the best after it are not both scored."""
    asked: int
    """Test scores that the study has asked for along it."""
    over: int
    """Of these, that have ended."""


def paper_context(results: StudyResults, rows: Sequence[ArmRow]) -> dict[str, Any]:
    """What the page of this kind shows besides."""
    settings = PaperTableSettings.model_validate(results.study.settings)
    table_1 = _table_1(settings, rows)
    return {
        "table_1": table_1,
        "figure_3": _figure_3(results, settings),
        "figure_4": _figure_4(results),
        "initial": settings.few,
        "provenance": _provenance(results, settings),
        "own_rows": [row for row in table_1 if row.error is not None and row.row.arm.arm.endswith(EVOLUTION)],
        "dataset": results.cells[0].cell.search.protocol.dataset,
        "table_2": PUBLISHED_TABLE_2,
        "table_3": PUBLISHED_TABLE_3,
    }


def _table_1(settings: PaperTableSettings, rows: Sequence[ArmRow]) -> list[TableRow]:
    published = {row.arm: row for row in PUBLISHED_TABLE_1}
    found, before = [], ""
    for row in rows:
        space, _, search = row.arm.arm.partition("/")
        title = SPACE_TITLES[space]
        found.append(
            TableRow(
                "" if title == before else title,
                search_title(settings, search),
                row,
                published.get(row.arm.arm),
            )
        )
        before = title
    return found


def _figure_3(results: StudyResults, settings: PaperTableSettings) -> Figure | None:
    """Evolution in each space: current fitness, best so far, parameters."""
    arms = {arm.arm: arm for arm in results.arms}
    wanted = [(space, arms.get(f"{space}/{EVOLUTION}")) for space in settings.spaces]
    lines = [(SPACE_TITLES[space], arm) for space, arm in wanted if arm is not None]
    numbered = [(number, title, arm) for number, (title, arm) in enumerate(lines, start=1)]
    return figure_of(numbered, "step", initial=settings.few)


def _figure_4(results: StudyResults) -> list[GainRow]:
    """The first seed of each evolution that is over: its gain, where networks along it have a test score."""
    return [
        GainRow(arm.title, search, gain_of(search), len(along), sum(row.state in SETTLED for row in along))
        for arm in results.arms
        if arm.arm.endswith(f"/{EVOLUTION}") and (search := arm.cells[0].experiment) and search.finished_at
        for along in [arm.cells[0].along]
    ]


def _provenance(results: StudyResults, settings: PaperTableSettings) -> str:
    """What was measured here, on what, at what scale."""
    protocol = results.cells[0].cell.search.protocol
    devices = sorted({row.final.device for row in results.cells if row.final and row.final.device})
    scored = "no test score was asked for"
    if settings.final in FINAL_PRESETS:
        title = FINAL_PRESETS[settings.final].title
        scored = (
            f"their best networks were scored on the test set after training as “{title}”, "
            f"{_counted(settings.final_runs, 'run')} each"
        )
    made_up = INSTANT_TRAINER in results.other_trainers
    lead = "made here, with made-up fitness," if made_up else "measured here"
    on = f", on {', '.join(devices)}" if devices else ""
    return (
        f"{lead} on {protocol.dataset}: networks of {protocol.channels} channels, "
        f"{count(protocol.steps)} steps of {count(protocol.batch_size)} images, "
        f"{_counted(protocol.repeats, 'repeat')}; the paper's 200 and 7,000 networks scaled by "
        f"{per_cent(settings.scale, 2)} to {count(settings.few)} and {count(settings.many)}; "
        f"{_counted(settings.seeds, 'seed')} of each; {scored}{on}"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
