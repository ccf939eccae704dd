"""The database writes down what happens to its rows, so that afterwards every lease can be accounted for.

Triggers of the stage's own database, in the same transaction as the change: what was rolled back is not in them.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

INSTALL = """
CREATE TABLE audit_lease (
    id bigserial PRIMARY KEY, evaluation bigint, before text, after text, old_lease text, new_lease text,
    worker text, attempts_before int, attempts_after int, silent double precision,
    at timestamptz DEFAULT clock_timestamp()
);
CREATE TABLE audit_change (id bigserial PRIMARY KEY, what text, row_id bigint, before jsonb, after jsonb);

CREATE FUNCTION audit_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_lease
        (evaluation, before, after, old_lease, new_lease, worker, attempts_before, attempts_after, silent)
    VALUES (new.id, old.state, new.state, old.lease, new.lease, new.worker, old.attempts, new.attempts,
        extract(epoch FROM clock_timestamp() - old.heartbeat_at));
    RETURN NULL;
END $$;
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_change (what, row_id, before, after)
    VALUES (TG_TABLE_NAME, old.id, to_jsonb(old), CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(new) END);
    RETURN NULL;
END $$;

CREATE TRIGGER audit_lease AFTER UPDATE ON search_evaluation FOR EACH ROW
    WHEN (old.lease IS DISTINCT FROM new.lease OR old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION audit_lease();
CREATE TRIGGER audit_record AFTER UPDATE OR DELETE ON search_fitnessrecord FOR EACH ROW EXECUTE FUNCTION audit_change();
CREATE TRIGGER audit_deleted AFTER DELETE ON search_individual FOR EACH ROW EXECUTE FUNCTION audit_change();
CREATE TRIGGER audit_changed AFTER UPDATE ON search_individual FOR EACH ROW
    WHEN ((old.experiment_id, old.step, old.genotype_id, old.evaluation_id, old.origin, old.created_at)
        IS DISTINCT FROM (new.experiment_id, new.step, new.genotype_id, new.evaluation_id, new.origin, new.created_at)
        OR old.parent_id IS DISTINCT FROM new.parent_id OR old.mutation IS DISTINCT FROM new.mutation
        OR (old.fitness IS NOT NULL AND (old.fitness, old.completion) IS DISTINCT FROM (new.fitness, new.completion)))
    EXECUTE FUNCTION audit_change();
"""


def install() -> None:
    """Once, after the migrations."""
    with connection.cursor() as cursor:
        cursor.execute(INSTALL)


@dataclass(frozen=True)
class Change:
    """An evaluation that changed its state or its holder."""

    evaluation: int
    before: str
    after: str
    old_lease: str
    new_lease: str
    worker: str
    attempts_before: int
    attempts_after: int
    silent: float | None
    """Seconds since the last sign of life, by the database's clock."""

    @property
    def claimed(self) -> bool:
        return self.before == "waiting" and self.after == "running"

    @property
    def taken_back(self) -> bool:
        """From a worker that went silent: the attempt counts."""
        return (
            self.before == "running"
            and self.after == "waiting"
            and self.attempts_after == self.attempts_before
        )

    @property
    def handed_back(self) -> bool:
        """By a worker that was told to stop: the attempt does not count."""
        return (
            self.before == "running"
            and self.after == "waiting"
            and self.attempts_after < self.attempts_before
        )


def lease_changes() -> list[Change]:
    """In their order."""
    columns = ", ".join(Change.__dataclass_fields__)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM audit_lease ORDER BY id")
        return [Change(*row) for row in cursor.fetchall()]


def forbidden_changes() -> list[tuple[str, int, Any, Any]]:
    """Finished repeats that changed or went, and individuals that became others: there must be none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, row_id, before, after FROM audit_change ORDER BY id")
        return list(cursor.fetchall())
