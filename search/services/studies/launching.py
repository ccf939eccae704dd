"""Launch of a study: its cells as rows. Nothing is started here; `advancing` does that."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from search.evolution.studies.records import StudyCell as PlannedCell
from search.evolution.studies.rows import study_cells, study_kind, study_settings
from search.evolution.text_input import is_visible
from search.models import Study, StudyCell
from search.services import errors

ANOTHERS_LAUNCH = "This form was sent by somebody else; reload the page."
LONGEST_TITLE = 200


@transaction.atomic
def create_study(
    *,
    kind: str,
    settings: Mapping[str, Any],
    title: str = "",
    launch: UUID | None = None,
    owner_id: int | None = None,
) -> Study:
    """A running study with all its cells. The same launch of the same owner again gives the same study.

    Raises KeyError for an unknown kind, ConfigError for what is not right in the settings, Conflict for a launch that
    somebody else made.
    """
    row = study_kind(kind)
    valid = study_settings(kind, settings)
    cells = study_cells(kind, valid)
    values = {
        "kind": kind,
        "title": title.strip()[:LONGEST_TITLE] if is_visible(title) else row.title,
        "settings": valid.model_dump(mode="json"),
        "owner_id": owner_id,
    }
    study, created = Study.objects.get_or_create(launch=launch or uuid4(), defaults=values)
    if study.owner_id != owner_id:  # else a form's token would tell somebody else's study
        raise errors.Conflict(ANOTHERS_LAUNCH)
    if created:
        StudyCell.objects.bulk_create(
            StudyCell(
                study=study, number=number, arm=cell.arm, title=cell.title, seed=cell.seed, plan=_plan(cell)
            )
            for number, cell in enumerate(cells)
        )
    return study


def _plan(cell: PlannedCell) -> dict[str, Any]:
    final = {"preset": cell.final.preset, "over": dict(cell.final.over)} if cell.final else None
    return {"search": cell.search.to_json(), "final": final, "along": cell.along}
