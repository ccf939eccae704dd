"""What the harness remembers by itself: every finished repeat as it was first seen, and every end of a training.

The database is audited by `search.selectors.consistency_audit`; this compares it with what was there before a fault.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from search.evolution.experiments.protocol_keys import repeat_seed
from search.models import Evaluation, FitnessRecord, Individual
from search.selectors.consistency_audit import Violation
from tests.faults.audit import Change, forbidden_changes, lease_changes
from tests.faults.stage import LEASE_SECONDS
from tests.faults.trainers import Entry

RULES = {
    "kept": "A finished repeat, once seen, is there for good and never changes.",
    "same": "An individual, once seen, stays what it was proposed as.",
    "lease": "An evaluation changes hands only when its holder was silent for a lease, or gave it back itself.",
    "equal": "Every end of one training gave the same accuracy, and that one is recorded.",
    "once": "No training ends twice, except where its lease truly expired.",
}

RECORD = ("pk", "evaluation_id", "repeat", "seed", "accuracy", "seconds", "worker", "attempt", "created_at")
INDIVIDUAL = (
    "experiment_id",
    "step",
    "genotype__key",
    "parent__step",
    "origin",
    "evaluation_id",
    "created_at",
)


@dataclass
class Ledger:
    """Copies, and the difference to what the database holds now."""

    records: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    individuals: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)

    def watch(self) -> None:
        """Copy what is new. Called again and again; may raise what the database raises."""
        last = max(self.records, default=0)
        # Ids are given before the commit: a smaller one may appear later than a larger one.
        rows = FitnessRecord.objects.filter(pk__gt=last - 200).values_list(*RECORD)
        for row in list(rows):
            self.records.setdefault(row[0], row)
        for row in list(Individual.objects.order_by("-pk").values_list(*INDIVIDUAL)[:100]):
            self.individuals.setdefault(row[:2], row)

    def violations(self) -> list[Violation]:
        found = [
            *_lost("kept", "fitness record", self.records, FitnessRecord.objects.values_list(*RECORD), 1)
        ]
        found += _lost("same", "individual", self.individuals, Individual.objects.values_list(*INDIVIDUAL), 2)
        for what, key, before, after in forbidden_changes():
            rule = "kept" if what == "search_fitnessrecord" else "same"
            found.append(Violation(rule, f"{what} {key}", f"{before} became {after}"))
        return found


def _lost(rule: str, what: str, seen: dict[Any, Any], rows: Any, key: int) -> list[Violation]:
    now = {row[0] if key == 1 else row[:key]: row for row in rows}
    return [
        Violation(rule, f"{what} {place}", f"was {copy}, is {now.get(place)}")
        for place, copy in seen.items()
        if now.get(place) != copy
    ]


def wrong_leases(changes: list[Change]) -> list[Violation]:
    """Evaluations that changed hands though their holder was alive."""
    found = []
    for change in changes:
        where = f"evaluation {change.evaluation}"
        if change.before == "running" and change.after == "running" and change.old_lease != change.new_lease:
            found.append(Violation("lease", where, f"went from one attempt to another, {change.worker}"))
        if change.taken_back and (change.silent is None or change.silent < LEASE_SECONDS):
            found.append(
                Violation("lease", where, f"was taken from {change.worker} after {change.silent:.3f} s")
            )
    return found


@dataclass(frozen=True)
class Twice:
    """Trainings that ended more than once because a lease had truly expired; the others are violations."""

    expired: int
    violations: list[Violation]


def trained_twice(diary: list[Entry], changes: list[Change]) -> Twice:
    """Each further end of a training needs a lease that expired since; being given back is no excuse."""
    ends = Counter(entry.seed for entry in diary if entry.what == "ended")
    seeds = _seeds()
    by_evaluation: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        by_evaluation[change.evaluation].append(change)
    expired = 0
    found = []
    for seed, count in ends.items():
        if count == 1 or seed not in seeds:
            continue
        history = by_evaluation[seeds[seed]]
        lost = sum(change.taken_back for change in history)
        given = sum(change.handed_back for change in history)
        if count - 1 > lost:
            text = f"{count} trainings of one repeat ended; leases expired {lost} times, given back {given} times"
            found.append(Violation("once", f"evaluation {seeds[seed]}", text))
        expired += min(count - 1, lost)
    return Twice(expired, found)


def unequal_ends(ledger: Ledger, diary: list[Entry]) -> list[Violation]:
    """Fitness depends on what is trained and how, not on who is killed meanwhile or goes on from a checkpoint."""
    ends: dict[int, set[float | None]] = defaultdict(set)
    for entry in diary:
        if entry.what == "ended":
            ends[entry.seed].add(entry.accuracy)
    found = [
        Violation("equal", f"seed {seed}", f"gave {values}")
        for seed, values in ends.items()
        if len(values) > 1
    ]
    for row in ledger.records.values():
        record = dict(zip(RECORD, row, strict=True))
        if record["accuracy"] not in ends[record["seed"]]:
            text = f"has {record['accuracy']}, its trainings gave {ends[record['seed']]}"
            found.append(Violation("equal", f"fitness record {record['pk']}", text))
    return found


def _seeds() -> dict[int, int]:
    """seed -> evaluation."""
    rows = Evaluation.objects.values_list("pk", "phenotype_key", "protocol_key", "protocol__repeats")
    return {
        repeat_seed(phenotype, protocol, repeat): pk
        for pk, phenotype, protocol, repeats in rows
        for repeat in range(int(repeats))
    }


def all_violations(ledger: Ledger, diary: list[Entry]) -> tuple[list[Violation], Twice]:
    """Beside the database audit: what was lost or changed, who lost a lease wrongly, what was trained twice."""
    changes = lease_changes()
    twice = trained_twice(diary, changes)
    found = [*ledger.violations(), *wrong_leases(changes), *twice.violations, *unequal_ends(ledger, diary)]
    return found, twice
