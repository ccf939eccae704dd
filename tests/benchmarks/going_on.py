"""A search that goes on while its pages are looked at: one more individual ends whenever it is asked to."""

import random
from uuid import uuid4

from django.db.models import F

from search import services
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation
from search.models import Experiment, Individual
from search.selectors import genotype_of, population_cache
from search.worker.attempts import run_attempt


class GoingOn:
    """Children of individuals drawn from all of an experiment, evaluated one by one as people's own would be.

    Its own proposals would not do: in a population that has converged most are known networks, so that hundreds
    end at once. What a kept database gains is one individual for each change.
    """

    def __init__(self, experiment: Experiment, *, seed: int = 1) -> None:
        self._experiment_id = experiment.pk
        self._steps = experiment.proposed
        self._rng = random.Random(seed * 1_000_003 + experiment.proposed)
        spent = Experiment.objects.filter(pk=experiment.pk, state="running")
        spent.update(individuals_planned=F("proposed"))  # nothing is proposed beside

    def __call__(self) -> None:
        """One individual joins and ends; and what is kept until a population has visibly grown is out of date, too."""
        evaluation_id = self._join()
        run_attempt(evaluation_id=evaluation_id, worker="benchmark", send=lambda _: None)
        population_cache.forget()

    def _join(self) -> int:
        """The evaluation that it waits for."""
        individuals = Individual.objects.filter(experiment=self._experiment_id).select_related("genotype")
        while True:
            parent = individuals.get(step=self._rng.randrange(self._steps))
            genotype = genotype_of(parent)
            try:
                added = services.evaluate_genotype(
                    experiment_id=self._experiment_id,
                    genotype=apply_mutation(genotype, draw_mutation(genotype, self._rng)),
                    token=uuid4(),
                    parent_step=parent.step,
                )
            except services.Conflict:  # it builds no network
                continue
            return int(individuals.get(step=added.step).evaluation_id)
