"""What an address names, or the page that says that it is not there."""

from django.http import Http404

from search import models, selectors
from search.selectors import networks
from search.selectors.finals import final_by_id


def experiment_or_404(experiment_id: int) -> models.Experiment:
    try:
        return selectors.experiment_by_id(experiment_id)
    except models.Experiment.DoesNotExist:
        raise Http404(f"There is no experiment {experiment_id}.") from None


def individual_or_404(experiment_id: int, step: int) -> models.Individual:
    try:
        return selectors.individual(experiment_id, step)
    except models.Individual.DoesNotExist:
        raise Http404(f"Experiment {experiment_id} has no individual #{step}.") from None


def genotype_or_404(key: str) -> models.Genotype:
    try:
        return networks.genotype_by_key(key)
    except models.Genotype.DoesNotExist:
        raise Http404(f"No genotype with the key {key} was ever proposed here.") from None


def final_or_404(final_id: int) -> models.FinalEvaluation:
    try:
        return final_by_id(final_id)
    except models.FinalEvaluation.DoesNotExist:
        raise Http404(f"There is no final evaluation {final_id}.") from None
