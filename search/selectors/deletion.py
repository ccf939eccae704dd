"""Preview of a deletion: the rows that would be removed."""

from dataclasses import dataclass

from search.models import Evaluation, Experiment, Individual


@dataclass(frozen=True)
class Consequence:
    individuals: int
    notes: int
    """Individuals with notes or tags that people wrote."""
    fitness_kept: int
    """Finished evaluations: they stay, and other experiments use them."""


def consequence_of_deletion(experiment: Experiment) -> Consequence:
    rows = Individual.objects.filter(experiment=experiment)
    return Consequence(
        individuals=experiment.proposed,
        notes=rows.exclude(notes="", tags=[]).count(),
        fitness_kept=Evaluation.objects.filter(
            pk__in=rows.values("evaluation"), state=Evaluation.State.DONE
        ).count(),
    )
