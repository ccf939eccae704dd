"""What mutations did, worked out by hand on a family of eight."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.evolution.statistics.samples import Sample
from search.models import WorkState
from search.selectors.mutation_effects import Effect, mutation_effects
from tests.search.populations import Population

pytestmark = pytest.mark.django_db


def family(*, share: bool = True) -> Population:
    """
    step  parent  mutation    network  fitness  change
    0     -                   n0       0.50
    1     0       L2: 0 → 3   n1       0.60     +0.10
    2     0       L2: 0 → 3   n0       0.50      0      silent
    3     1       L2: 3 → 0   n3       0.40     -0.20
    4     0       L2: 0 → 3   n1       0.60     +0.10   the pair of step 1 again
    5     1       L3: 1 → 2   n5       failed
    6     1       L3: 1 → 2   n6       waiting
    7     0       L2: 0 → 3   n7       0.55     +0.05
    """
    made = Population(config={"strategy": {"kind": "evolution", "share_fitness": share}})
    made.add(0.50, network="n0")
    made.add(0.60, network="n1", parent=0, mutation=(2, 0, 3))
    made.add(0.50, network="n0", parent=0, mutation=(2, 0, 3))
    made.add(0.40, network="n3", parent=1, mutation=(2, 3, 0))
    made.add(0.60, network="n1", parent=0, mutation=(2, 0, 3))
    made.add(None, network="n5", parent=1, mutation=(3, 1, 2), state=WorkState.FAILED)
    made.add(None, network="n6", parent=1, mutation=(3, 1, 2))
    made.add(0.55, network="n7", parent=0, mutation=(2, 0, 3))
    return made


@pytest.mark.parametrize("share", [True, False])
def test_counts_and_mean_changes_by_level_old_and_new_operation(share: bool) -> None:
    found = {(row.level, row.old, row.new): row for row in mutation_effects(family(share=share).experiment)}
    assert found.keys() == {(2, 0, 3), (2, 3, 0), (3, 1, 2)}
    added = found[2, 0, 3].effect
    assert found[2, 0, 3].kind == "add"
    assert (added.count, added.silent, added.failed, added.compared) == (4, 1, 0, 4)
    assert (added.better, added.worse) == (3, 0)
    assert_equal(added.changes, Sample.of(0.10, 0.0, 0.05))  # a pair of networks counts once
    assert_equal(added.silent_changes, Sample.of(0.0))
    assert_equal(added.heard, Sample.of(0.10, 0.05))
    removed = found[2, 3, 0]
    assert (removed.kind, removed.effect.worse) == ("remove", 1)
    assert_equal(removed.effect.changes, Sample.of(-0.20))


def test_children_that_failed_or_wait_are_counted_and_not_compared() -> None:
    (altered,) = [row for row in mutation_effects(family().experiment) if row.level == 3]
    assert altered.kind == "alter"
    assert altered.effect == Effect(count=2, failed=1)


def test_silent_without_sharing_is_told_by_the_network_not_by_the_evaluation() -> None:
    made = Population(config={"strategy": {"kind": "evolution", "share_fitness": False}})
    made.add(0.50, network="n0")
    child = made.add(0.52, network="n0 again", parent=0, mutation=(2, 1, 2))
    child.evaluation.phenotype_key, child.evaluation.protocol_key = "n0", "another seed"
    child.evaluation.save()
    (row,) = mutation_effects(made.experiment)
    assert row.effect.silent == 1
    assert_equal(row.effect.silent_changes, Sample.of(0.02))  # the noise of training


def test_effects_add_up_over_sorts() -> None:
    rows = mutation_effects(family().experiment)
    total = sum((row.effect for row in rows), Effect())
    assert (total.count, total.silent, total.failed, total.compared) == (7, 1, 1, 5)
    assert_equal(total.changes, Sample.of(0.10, 0.0, 0.05, -0.20))


def test_without_mutations_there_are_no_effects() -> None:
    made = Population()
    made.add(0.5, network="n0")
    assert mutation_effects(made.experiment) == []


def test_it_is_one_query() -> None:
    made = family()
    with CaptureQueriesContext(connection) as queries:
        mutation_effects(made.experiment)
    assert len(queries) == 1


def assert_equal(found: Sample, wanted: Sample) -> None:
    assert found.count == wanted.count
    assert found.total == pytest.approx(wanted.total)
    assert found.squares == pytest.approx(wanted.squares)
