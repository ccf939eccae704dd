"""How a search's winner came about, and what its value is worth."""

import pytest

from search.models import Experiment, Individual
from search.selectors.winner import winner
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


def finished(individuals: int = 12, **protocol: int) -> Experiment:
    experiment = work_off(started(small_config(individuals=individuals, protocol=protocol)))
    experiment.refresh_from_db()
    return experiment


def test_the_summary_goes_from_the_first_ancestor_to_the_best_and_counts_the_edits() -> None:
    experiment = finished()
    parent = experiment.individuals.get(step=0)
    child = experiment.individuals.filter(parent__isnull=False).first()
    assert child is not None
    Individual.objects.filter(pk=parent.pk).update(fitness=0.9412)
    Individual.objects.filter(pk=child.pk).update(fitness=0.9661, parent=parent, generation=1)
    experiment.best = experiment.individuals.get(pk=child.pk)
    found = winner(experiment)
    assert found is not None
    assert found.summary == "94.1 → 96.6 %: 1 edit made it."
    assert found.networks == experiment.individuals.values("genotype__phenotype_key").distinct().count()
    assert f"highest of {found.networks} networks trained once each" in found.caution
    assert found.caution.endswith("trained afresh it will likely score lower.")


def test_an_initial_network_that_stays_the_best_is_no_success_of_evolution() -> None:
    experiment = finished()
    experiment.best = experiment.individuals.get(step=0)
    found = winner(experiment)
    assert found is not None
    assert "from the start: no edit led to a fitter network" in found.summary


def test_noise_that_is_known_says_what_the_winner_will_likely_reach() -> None:
    experiment = finished(repeats=4)
    rows = list(experiment.individuals.order_by("step"))
    for place, row in enumerate(rows):
        Individual.objects.filter(pk=row.pk).update(fitness=0.80 + 0.01 * place, fitness_spread=0.02)
    experiment.best = experiment.individuals.get(pk=rows[-1].pk)
    found = winner(experiment)
    assert found is not None
    assert found.afresh is not None
    # Twelve values 0.80 to 0.91 have a variance of 143/12 steps squared; a mean of four has 0.02² / 4.
    assert found.afresh == pytest.approx(0.855 + (1 - 1e-4 / (143 / 12 * 1e-4)) * 0.055)
    assert "4 times each" in found.caution


def test_a_search_without_a_result_has_no_winner() -> None:
    assert winner(started(small_config(individuals=3))) is None
