"""The prepared states that the table of pages leads to: `python -m tests.browser.stage` fills the database that the
settings name and prints, as one JSON object, what the addresses need.

`--empty` only makes the tables, as on a first start that begins nothing.
"""

import json
import sys

import django
from django.core.management import call_command

HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)> \"quotes\" 'single' {{ 7*7 }} "
    # Whatever follows runs backwards too, unless the page puts an end to it.
    "عربى \u202egnidaer thgir ot tfel " + "averyveryverylongnamewithoutanyplacetobreak" * 2
)[:200]
"""A name as nobody should give it."""
FOUR_LEVELS = {
    "levels": [{"motifs": 2, "nodes": 3}, {"motifs": 8, "nodes": 3}, {"motifs": 1, "nodes": 4}],
    "primitives": ["conv1x1", "dw3x3", "sep3x3", "max3x3", "avg3x3", "identity"],
}


def prepare() -> dict[str, object]:
    # Here, for models can be imported only once Django is set up.
    from search import services  # noqa: PLC0415
    from search.models import Experiment, Individual, WorkState  # noqa: PLC0415
    from tests.browser.population import demo_config, large_search, rehearsed  # noqa: PLC0415

    finished = rehearsed("Digits, hierarchical", demo_config(60))
    running = rehearsed("Digits, three repeats", demo_config(80, seed=2), until=33)
    flat = rehearsed("Flat cells", demo_config(14, space="flat"))
    deep = rehearsed("Four levels", demo_config(10, space=FOUR_LEVELS))
    paused = rehearsed("Paused for lunch", demo_config(40, seed=3), until=12)
    services.pause_experiment(experiment_id=paused.pk)
    stopped = rehearsed("Stopped early", demo_config(40, seed=4), until=8)
    services.stop_experiment(experiment_id=stopped.pk)
    draft = services.create_experiment(
        name="Not started", config=demo_config(20), notes="Waits for a free machine."
    )
    fresh = services.start_experiment(
        experiment_id=services.create_experiment(name="Just started", config=demo_config(30, seed=5)).pk
    )
    services.advance_experiment(experiment_id=fresh.pk)
    failed = rehearsed("Proposing failed", demo_config(30, seed=6), until=10)
    Experiment.objects.filter(pk=failed.pk).update(
        state="failed", reason="Step 12 could not be proposed: no acceptable candidate in 1000 draws"
    )
    hostile = rehearsed(HOSTILE, demo_config(12, seed=7))
    Experiment.objects.filter(pk=hostile.pk).update(notes=HOSTILE)
    large = large_search(7000)

    def step(experiment: Experiment, **wanted: object) -> int:
        found = Individual.objects.filter(experiment=experiment, **wanted).order_by("-step").first()
        assert found is not None, wanted
        return found.step

    assert finished.best is not None
    return {
        "finished": finished.pk,
        "best": finished.best.step,
        "genotype": finished.best.genotype.key,
        "failure": step(finished, state=WorkState.FAILED),
        "initial": 0,
        "running": running.pk,
        "training": step(running, state=WorkState.RUNNING),
        "flat": flat.pk,
        "deep": deep.pk,
        "paused": paused.pk,
        "stopped": stopped.pk,
        "cancelled": step(stopped, state=WorkState.CANCELLED),
        "draft": draft.pk,
        "fresh": fresh.pk,
        "waiting": step(fresh, state=WorkState.WAITING),
        "failed": failed.pk,
        "hostile": hostile.pk,
        "large": large.pk,
        "late": 6990,
    }


if __name__ == "__main__":
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    json.dump({} if "--empty" in sys.argv else prepare(), sys.stdout)
