"""Who descends from whom: one query each, bounded, within one experiment."""

from typing import Any

import pytest

from search.models import Experiment, Individual
from search.selectors import lineage
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(started(small_config(individuals=40)))


def grown(
    experiment: Experiment, parents: list[int | None], fitness: list[float] | None = None
) -> list[Individual]:
    """Individuals with these parents, by their place in the list; copies of the first one in all else."""
    pattern = experiment.individuals.select_related("evaluation").order_by("step")[0]
    first = experiment.proposed
    rows: list[Individual] = []
    for place, parent in enumerate(parents):
        above = None if parent is None else rows[parent]
        rows.append(
            Individual.objects.create(
                experiment=experiment,
                step=first + place,
                genotype_id=pattern.genotype_id,
                parent=above,
                origin="initial" if above is None else "mutation",
                generation=0 if above is None else above.generation + 1,
                parameters=1000 + place,
                multiply_adds=1,
                evaluation=pattern.evaluation,
                state="done",
                fitness=fitness[place] if fitness else 0.001 * place,
            )
        )
    return rows


def steps(family: lineage.Family) -> list[int]:
    return [kin.step for kin in family.members]


def by_hand(row: Individual) -> list[int]:
    line = [row.step]
    while row.parent is not None:
        row = row.parent
        line.insert(0, row.step)
    return line


def test_the_ancestors_are_what_walking_up_finds(experiment: Experiment) -> None:
    for row in experiment.individuals.all():
        assert steps(lineage.ancestors(row)) == by_hand(row)


@pytest.mark.parametrize("find", [lineage.ancestors, lineage.branches, lineage.descendants])
def test_a_lineage_takes_one_query_however_deep(
    experiment: Experiment, find: Any, django_assert_num_queries: Any
) -> None:
    rows = grown(experiment, [None, *range(699)])
    with django_assert_num_queries(1):
        find(rows[350])


def test_a_line_of_seven_hundred_comes_whole_and_in_order(experiment: Experiment) -> None:
    rows = grown(experiment, [None, *range(699)])
    family = lineage.ancestors(rows[-1])
    assert [kin.id for kin in family.members] == [row.pk for row in rows]
    assert not family.cut
    short = lineage.ancestors(rows[-1], limit=10)
    assert [kin.id for kin in short.members] == [row.pk for row in rows[-10:]]
    assert short.cut


def test_descendants_are_all_below_and_branches_all_beside(experiment: Experiment) -> None:
    #     0 ─ 1 ─ 2 ─ 4 ─ 7       8 is of another line
    #     │   └ 3 └ 5
    #     └ 6
    rows = grown(experiment, [None, 0, 1, 1, 2, 2, 0, 4, None])
    first = rows[0].step
    assert steps(lineage.descendants(rows[2])) == [first + place for place in (4, 5, 7)]
    assert sorted(steps(lineage.branches(rows[2]))) == [first + place for place in (3, 6)]
    assert sorted(steps(lineage.branches(rows[7]))) == [first + place for place in (3, 5, 6)]
    assert steps(lineage.descendants(rows[7])) == []
    assert lineage.counts(rows[2]) == lineage.Counts(siblings=1, children=2)
    assert lineage.counts(rows[8]) == lineage.Counts(siblings=0, children=0)


def test_a_large_family_is_cut_and_says_so(experiment: Experiment) -> None:
    rows = grown(experiment, [None, *([0] * 20), *range(1, 21)])
    family = lineage.descendants(rows[0], limit=25)
    assert family.cut
    assert [kin.generation for kin in family.members] == [1] * 20 + [2] * 5
    assert not lineage.descendants(rows[0], limit=40).cut


def test_the_fittest_come_with_all_their_ancestors_and_each_once(experiment: Experiment) -> None:
    rows = grown(experiment, [None, 0, 1, 1, None], fitness=[0.1, 0.2, 0.999, 0.998, 0.3])
    family = lineage.fittest(rows[4], count=2)
    assert [kin.id for kin in family.members] == [row.pk for row in rows[:4]]


def test_a_parent_of_another_experiment_ends_the_line(experiment: Experiment) -> None:
    other = work_off(started(small_config(individuals=2, seed=9)))
    rows = grown(experiment, [None, 0])
    Individual.objects.filter(pk=rows[0].pk).update(parent=other.individuals.get(step=0))
    assert steps(lineage.ancestors(rows[1])) == [rows[0].step, rows[1].step]
    assert lineage.descendants(other.individuals.get(step=0)).members == ()


def test_the_records_are_where_the_best_so_far_rose(experiment: Experiment) -> None:
    best, expected = -1.0, []
    for row in experiment.individuals.exclude(completion=None).order_by("completion"):
        assert row.fitness is not None
        if row.fitness > best:
            best = row.fitness
            expected.append(row.step)
    assert steps(lineage.records(experiment)) == expected
    assert steps(lineage.records(experiment, limit=2)) == expected[-2:]
    assert lineage.records(experiment, limit=2).cut


@pytest.mark.parametrize("count", [1, 2, 3, 1500])
def test_records_are_found_without_reading_everybody(
    experiment: Experiment, count: int, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(lineage, "GRID", 4)
    Individual.objects.filter(experiment=experiment).update(completion=None)
    pattern = experiment.individuals.order_by("step")[0]
    # The best so far rises at every 100th completion.
    Individual.objects.bulk_create(
        Individual(
            experiment=experiment,
            step=1000 + place,
            genotype_id=pattern.genotype_id,
            origin="initial",
            parameters=1,
            multiply_adds=1,
            evaluation_id=pattern.evaluation_id,
            state="done",
            fitness=0.0001 * (place // 100),
            completion=place,
            best_so_far=0.0001 * (place // 100),
        )
        for place in range(count)
    )
    most = max(count, experiment.proposed)
    Experiment.objects.filter(pk=experiment.pk).update(
        population=count, evaluated=most, proposed=most, individuals_planned=most
    )
    experiment.refresh_from_db()
    with django_assert_max_num_queries(7):
        found = lineage.records(experiment)
    assert [kin.step - 1000 for kin in found.members] == list(range(0, count, 100))


def test_an_experiment_without_anybody_has_no_records() -> None:
    assert lineage.records(started(small_config())).members == ()
