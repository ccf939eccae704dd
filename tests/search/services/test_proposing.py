import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError, connection

from search import services
from search.evolution.genotypes.mutation import Mutation, apply_mutation
from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.population import PopulationView
from search.evolution.strategies.random_search import RandomSearch
from search.models import Individual
from search.selectors import genotype_of
from search.services.proposing import proposing
from tests.search.searching import claim_next, finish, individual, small_config, started, work_off


@pytest.mark.django_db
def test_no_more_than_the_budget_allows_is_in_flight() -> None:
    experiment = started(small_config(individuals=10, in_flight=4))
    assert len(services.advance_experiment(experiment_id=experiment.pk)) == 4
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    finish(claim_next(experiment))
    assert len(services.advance_experiment(experiment_id=experiment.pk)) == 1


@pytest.mark.django_db(transaction=True)
def test_several_controllers_at_once_propose_each_step_once() -> None:
    experiment = started(small_config(individuals=12, in_flight=12))
    line = threading.Barrier(4)

    def advance(_: int) -> list[int]:
        try:
            line.wait()
            return services.advance_experiment(experiment_id=experiment.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = [row for rows in pool.map(advance, range(4)) for row in rows]
    assert list(experiment.individuals.values_list("step", flat=True)) == list(range(12))
    assert set(sent) == set(experiment.individuals.values_list("evaluation_id", flat=True))


@pytest.mark.django_db
def test_a_child_is_its_parent_with_one_edge_changed() -> None:
    experiment = work_off(started(small_config(individuals=15)))
    children = [row for row in experiment.individuals.all() if row.origin == "mutation"]
    assert len(children) == 10
    for row in children:
        child, parent = individual(experiment, row.step), row.parent
        assert parent is not None
        mutated = apply_mutation(
            genotype_of(individual(experiment, parent.step)), Mutation.from_json(row.mutation or {})
        )
        assert mutated == genotype_of(child)


@pytest.mark.django_db
def test_a_limit_on_parameters_is_kept() -> None:
    space = {"levels": [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 5}], "max_parameters": 20_000}
    experiment = work_off(started(small_config(individuals=15, space=space)))
    assert all(row.parameters <= 20_000 for row in experiment.individuals.all())


@pytest.mark.django_db
def test_a_search_whose_space_leaves_no_room_fails_with_the_reason_and_loses_no_row() -> None:
    space = {"levels": [{"motifs": 1, "nodes": 3}], "max_parameters": 1}
    experiment = started(small_config(space=space))
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    experiment.refresh_from_db()
    assert experiment.state == "failed"
    assert experiment.reason.startswith("Step 0 could not be proposed: none of 1000 random genotypes")


@pytest.mark.django_db
def test_a_bug_in_a_strategy_fails_its_experiment_which_can_be_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unbroken = work_off(started(small_config(in_flight=1)))
    experiment = started(small_config(in_flight=1))
    with monkeypatch.context() as patched:
        patched.setattr(STRATEGIES["evolution"].strategy, "propose", lambda *_: 1 / 0)
        services.advance_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.proposed) == ("failed", 0)
    assert experiment.reason == "Step 0 could not be proposed: division by zero"
    services.resume_experiment(experiment_id=experiment.pk)
    work_off(experiment)
    assert (experiment.state, experiment.reason) == ("finished", "")
    assert experiment.best is not None
    assert unbroken.best is not None
    assert experiment.best.genotype_id == unbroken.best.genotype_id


@pytest.mark.django_db
def test_a_database_that_is_away_fails_no_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = started()

    def away(*_: object) -> None:
        raise OperationalError("the connection was closed")

    with monkeypatch.context() as patched:
        patched.setattr(proposing, "propose_individual", away)
        with pytest.raises(OperationalError):
            services.advance_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert experiment.state == "running"


class Remembering(RandomSearch):
    """Keeps the fitness of all that it was told of."""

    seen: list[float]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.seen = []

    def observe(self, member: Any, genotype: Any) -> None:
        self.seen.append(member.fitness)

    def save(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def restore(self, state: dict[str, Any]) -> None:
        self.seen = state["seen"]

    def propose(self, population: PopulationView, rng: Any, step: int) -> Any:
        assert len(self.seen) == len(population)
        return super().propose(population, rng, step)


@pytest.mark.django_db
def test_a_strategy_is_told_of_each_completion_once_and_gets_its_state_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(STRATEGIES, "random", replace(STRATEGIES["random"], strategy=Remembering))
    experiment = work_off(started(small_config(individuals=8, in_flight=3, strategy={"kind": "random"})))
    assert experiment.state == "finished", experiment.reason
    done = Individual.objects.order_by("completion").values_list("fitness", flat=True)
    assert experiment.strategy_state is not None
    assert experiment.strategy_state["seen"] == list(done)[: experiment.observed]
