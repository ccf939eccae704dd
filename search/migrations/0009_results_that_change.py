"""Training time counted by individual, and a number that rises whenever a result that was there changes.

Rows of before are put right: what each individual counts already, the best so far where repeats have lowered it, and
how many were stopped early.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def count_what_was_counted(apps: Any, schema_editor: Any) -> None:
    evaluation_model, individual_model = (
        apps.get_model("search", name) for name in ("Evaluation", "Individual")
    )
    seconds = evaluation_model.objects.filter(pk=OuterRef("evaluation_id")).values("train_seconds")[:1]
    caused = individual_model.objects.filter(shared=False, repeats=None, state__in=("done", "failed"))
    caused.update(counted_seconds=Subquery(seconds))
    stopped = individual_model.objects.filter(state="cancelled", evaluation__state="cancelled")
    for row in stopped.exclude(stopped_at=None).select_related("evaluation").iterator(1000):
        curve = row.evaluation.live_curve
        row.counted_seconds = float(curve[-1]["seconds"]) if curve else 0.0
        row.save(update_fields=["counted_seconds"])


def renew_counters(apps: Any, schema_editor: Any) -> None:
    experiment_model, individual_model = (
        apps.get_model("search", name) for name in ("Experiment", "Individual")
    )
    for experiment in experiment_model.objects.order_by("pk"):
        rows = individual_model.objects.filter(experiment=experiment)
        stopped = rows.filter(state="cancelled").exclude(stopped_at=None).count()
        if stopped != experiment.stopped_early:
            experiment.stopped_early = stopped
            experiment.save(update_fields=["stopped_early"])
        if (experiment.config.get("decisions") or {}).get("first_repeats"):
            _renew_best_so_far(rows.filter(state="done"))


def _renew_best_so_far(done: Any) -> None:
    best, changed = 0.0, []
    for row in done.order_by(F("completion").asc(nulls_last=True), "finished_at", "step"):
        best = max(best, row.fitness)
        if row.best_so_far != best:
            row.best_so_far = best
            changed.append(row)
    done.model.objects.bulk_update(changed, ["best_so_far"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0008_learned_strategies"),
    ]

    operations = [
        migrations.AddField("experiment", "revision", models.PositiveIntegerField(default=0)),
        migrations.AddField("individual", "counted_seconds", models.FloatField(default=0)),
        migrations.RemoveField("worker", "finished"),  # was never written: it is counted
        migrations.AddIndex(
            "evaluation",
            models.Index(
                fields=["worker"],
                condition=models.Q(state__in=("done", "failed")),
                name="evaluation_ended_by",
            ),
        ),
        migrations.RunPython(count_what_was_counted, migrations.RunPython.noop),
        migrations.RunPython(renew_counters, migrations.RunPython.noop),
    ]
