"""Results of study `space`: spaces at equal size as tables, and fitness against test accuracy as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.finals.presets import final_from_preset
from search.evolution.statistics.paired import PairedDifference
from search.evolution.statistics.significance import Measured
from search.evolution.statistics.variances import SpreadComparison
from search.evolution.studies.results import Difference
from search.evolution.studies.rows import study_settings
from search.evolution.studies.space_comparison import SpaceSettings
from search.evolution.studies.space_results import SpacePair, SpaceScores
from search.selectors.studies import StudyResults
from search.selectors.study_spaces import SpaceFindings, space_findings
from visualize.charts import series
from visualize.charts.frame import Frame, Tick
from visualize.pages.studies.accuracy_scatter import Point, Scatter
from visualize.pages.studies.arm_rows import ArmRow
from visualize.style.formats import DASH, NO_BREAK, per_cent, points
from visualize.style.host_words import host_words

NOTHING_YET = "not measured yet"


@dataclass(frozen=True)
class SpaceRow:
    """One space."""

    number: int
    scores: SpaceScores
    row: ArmRow
    fitness: str
    test: str
    between_runs: str


@dataclass(frozen=True)
class Finding:
    """One thing that is told of two spaces, in words."""

    what: str
    figure: str
    chance: str
    verdict: str
    beyond: bool


@dataclass(frozen=True)
class PairRows:
    """All that is told of two spaces."""

    title: str
    findings: tuple[Finding, ...]


def spaces_context(results: StudyResults, rows: Sequence[ArmRow]) -> dict[str, Any]:
    """What the page of this kind shows besides."""
    found = space_findings(results)
    titles = {row.space: row.title for row in found.spaces}
    return {
        "space_rows": [
            SpaceRow(
                row.number,
                scores,
                row,
                _spread(scores.fitness),
                _spread(scores.test),
                points(scores.between_runs.mean).removeprefix("+") if scores.between_runs else DASH,
            )
            for row, scores in zip(rows, found.spaces, strict=True)
        ],
        "space_pairs": [_pair(pair, titles) for pair in found.pairs],
        "carry_over": found.carry_over,
        "large_host": _large_host(results),
        "size_difference": results.study.settings.get("size_difference"),
        "carry_over_plot": _scatter(found),
    }


def _large_host(results: StudyResults) -> str:
    """Which network is scored on the test set, in words; empty where none is."""
    cell = results.cells[0].cell
    final = cell.plan["final"]
    if final is None:
        return ""
    settings = study_settings("space", results.study.settings)
    assert isinstance(settings, SpaceSettings)
    protocol = final_from_preset(final["preset"], settings.base().protocol, final["over"])
    return host_words(protocol.model_dump(mode="json"))


def _pair(pair: SpacePair, titles: dict[str, str]) -> PairRows:
    first, second = titles[pair.first], titles[pair.second]
    leads = (f"{first} better", f"{second} better")
    favours = (f"the large host favours {first.lower()}", f"the large host favours {second.lower()}")
    varies = (f"{first} varies more", f"{second} varies more")
    return PairRows(
        f"{first} less {second.lower()}",
        (
            _paired("Fitness in the search's host", pair.fitness, leads),
            _paired("Test accuracy in the large host", pair.test, leads),
            _paired("Change from one host to the other", pair.change, favours),
            _spreads("Deviation of fitness between networks", pair.fitness_spread, varies),
            _spreads("Deviation of test accuracy between networks", pair.test_spread, varies),
            _runs("Deviation between runs of one network", pair.runs_spread, varies),
        ),
    )


def _paired(what: str, found: PairedDifference | None, words: tuple[str, str]) -> Finding:
    if found is None:
        return Finding(what, NOTHING_YET, DASH, "", beyond=False)
    figure = f"{points(found.value)} ({points(found.low)} to {points(found.high)}), {found.pairs} pairs"
    return Finding(what, figure, _chance(found.chance), *_verdict(found.value, found.beyond_noise, words))


def _spreads(what: str, found: SpreadComparison | None, words: tuple[str, str]) -> Finding:
    if found is None:
        return Finding(what, NOTHING_YET, DASH, "", beyond=False)
    figure = f"{_points(found.first)} against {_points(found.second)}"
    verdict = _verdict(found.first - found.second, found.beyond_noise, words)
    return Finding(what, figure, _chance(found.chance), *verdict)


def _runs(what: str, found: Difference | None, words: tuple[str, str]) -> Finding:
    if found is None or found.chance is None:
        return Finding(what, NOTHING_YET, DASH, "", beyond=False)
    figure = f"{points(found.value)} on average"
    return Finding(what, figure, _chance(found.chance), *_verdict(found.value, found.beyond_noise, words))


def _verdict(value: float, beyond: bool, words: tuple[str, str]) -> tuple[str, bool]:
    return (words[0] if value > 0 else words[1]) if beyond else "within noise", beyond


def _chance(chance: float) -> str:
    return "<0.001" if chance < 0.001 else f"{chance:.3f}"


def _points(spread: float) -> str:
    return points(spread).removeprefix("+")


def _spread(found: Measured | None) -> str:
    if found is None:
        return DASH
    spread = "" if found.spread is None else f" ±{NO_BREAK}{per_cent(found.spread)}"
    return f"{per_cent(found.mean)}{spread}"


def _scatter(found: SpaceFindings) -> Scatter | None:
    """Across fitness, up test accuracy: the nearer the points to a rising line, the better the search's host ranks."""
    scored = [(number, row, one) for number, row in enumerate(found.spaces, start=1) for one in row.networks]
    places = [(number, row, one, one.test) for number, row, one in scored if one.test is not None]
    if len(places) < 2:
        return None
    x_low, x_high = _range([one.fitness for _, _, one, _ in places])
    y_low, y_high = _range([test for *_, test in places])
    frame = Frame(560, 320, 56, 24, 12, 26, x_high - x_low, y_low, y_high)
    return Scatter(
        title="Test accuracy in the large host against fitness",
        frame=frame,
        points=tuple(
            Point(
                number,
                f"{row.title}, size {one.number}: fitness {per_cent(one.fitness)}, test {per_cent(test)}",
                round(frame.x(one.fitness - x_low), 1),
                round(frame.y(test), 1),
                "",
                tone=number,
            )
            for number, row, one, test in places
        ),
        x_ticks=tuple(
            Tick(round(frame.x(at - x_low), 1), per_cent(at, 1)) for at in series.ticks(x_low, x_high, 5)
        ),
        y_ticks=tuple(Tick(round(frame.y(at), 1), per_cent(at, 1)) for at in series.ticks(y_low, y_high, 5)),
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max(0.005, 0.08 * (high - low))
    return max(0.0, low - room), min(1.0, high + room)
