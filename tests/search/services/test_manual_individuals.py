"""Genotypes that people made: into the population, beside the search's own budget."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from search import services
from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.mutation import Mutation, apply_mutation
from search.evolution.genotypes.space import SPACES, search_space
from search.models import Experiment, Individual, WorkState
from search.selectors import genotype_of
from search.services.experiments.changes import Changes, update_experiment
from search.services.proposing import manual_individuals
from tests.search.searching import (
    claim_next,
    created,
    finish,
    history,
    individual,
    small_config,
    started,
    work_off,
)

pytestmark = pytest.mark.django_db

HIERARCHICAL = SPACES["hierarchical"]


def own(*operations: int) -> Genotype:
    """A genotype that no search here finds by chance: the trivial one with these on the cell's way in to out."""
    genotype = trivial_genotype(HIERARCHICAL)
    for slot, operation in enumerate(operations or (3,), start=1):
        genotype = genotype.with_edge(2, slot, 4, 1, operation).with_edge(3, 1, 5, slot, slot)
    return genotype


def add(experiment: Experiment, genotype: Genotype | None = None, **options: Any) -> Individual:
    added = services.evaluate_genotype(
        experiment_id=experiment.pk,
        genotype=genotype or own(),
        token=options.pop("token", uuid4()),
        **options,
    )
    return individual(experiment, added.step)


def edited(row: Individual, *, edges: int = 1) -> Genotype:
    """A copy with so many edges of the first motif changed."""
    genotype = genotype_of(row)
    for predecessor in range(1, edges + 1):
        old = genotype.edge(2, 1, 4, predecessor)
        genotype = genotype.with_edge(2, 1, 4, predecessor, old % 6 + 1)
    return genotype


def fresh(experiment: Experiment) -> Experiment:
    return Experiment.objects.get(pk=experiment.pk)


def test_it_takes_a_step_of_its_own_and_leaves_the_budget_of_the_search_alone() -> None:
    experiment = started(small_config(individuals=6, in_flight=1))
    finish(claim_next(experiment))
    row = add(experiment)
    assert (row.step, row.origin, row.state, row.eligible) == (1, "human", "waiting", True)
    experiment = work_off(fresh(experiment))
    assert experiment.state == "finished"
    assert experiment.individuals.exclude(origin="human").count() == 6
    assert (experiment.proposed, experiment.individuals_planned, experiment.evaluated) == (7, 7, 7)
    assert individual(experiment, 1).completion is not None


def test_it_is_sent_with_the_next_advance() -> None:
    experiment = started(small_config(in_flight=1))
    services.advance_experiment(experiment_id=experiment.pk)
    row = add(experiment)
    assert services.advance_experiment(experiment_id=experiment.pk) == [row.evaluation_id]


def test_one_changed_edge_is_a_mutation_of_the_parent() -> None:
    experiment = work_off(started(small_config(individuals=4)))
    parent = individual(experiment, 2)
    child = add(experiment, edited(parent), parent_step=2)
    assert child.parent == parent
    assert child.generation == parent.generation + 1
    mutation = Mutation.from_json(child.mutation or {})
    assert apply_mutation(genotype_of(parent), mutation) == genotype_of(child)


@pytest.mark.parametrize("edges", [0, 2])
def test_none_or_several_changed_edges_are_no_mutation(edges: int) -> None:
    experiment = work_off(started(small_config(individuals=4)))
    child = add(experiment, edited(individual(experiment, 2), edges=edges), parent_step=2)
    assert child.parent is not None
    assert child.mutation is None


def test_without_a_parent_it_is_of_generation_0() -> None:
    row = add(started(small_config()))
    assert (row.parent, row.mutation, row.generation) == (None, None, 0)


def test_a_finished_experiment_runs_for_it_alone_and_is_finished_again() -> None:
    experiment = work_off(started(small_config(individuals=4)))
    row = add(experiment)
    ended = experiment.finished_at
    assert (fresh(experiment).state, fresh(experiment).finished_at) == ("running", ended)
    assert services.advance_experiment(experiment_id=experiment.pk) == [row.evaluation_id]
    finish(claim_next(experiment), 0.7)
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    experiment = fresh(experiment)
    assert (experiment.state, experiment.proposed, experiment.evaluated) == ("finished", 5, 5)
    assert experiment.finished_at == ended


def test_in_a_paused_experiment_it_waits_until_that_is_resumed() -> None:
    experiment = started(small_config(in_flight=1))
    finish(claim_next(experiment))
    services.pause_experiment(experiment_id=experiment.pk)
    row = add(experiment)
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    assert services.claim_evaluation(evaluation_id=row.evaluation_id, worker="w") is None
    services.resume_experiment(experiment_id=experiment.pk)
    assert row.evaluation_id in services.advance_experiment(experiment_id=experiment.pk)


def test_a_network_that_is_known_shares_its_fitness_at_once() -> None:
    experiment = work_off(started(small_config(individuals=4)))
    known = individual(experiment, 1)
    row = add(experiment, genotype_of(known))
    assert (row.state, row.fitness, row.shared) == ("done", known.fitness, True)
    assert fresh(experiment).state == "finished"


def test_a_search_that_trains_again_trains_it_too() -> None:
    experiment = work_off(started(small_config(individuals=4, strategy={"share_fitness": False})))
    row = add(experiment, genotype_of(individual(experiment, 1)))
    assert (row.state, row.shared) == ("waiting", False)


def refusal(experiment: Experiment, genotype: Genotype | None = None, **options: Any) -> str:
    before = history(experiment)
    with pytest.raises(services.Conflict) as refused:
        add(experiment, genotype, **options)
    assert history(experiment) == before
    return str(refused.value)


def test_an_experiment_that_takes_no_work_says_why() -> None:
    draft, stopped, failed = created(), started(), started()
    services.stop_experiment(experiment_id=stopped.pk)
    Experiment.objects.filter(pk=failed.pk).update(state="failed", reason="out of candidates")
    assert refusal(draft) == manual_individuals.NOT_BEGUN.format(key=draft.pk)
    assert refusal(stopped) == manual_individuals.WAS_STOPPED.format(key=stopped.pk)
    assert refusal(failed) == manual_individuals.HAS_FAILED.format(key=failed.pk, reason="out of candidates")


def test_a_genotype_of_another_shape_is_refused() -> None:
    experiment = started()
    assert refusal(experiment, trivial_genotype(SPACES["flat"])) == manual_individuals.OTHER_SHAPE.format(
        key=experiment.pk
    )


def test_a_genotype_that_builds_no_network_is_refused() -> None:
    broken = trivial_genotype(HIERARCHICAL).with_edge(3, 1, 5, 4, 0)
    assert "builds no network" in refusal(started(), broken)


def test_the_limit_of_the_space_holds_for_people_too() -> None:
    space = {"levels": [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 5}], "max_parameters": 100}
    assert "allows 100" in refusal(started(small_config(space=space)))


def test_a_parent_that_does_not_exist_is_refused() -> None:
    assert "#99" in refusal(started(), parent_step=99)


def test_a_genotype_of_a_space_with_another_name_becomes_one_of_the_experiments() -> None:
    flat = trivial_genotype(SPACES["flat"]).with_edge(2, 1, 11, 1, 3)
    experiment = started(small_config(space="flat-constrained"))
    assert genotype_of(add(experiment, flat)).space == search_space("flat-constrained")


def test_the_same_token_again_gives_the_same_individual() -> None:
    experiment, token = started(), uuid4()
    first, second = add(experiment, token=token), add(experiment, token=token)
    assert first == second
    other = add(experiment, own(2), token=token)
    assert other != first
    assert fresh(experiment).proposed == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_individual() -> None:
    experiment, token = started(), UUID(int=1)
    line = threading.Barrier(2)

    def click(_: int) -> int:
        try:
            line.wait()
            return services.evaluate_genotype(experiment_id=experiment.pk, genotype=own(), token=token).step
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(click, range(2))) == [0, 0]
    assert fresh(experiment).proposed == 1


@pytest.mark.django_db(transaction=True)
def test_people_and_the_search_together_make_each_step_once() -> None:
    experiment = started(small_config(individuals=8, in_flight=12))
    line = threading.Barrier(4)

    def act(number: int) -> None:
        try:
            line.wait()
            if number:
                add(experiment, own(number), token=UUID(int=number))
            else:
                services.advance_experiment(experiment_id=experiment.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))
    services.advance_experiment(experiment_id=experiment.pk)
    assert list(experiment.individuals.values_list("step", flat=True)) == list(range(11))
    assert experiment.individuals.filter(origin="human").count() == 3


@pytest.mark.parametrize("after", [2, 8])
def test_one_that_may_not_win_is_never_a_parent_and_changes_nothing_of_the_search(after: int) -> None:
    """In the initial phase too: it takes none of the search's initial steps."""
    experiment = started(small_config(individuals=14, in_flight=1))
    for _ in range(after):
        finish(claim_next(experiment), 0.5)
    row = add(experiment, own(3, 3, 3), eligible=False)
    work_off(fresh(experiment))
    row.refresh_from_db()
    assert (row.state, row.completion) == (WorkState.DONE, None)
    assert not row.children.exists()

    undisturbed = started(small_config(individuals=14, in_flight=1, protocol={"seed": 1}))
    for _ in range(after):
        finish(claim_next(undisturbed), 0.5)
    work_off(undisturbed)
    proposed = [
        list(
            each.individuals.exclude(origin="human").order_by("step").values_list("genotype__key", flat=True)
        )
        for each in (experiment, undisturbed)
    ]
    assert proposed[0] == proposed[1]


def test_one_that_may_win_can_be_a_parent() -> None:
    experiment = started(small_config(individuals=30, in_flight=1, strategy={"tournament_fraction": 1.0}))
    row = add(experiment, own(3, 3, 3))
    finish(claim_next(experiment), 1.0)
    work_off(fresh(experiment))
    assert Individual.objects.filter(parent=row).exists()


def test_extending_the_budget_keeps_what_people_added_apart() -> None:
    experiment = started(small_config(individuals=6, in_flight=1))
    add(experiment)
    update_experiment(experiment_id=experiment.pk, changes=Changes(individuals=10))
    experiment = work_off(fresh(experiment))
    assert experiment.proposed == 10
    assert experiment.individuals.filter(origin="initial").count() == 5
