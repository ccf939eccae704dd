"""What the harness remembers for itself: each way to break it is tried once, and seen."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from search.models import Evaluation, FitnessRecord, Individual
from tests.databases import new_database
from tests.faults import audit, ledger
from tests.faults.audit import Change
from tests.faults.ledger import Ledger, trained_twice, unequal_ends, wrong_leases
from tests.faults.trainers import Entry
from tests.search.searching import small_config, started, work_off

HELD = {"evaluation": 1, "old_lease": "a", "new_lease": "", "worker": "w", "silent": 9.0}


def change(before: str, after: str, attempts: tuple[int, int] = (1, 1), **other: Any) -> Change:
    values = {**HELD, "before": before, "after": after, **other}
    return Change(**values, attempts_before=attempts[0], attempts_after=attempts[1])


def ended(seed: int, accuracy: float = 0.5) -> Entry:
    return Entry("ended", seed, pid=1, at=0.0, aimable=False, accuracy=accuracy)


@pytest.fixture
def seen(db: None, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A finished search, copied."""
    monkeypatch.setattr(ledger, "forbidden_changes", list)
    work_off(started(small_config(individuals=6)))
    seen = Ledger()
    seen.watch()
    assert len(seen.individuals) == 6
    assert seen.violations() == []
    return seen


def test_a_finished_repeat_that_changed_is_seen(seen: Ledger) -> None:
    FitnessRecord.objects.filter(pk=max(seen.records)).update(accuracy=0.123)
    assert [found.rule for found in seen.violations()] == ["kept"]


def test_a_finished_repeat_that_is_gone_is_seen(seen: Ledger) -> None:
    FitnessRecord.objects.filter(pk=max(seen.records)).delete()
    assert [found.rule for found in seen.violations()] == ["kept"]


def test_an_individual_that_became_another_is_seen(seen: Ledger) -> None:
    Individual.objects.filter(step=3).update(origin="human")
    assert [found.rule for found in seen.violations()] == ["same"]


def test_a_lease_taken_from_a_worker_that_was_alive_is_seen() -> None:
    assert wrong_leases([change("running", "waiting", silent=9.0)]) == []
    assert [found.rule for found in wrong_leases([change("running", "waiting", silent=1.0)])] == ["lease"]


def test_two_holders_of_one_evaluation_are_seen() -> None:
    stolen = change("running", "running", new_lease="b")
    assert [found.rule for found in wrong_leases([stolen])] == ["lease"]


@pytest.mark.django_db
def test_a_training_that_ended_twice_needs_a_lost_lease() -> None:
    work_off(started(small_config(individuals=1)))
    evaluation = Evaluation.objects.get()
    seed = evaluation.records.get().seed
    twice = [ended(seed), ended(seed)]
    expired = change("running", "waiting", evaluation=evaluation.pk)
    given = change("running", "waiting", (1, 0), evaluation=evaluation.pk)
    assert [found.rule for found in trained_twice(twice, []).violations] == ["once"]
    after_expiry = trained_twice(twice, [expired])
    assert (after_expiry.expired, after_expiry.violations) == (1, [])
    assert [found.rule for found in trained_twice(twice, [given]).violations] == ["once"]
    assert trained_twice([*twice, ended(seed)], [expired]).violations != []


def test_two_ends_of_one_training_must_agree(seen: Ledger) -> None:
    diary = [ended(record.seed, record.accuracy) for record in FitnessRecord.objects.all()]
    assert unequal_ends(seen, diary) == []
    wrong = ended(diary[0].seed, 0.111)
    assert {found.rule for found in unequal_ends(seen, [*diary, wrong])} == {"equal"}
    assert {found.rule for found in unequal_ends(seen, diary[1:])} == {"equal"}  # recorded, and never trained


TABLES = """
CREATE TABLE search_evaluation (id int, state text, lease text, worker text, attempts int, heartbeat_at timestamptz);
CREATE TABLE search_fitnessrecord (id int, accuracy float);
CREATE TABLE search_individual (id int, experiment_id int, step int, genotype_id int, evaluation_id int, origin text,
    created_at timestamptz, parent_id int, mutation jsonb, fitness float, completion int, notes text);
INSERT INTO search_evaluation VALUES (1, 'running', 'a', 'w', 1, now() - interval '5 seconds');
INSERT INTO search_fitnessrecord VALUES (1, 0.5);
INSERT INTO search_individual VALUES (1, 1, 0, 1, 1, 'initial', now(), NULL, NULL, NULL, NULL, '');
"""


@pytest.fixture
def audited(postgresql_url: str) -> Iterator[Any]:
    """A cursor on tables with the columns that the triggers look at; nothing of it stays."""
    with (
        new_database(postgresql_url, "audited") as database,
        closing(psycopg2.connect(database.address)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(TABLES)
        cursor.execute(audit.INSTALL)
        yield cursor


@pytest.mark.service
@pytest.mark.parametrize(
    "statement, written",
    [
        ("UPDATE search_fitnessrecord SET accuracy = 0.6", True),
        ("DELETE FROM search_fitnessrecord", True),
        ("DELETE FROM search_individual", True),
        ("UPDATE search_individual SET genotype_id = 2", True),
        ("UPDATE search_individual SET parent_id = 2", True),
        ("UPDATE search_individual SET fitness = 0.5, completion = 0", False),
        ("UPDATE search_individual SET notes = 'of a person'", False),
    ],
)
def test_the_database_writes_down_what_may_not_happen(audited: Any, statement: str, written: bool) -> None:
    audited.execute(statement)
    audited.execute("SELECT count(*) FROM audit_change")
    assert audited.fetchone() == (int(written),)


@pytest.mark.service
def test_the_database_writes_down_every_lease(audited: Any) -> None:
    audited.execute("UPDATE search_evaluation SET heartbeat_at = heartbeat_at")  # no change of hands
    audited.execute("UPDATE search_evaluation SET state = 'waiting', lease = ''")
    audited.execute("UPDATE search_evaluation SET state = 'running', lease = 'b', attempts = 2, worker = 'x'")
    columns = ", ".join(Change.__dataclass_fields__)
    audited.execute(f"SELECT {columns} FROM audit_lease ORDER BY id")
    lost, claimed = (Change(*row) for row in audited.fetchall())
    assert (lost.taken_back, lost.handed_back, lost.worker) == (True, False, "w")
    assert lost.silent == pytest.approx(5.0, abs=2.0)
    assert (claimed.claimed, claimed.new_lease, claimed.attempts_after) == (True, "b", 2)
