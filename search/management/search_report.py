"""Final report of a search, as text and as JSON."""

from typing import Any

from search.models import Experiment, Individual
from search.selectors.winner import Winner, winner


def as_document(experiment: Experiment) -> dict[str, Any]:
    best, found = experiment.best, winner(experiment)
    return {
        "experiment": experiment.pk,
        "name": experiment.name,
        "state": experiment.state,
        "found_nothing": experiment.found_nothing,
        "proposed": experiment.proposed,
        "evaluated": experiment.evaluated,
        "failed": experiment.failed,
        "shared": experiment.shared,
        "train_seconds": round(experiment.train_seconds, 3),
        "best": _best(best) if best else None,
        "summary": found.summary if found else "",
        "caution": found.caution if found else "",
        "rescored": _rescored(found),
    }


def _rescored(found: Winner | None) -> dict[str, Any] | None:
    """What the best reached when it was trained afresh; None where it was not."""
    rescored = found.rescored if found else None
    if rescored is None or rescored.estimate is None:
        return None
    return {"trainings": rescored.trainings, "mean": rescored.estimate.value, "loss": rescored.loss}


def _best(best: Individual) -> dict[str, Any]:
    return {
        "step": best.step,
        "fitness": best.fitness,
        "fitness_spread": best.fitness_spread,
        "parameters": best.parameters,
        "multiply_adds": best.multiply_adds,
        "genotype": best.genotype.text,
    }


def as_text(experiment: Experiment) -> str:
    best = experiment.best
    counts = f"experiment {experiment.pk}: {experiment.evaluated} evaluated, {experiment.failed} failed"
    if best is None or best.fitness is None:
        return f"No candidate could be evaluated ({counts})."
    found = winner(experiment)
    told = (found.summary, found.caution, experiment.reason) if found else (experiment.reason,)
    story = "\n".join(text for text in told if text)
    spread = f" ± {100 * best.fitness_spread:.2f}" if best.fitness_spread is not None else ""
    return (
        f"{best.genotype.text}\n"
        f"fitness {100 * best.fitness:.2f}{spread} %, {best.parameters:,} parameters, step {best.step} "
        f"({counts}, {experiment.shared} of them with a known network)\n{story}"
    )
