"""Baselines beside a search: each reference cell with what it reached in the search and on the test set."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.reference_cells import BASELINES, REFERENCES, baseline_genotype
from search.evolution.genotypes.slot_diff import same_shape
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, FinalEvaluation, FinalRun, Individual
from search.selectors.finals import finals

RANDOM_SOURCE = "the first draw of this space that builds a network, with the search's seed"


@dataclass(frozen=True)
class Baseline:
    """One reference cell."""

    name: str
    title: str
    source: str
    genotype: Genotype
    fits: bool
    """Whether it is a genotype of the search's space, so that it can be trained among its individuals."""
    individual: Individual | None
    """The fittest of the search that has this network."""
    finals: list[FinalEvaluation]
    """On the search's data set, the latest first, as `selectors.finals` annotates them."""


def baselines_of(experiment: Experiment) -> list[Baseline]:
    """In the table's order."""
    config = experiment.configuration
    genotypes = {name: baseline_genotype(name, config.search_space, config.seed) for name in BASELINES}
    keys = {name: build_phenotype(genotype).key for name, genotype in genotypes.items()}
    scored = list(finals().filter(phenotype_key__in=keys.values()))
    carriers: dict[str, Individual] = {}
    wanted = Individual.objects.filter(experiment=experiment, genotype__phenotype_key__in=keys.values())
    for row in wanted.select_related("genotype").order_by("-fitness", "step"):
        carriers.setdefault(row.genotype.phenotype_key, row)
    return [
        Baseline(
            name,
            BASELINES[name],
            REFERENCES[name].source if name in REFERENCES else RANDOM_SOURCE,
            genotype,
            same_shape(genotype.space, config.search_space),
            carriers.get(keys[name]),
            [
                row
                for row in scored
                if row.phenotype_key == keys[name] and row.protocol["dataset"] == config.protocol.dataset
            ],
        )
        for name, genotype in genotypes.items()
    ]


@dataclass(frozen=True)
class FinalScores:
    """A final evaluation with the test scores of its finished runs, fractions 0..1."""

    final: FinalEvaluation
    accuracies: tuple[float, ...]
    """In the order of the runs."""
    top5: float | None
    """Mean over the runs."""

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.accuracies) if self.accuracies else None

    @property
    def deviation(self) -> float | None:
        """Of the sample; None below two runs."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else None


def scores_of(finals: Iterable[FinalEvaluation]) -> dict[int, FinalScores]:
    """Number of the final evaluation -> its scores, in one query."""
    wanted = {row.pk: row for row in finals}
    found: dict[int, list[tuple[float, float]]] = {number: [] for number in wanted}
    runs = FinalRun.objects.filter(final__in=wanted).order_by("run")
    for number, accuracy, top5 in runs.values_list("final", "accuracy", "top5"):
        found[number].append((accuracy, top5))
    return {
        number: FinalScores(
            wanted[number],
            tuple(accuracy for accuracy, _ in rows),
            statistics.fmean(top5 for _, top5 in rows) if rows else None,
        )
        for number, rows in found.items()
    }
