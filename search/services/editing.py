"""What may be changed about an experiment that exists, and its removal. Each function is one transaction."""

from collections.abc import Sequence

from django.db import transaction

from search.models import Experiment, ExperimentState, Individual
from search.services import errors
from search.services.locking import lock_experiment
from search.services.settling import finish_if_complete

BUDGET_TOO_SMALL = (
    "Experiment {key} has proposed {proposed} individuals already; its budget cannot be {wanted}."
)
OVER = "Experiment {key} is {state}; the budget of a search that is over stays as it is."
STOP_FIRST = "Experiment {key} is {state}; stop it before it is deleted."

State = ExperimentState
GOING_ON = (State.DRAFT, State.RUNNING, State.PAUSED)
DELETABLE = (State.DRAFT, State.FINISHED, State.STOPPED)
BATCH = 1000


@transaction.atomic
def update_experiment(
    *,
    experiment_id: int,
    name: str | None = None,
    notes: str | None = None,
    tags: Sequence[str] | None = None,
    archived: bool | None = None,
    individuals: int | None = None,
    in_flight: int | None = None,
) -> Experiment:
    """Change what is given; None leaves a field as it is. Raises Conflict for a budget that no longer fits."""
    experiment = lock_experiment(experiment_id)
    for field, value in (("name", name and name.strip()), ("notes", notes), ("archived", archived)):
        if value is not None:
            setattr(experiment, field, value)
    if tags is not None:
        experiment.tags = list(tags)
    if individuals is not None or in_flight is not None:
        _change_budget(experiment, individuals, in_flight)
    experiment.save()
    return experiment


def _change_budget(experiment: Experiment, individuals: int | None, in_flight: int | None) -> None:
    if experiment.state not in GOING_ON:
        raise errors.Conflict(OVER.format(key=experiment.pk, state=experiment.state))
    budget = dict(experiment.config["budget"])
    if individuals is not None:
        if individuals < experiment.proposed:
            raise errors.Conflict(
                BUDGET_TOO_SMALL.format(key=experiment.pk, proposed=experiment.proposed, wanted=individuals)
            )
        added = experiment.individuals_planned - budget["individuals"]  # by people, beyond the search's own
        experiment.individuals_planned = individuals
        budget["individuals"] = max(1, individuals - added)
    if in_flight is not None:
        budget["in_flight"] = in_flight
    experiment.config = {**experiment.config, "budget": budget}
    finish_if_complete(experiment)


@transaction.atomic
def delete_experiment(*, experiment_id: int) -> None:
    """Remove an experiment and its individuals. Genotypes, evaluations and fitness stay: others share them.
    Raises Conflict while it may still do something."""
    experiment = lock_experiment(experiment_id)
    if experiment.state not in DELETABLE:
        raise errors.Conflict(STOP_FIRST.format(key=experiment_id, state=experiment.state))
    Experiment.objects.filter(pk=experiment_id).update(best=None)
    rows = Individual.objects.filter(experiment=experiment_id)
    rows.update(parent=None)  # else each batch would look for the children of its rows and load them
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        Individual.objects.filter(pk__in=ids).delete()
    experiment.delete()
