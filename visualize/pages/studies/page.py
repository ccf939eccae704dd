"""Context of one study's page: scores of each configuration, the chance of each difference, its cells."""

import json
from dataclasses import dataclass
from typing import Any

from search.evolution.evaluation import INSTANT_TRAINER
from search.evolution.finals.published_networks import PUBLISHED_NETWORKS
from search.evolution.statistics.significance import LEVEL
from search.evolution.studies.records import StudySettings
from search.evolution.studies.results import Difference
from search.evolution.studies.rows import STUDY_KINDS, results_layout
from search.models import Study, StudyState
from search.selectors.studies import is_budget_spent, study_results
from visualize.pages.studies.accuracy_scatter import published_scatters, scatters
from visualize.pages.studies.arm_rows import arm_rows
from visualize.pages.studies.figures import figure_of
from visualize.pages.studies.paper_results import paper_context
from visualize.pages.studies.quality_results import quality_context
from visualize.pages.studies.space_results import spaces_context
from visualize.style.formats import points

Context = dict[str, Any]


@dataclass(frozen=True)
class ChanceCell:
    """One difference: row less column."""

    chance: str
    """p-value."""
    points: str
    beyond: bool


def study_context(study: Study) -> Context:
    results = study_results(study)
    rows = arm_rows(results.arms)
    differences = results.differences() if results.arms else []
    known = [one for line in differences for one in line if one and one.chance is not None]
    kind, layout = STUDY_KINDS.get(study.kind), results_layout(study.kind)
    made_up = INSTANT_TRAINER in results.other_trainers
    own: Context = {}
    if layout == "paper-table-1":
        own = paper_context(results, rows)
    elif layout == "spaces":
        own = spaces_context(results, rows)
    elif layout == "quality":
        own = quality_context(results)
    elif layout == "one-network":
        own = {"scatters": scatters(rows, by_test=results.judged_by_test)}
        if study.kind == "scaling":
            own |= {"published": PUBLISHED_NETWORKS, "published_scatters": published_scatters()}
    elif any(cell.networks > 1 for cell in results.cells):
        lines = [(row.number, row.arm.title, row.arm) for row in rows]
        own = {"figure": figure_of(lines, "evaluations")}
    return own | {
        "study": study,
        "kind": kind,
        "results": results,
        "rows": rows,
        "differences": [
            (row, [_chance_cell(one) for one in line]) for row, line in zip(rows, differences, strict=True)
        ]
        if known
        else [],
        "pairs": len(known) // 2,
        "by_chance": LEVEL * len(known) / 2,
        "beyond_noise": sum(one.beyond_noise for one in known) // 2,
        "facts": settings_facts(study),
        "again": _address_of_settings(study),
        "is_spent": study.state == StudyState.PAUSED and is_budget_spent(study),
        "is_open": study.state == StudyState.RUNNING,
        "troubled": [cell for cell in results.cells if cell.experiment and cell.experiment.state == "failed"],
        "compared": ",".join(str(cell.experiment.pk) for cell in results.cells if cell.experiment),
        "measured": "made up" if made_up and not results.judged_by_test else "measured",
        "measured_fitness": "made up" if made_up else "measured",
        "made_up": made_up,
        "section": "studies",
    }


def settings_facts(study: Study) -> list[tuple[str, str]]:
    """(label, value) of every setting, for people."""
    kind = STUDY_KINDS.get(study.kind)
    fields = (kind.settings if kind else StudySettings).model_fields
    return [
        ((fields[name].title or name) if name in fields else name, _written(value))
        for name, value in study.settings.items()
    ]


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is None:
        return "none"
    if isinstance(value, dict):
        return json.dumps(value) if value else "nothing"
    return str(value)


def _address_of_settings(study: Study) -> list[tuple[str, str]]:
    """The launch form's fields that make the same study again."""
    found = [("kind", study.kind), ("title", study.title)]
    for name, value in study.settings.items():
        if value is None:
            continue
        values = (
            value if isinstance(value, list) else [json.dumps(value) if isinstance(value, dict) else value]
        )
        found += [(name, str(one)) for one in values]
    return found


def _chance_cell(difference: Difference | None) -> ChanceCell | None:
    if difference is None:
        return None
    if difference.chance is None:
        return ChanceCell("–", points(difference.value), beyond=False)
    text = "<0.001" if difference.chance < 0.001 else f"{difference.chance:.3f}"
    return ChanceCell(text, points(difference.value), difference.beyond_noise)
