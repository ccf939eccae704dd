"""Baselines beside a search: each reference cell with what it reached in the search and on the test set."""

from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.reference_cells import BASELINES, REFERENCES, baseline_genotype
from search.evolution.genotypes.slot_diff import same_shape
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, FinalEvaluation, Individual
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
