"""Reads of studies: lists, one with its cells, and what was measured of each configuration."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from django.db.models import Count, Q, QuerySet, Sum

from search.evolution.studies.results import ArmScores, Difference, differences
from search.models import Experiment, FinalEvaluation, ScoreAlong, Study, StudyCell, WorkState
from search.selectors.other_trainers import other_trainers
from search.selectors.run_scores import RunScores, run_scores

SETTLED = (WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED)
"""States of a test score for which nothing more is done by itself."""


def studies() -> QuerySet[Study]:
    """The latest first, each with `all_cells` and `complete_cells`."""
    return (
        Study.objects.select_related("owner")
        .order_by("-pk")
        .annotate(all_cells=Count("cells"), complete_cells=Count("cells", filter=Q(cells__complete=True)))
    )


def study_by_id(study_id: int) -> Study:
    """Raises Study.DoesNotExist."""
    return studies().get(pk=study_id)


@dataclass(frozen=True)
class CellResult:
    """One cell with what has come of it."""

    cell: StudyCell
    experiment: Experiment | None
    final: FinalEvaluation | None
    accuracies: tuple[float, ...]
    """Test accuracy of each run once all are done, fractions 0..1."""
    top5: float | None = None
    """Mean over these runs."""
    along: tuple[FinalEvaluation, ...] = ()
    """Of its first network, and of those that were the best at moments of its search, where they are asked for."""

    @property
    def fitness(self) -> float | None:
        """Of the best network so far."""
        best = self.experiment.best if self.experiment else None
        return best.fitness if best else None

    @property
    def parameters(self) -> int | None:
        best = self.experiment.best if self.experiment else None
        return best.parameters if best else None

    @property
    def networks(self) -> int:
        """Planned individuals of its search."""
        return self.cell.search.budget.individuals

    @property
    def planned_seconds(self) -> float | None:
        """Of devices, that end its search; None: its networks do."""
        hours = self.cell.search.budget.device_hours
        return None if hours is None else 3600 * hours

    @property
    def fraction(self) -> float:
        """Of its search, 0..1."""
        if self.cell.complete:
            return 1.0
        search, seconds = self.experiment, self.planned_seconds
        if search is None:
            return 0.0
        spent = search.train_seconds / seconds if seconds else 0.0
        return min(1.0, max(spent, search.evaluated / search.individuals_planned))

    @property
    def device_seconds(self) -> float:
        searched = self.experiment.train_seconds if self.experiment else 0.0
        return float(searched + sum(row.train_seconds for row in self.finals))

    @property
    def finals(self) -> list[FinalEvaluation]:
        """Each once."""
        rows = [*([self.final] if self.final else []), *self.along]
        return list({row.pk: row for row in rows}.values())


@dataclass(frozen=True)
class ArmResult:
    """One configuration with all of its seeds."""

    arm: str
    title: str
    cells: tuple[CellResult, ...]

    @property
    def top5(self) -> float | None:
        """Mean over seeds that have a test score."""
        found = [row.top5 for row in self.cells if row.top5 is not None]
        return fmean(found) if found else None

    @cached_property
    def scores(self) -> ArmScores:
        """Only finished searches count: a best so far is no result."""
        over = [row for row in self.cells if row.experiment and row.experiment.finished_at]
        return ArmScores(
            self.arm,
            tuple(row.fitness for row in over if row.fitness is not None),
            tuple(row.accuracies for row in self.cells if row.accuracies),
        )


@dataclass(frozen=True)
class StudyResults:
    """A study with all that was measured."""

    study: Study
    arms: tuple[ArmResult, ...]
    test_images: int
    """0 while no test score is there."""

    @property
    def cells(self) -> list[CellResult]:
        return [cell for arm in self.arms for cell in arm.cells]

    @property
    def fraction(self) -> float:
        """Of all networks."""
        cells = self.cells
        planned = sum(row.networks for row in cells)
        return sum(row.fraction * row.networks for row in cells) / planned if planned else 0.0

    @property
    def device_seconds(self) -> float:
        """A final evaluation of several cells counts once."""
        finals = {final.pk: final.train_seconds for row in self.cells for final in row.finals}
        searched = sum(row.experiment.train_seconds for row in self.cells if row.experiment)
        return float(searched + sum(finals.values()))

    @cached_property
    def other_trainers(self) -> tuple[str, ...]:
        """Trainers other than the project's own that gave fitness."""
        return other_trainers(cell.experiment.pk for cell in self.cells if cell.experiment)

    @property
    def judged_by_test(self) -> bool:
        return any(arm.scores.runs for arm in self.arms)

    def differences(self) -> list[list[Difference | None]]:
        """Of all pairs of arms."""
        scores = [arm.scores for arm in self.arms]
        if self.judged_by_test:
            return differences([row.test for row in scores], images=self.test_images)
        images = self.cells[0].cell.search.protocol.validation_images
        return differences([row.search for row in scores], images=images)


def study_results(study: Study) -> StudyResults:
    """With six queries, however many cells there are."""
    cells = list(study.cells.select_related("experiment__best__genotype", "final").defer("final__log"))
    along: dict[int, list[FinalEvaluation]] = defaultdict(list)
    for score in ScoreAlong.objects.filter(cell__study=study).select_related("final").defer("final__log"):
        along[score.cell_id].append(score.final)
    scores = run_scores(
        {cell.final.pk for cell in cells if cell.final and cell.final.state == WorkState.DONE}
    )
    arms: dict[str, list[CellResult]] = {}
    for cell in cells:
        found = scores.get(cell.final_id or 0, RunScores())
        row = CellResult(
            cell,
            cell.experiment,
            cell.final,
            found.accuracies,
            found.top5,
            tuple(along[cell.pk]),
        )
        arms.setdefault(cell.arm, []).append(row)
    images = max((cell.final.test_images or 0 for cell in cells if cell.final), default=0)
    return StudyResults(
        study,
        tuple(ArmResult(arm, rows[0].cell.title, tuple(rows)) for arm, rows in arms.items()),
        images,
    )


def spent_seconds(study: Study) -> float:
    """Device time of all its searches and test scores; a final evaluation of several cells counts once."""
    searches = Experiment.objects.filter(study_cells__study=study).distinct()
    sums = [rows.aggregate(sum=Sum("train_seconds"))["sum"] or 0.0 for rows in (searches, finals_of(study))]
    return float(sum(sums))


def finals_of(study: Study) -> QuerySet[FinalEvaluation]:
    """Those of its cells' best networks and of networks along their searches, each once."""
    wanted = Q(study_cells__study=study) | Q(along_cells__cell__study=study)
    return FinalEvaluation.objects.filter(wanted).order_by("pk").distinct()


def is_budget_spent(study: Study) -> bool:
    hours = study.settings.get("device_hours")
    return hours is not None and spent_seconds(study) >= 3600 * hours
