"""What the command line prints of a surrogate, as JSON documents. Found by its path: commands load no scikit-learn.

Must import neither Django nor torch.
"""

from dataclasses import asdict
from typing import Any

from search.evolution.networks.cost import network_cost
from search.learning.tabular.report import surrogate_report
from search.learning.tabular.surrogate import Surrogate, load_surrogate
from search.tables.table import Split


def facts_document(name: str) -> dict[str, Any]:
    """What the surrogate is. Raises OutOfDomain, UnreadableTable."""
    return asdict(load_surrogate(name).facts)


def report_document(name: str) -> dict[str, Any]:
    """What is known of it (`surrogate_report`)."""
    return surrogate_report(load_surrogate(name))


def network_document(name: str, text: str) -> dict[str, Any]:
    """All that the surrogate says of the network that a genotype builds. Raises OutOfDomain, GenotypeError."""
    surrogate = load_surrogate(name)
    phenotype = surrogate.phenotype(text)
    cost = network_cost(phenotype, surrogate.host)
    last = surrogate.budgets[-1]
    level = surrogate.accuracy_of(phenotype, last, seed="mean")

    def means(split: Split) -> dict[str, float]:
        return {
            str(budget): round(surrogate.accuracy_of(phenotype, budget, split, seed="mean"), 5)
            for budget in surrogate.budgets
        }

    return {
        "network": phenotype.key,
        "surrogate": True,
        "sample": surrogate.name,
        "held_out": asdict(surrogate.facts.held_out),
        "parameters": cost.parameters,
        "multiply_adds": cost.multiply_adds,
        "depth": cost.depth,
        "train_accuracy": means("train"),
        "validation_accuracy": means("validation"),
        "test_accuracy": means("test"),
        "noise": round(_noise(surrogate, level), 5),
        "seconds": {
            str(budget): round(surrogate.seconds_of(phenotype, budget), 4) for budget in surrogate.budgets
        },
        "regret": round(surrogate.regret(text), 5),
    }


def _noise(surrogate: Surrogate, level: float) -> float:
    """Standard deviation of one training's validation accuracy after the last step."""
    return float(surrogate.noise.deviations_at(level)[surrogate.column(surrogate.budgets[-1], "validation")])
