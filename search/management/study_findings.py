"""Lines that `manage.py study show` prints beside each configuration's mean: what the study's kind tells."""

from collections.abc import Iterator

from search.evolution.studies.quality_results import Reached
from search.evolution.studies.rows import results_layout
from search.evolution.studies.space_results import SpacePair
from search.models import Study
from search.selectors.studies import StudyResults
from search.selectors.study_quality import quality_of
from search.selectors.study_spaces import space_findings


def findings(study: Study, results: StudyResults) -> Iterator[str]:
    """None of most kinds."""
    layout = results_layout(study.kind)
    if layout == "spaces":
        for pair in space_findings(results).pairs:
            yield f"{pair.first} less {pair.second}: {_differences(pair)}"
    elif layout == "quality":
        for row in quality_of(results):
            yield f"{row.arm.title}: {', '.join(map(_time, row.reached)) or 'nothing became better yet'}"


def _differences(pair: SpacePair) -> str:
    """At equal size, in percentage points."""
    told = [
        f"{name} {100 * found.value:+.2f} ({100 * found.low:+.2f} to {100 * found.high:+.2f}), p {found.chance:.3f}"
        for name, found in (("fitness", pair.fitness), ("test accuracy", pair.test), ("change", pair.change))
        if found is not None
    ]
    return "; ".join(told) or "too little is measured"


def _time(found: Reached) -> str:
    when = "not by most seeds" if found.hours is None else f"after {found.hours:.4g} device hours"
    return f"{100 * found.fitness:.2f} % {when}"
