"""The prepared states that the table of pages leads to (pages.py), and what their addresses need."""

import json
import sys
from typing import Any

from django.core.management import call_command

from search import services
from search.models import Experiment, Genotype, Individual, MotifUse, WorkState
from search.selectors.evolution_gain import best_along
from search.selectors.finals import best_individuals
from search.services.finals.of_searches import ask_for_finals
from search.services.proposing.shared_weights import retrain_best
from search.services.studies.advancing import advance_study
from search.services.studies.launching import create_study
from tests.browser.population import demo_config, large_search, rehearsed
from tests.browser.rehearsal import FAILING
from tests.search.final_scores import made_up_final, scored
from tests.search.made_up_importance import made_up_importance
from tests.search.searching import work_off
from tests.search.shared_training_results import (
    made_up_shared_training,
    running_shared_training,
    shared_training_asked_for,
)
from tests.search.studies.running import QUALITY, SMALL, run_to_its_end

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
FIVE_LEVELS = {
    "levels": [
        {"motifs": 3, "nodes": 3},
        {"motifs": 3, "nodes": 3},
        {"motifs": 2, "nodes": 3},
        {"motifs": 1, "nodes": 3},
    ],
    "primitives": ["conv1x1", "dw3x3", "sep3x3", "max3x3", "avg3x3", "identity"],
}
PAIR = {"levels": [{"motifs": 4, "nodes": 4}, {"motifs": 2, "nodes": 4}], "reduction_cell": True}
INFEASIBLE = "hierarchical:" + "-".join(["6.06.006"] * 6) + ":1.00.000.0000"
"""Its cell has an edge that leads nowhere."""


def main() -> None:
    """Fill the database that the settings name and print the names as one JSON object; with `--empty` only make the
    tables, as on a first start that begins nothing."""
    call_command("migrate", interactive=False, verbosity=0)
    json.dump({} if "--empty" in sys.argv else prepare(), sys.stdout)


def prepare() -> dict[str, object]:
    finished = rehearsed("Digits, hierarchical", demo_config(60))
    return {
        **_finished(finished),
        **_open(),
        **_shared(),
        **_over(),
        "flat": rehearsed("Flat cells", demo_config(14, space="flat")).pk,
        "deep": rehearsed("Four levels", demo_config(10, space=FOUR_LEVELS)).pk,
        "five": rehearsed("Five levels", demo_config(8, space=FIVE_LEVELS)).pk,
        **_pair(),
        "single": rehearsed("Just one", demo_config(1, strategy={"initial_population": 1})).pk,
        "hopeless": rehearsed("Too large for this machine", demo_config(6, seed=8), trainer=FAILING).pk,
        "seed-1": rehearsed("Flat, first seed", demo_config(12, space="flat", seed=21)).pk,
        "seed-2": rehearsed("Flat, second seed", demo_config(12, space="flat", seed=22)).pk,
        "hostile": _hostile().pk,
        "large": large_search(7000).pk,
        "infeasible": INFEASIBLE,
        **_studies(),
    }


def _pair() -> dict[str, int]:
    experiment = rehearsed("As in NASNet", demo_config(16, space=PAIR))
    child = experiment.individuals.exclude(parent=None).latest("step")
    return {"pair": experiment.pk, "of_pair": child.step}


def _finished(experiment: Experiment) -> dict[str, Any]:
    best = experiment.best
    assert best is not None
    Experiment.objects.filter(pk=experiment.pk).update(tags=["demo", "digits"], notes="Seed 1, as published.")
    for number, row in enumerate(best_along(experiment, 8)):
        scored(row, right=(min(10, 5 + number), min(9, 4 + number)), preset="laptop-large")
    made_up_importance(experiment)
    Individual.objects.filter(pk=best.pk).update(tags=["candidate"], notes="Train this one for longer.")
    return {
        "finished": experiment.pk,
        "initial": 0,
        "best": best.step,
        "failure": _latest(experiment, WorkState.FAILED),
        "genotype": best.genotype.key,
        "final": made_up_final(experiment).pk,
        "final_waiting": ask_for_finals(best_individuals(experiment, 1), preset="search")[0].pk,
        "motif": _most_used_motif(best.genotype),
    }


def _open() -> dict[str, Any]:
    running = rehearsed("Digits, three repeats", demo_config(80, seed=2), until=33)
    paused = rehearsed("Paused for lunch", demo_config(40, seed=3), until=12)
    services.pause_experiment(experiment_id=paused.pk)
    draft = services.create_experiment(
        name="Not started", config=demo_config(20), notes="Waits for a free machine."
    )
    fresh = services.create_experiment(name="Just started", config=demo_config(30, seed=5))
    services.start_experiment(experiment_id=fresh.pk)
    services.advance_experiment(experiment_id=fresh.pk)
    return {
        "running": running.pk,
        "training": _latest(running, WorkState.RUNNING),
        "paused": paused.pk,
        "draft": draft.pk,
        "fresh": fresh.pk,
        "waiting": _latest(fresh, WorkState.WAITING),
    }


def _shared() -> dict[str, Any]:
    done = made_up_shared_training()
    retrain_best(artifact=done, count=5)
    work_off(Experiment.objects.latest("pk"))
    return {
        "shared": done.pk,
        "shared_running": running_shared_training(seed=2).pk,
        "shared_waiting": shared_training_asked_for("Waits for a worker", seed=3).pk,
    }


def _over() -> dict[str, Any]:
    stopped = rehearsed("Stopped early", demo_config(40, seed=4), until=8)
    services.stop_experiment(experiment_id=stopped.pk)
    failed = rehearsed("Proposing failed", demo_config(30, seed=6), until=10)
    reason = "Step 12 could not be proposed: none of 1000 mutations was acceptable"
    Experiment.objects.filter(pk=failed.pk).update(state="failed", reason=reason)
    spent = rehearsed("Out of budget", demo_config(30, seed=9, budget={"device_hours": 0.005}))
    return {
        "spent": spent.pk,
        "stopped": stopped.pk,
        "cancelled": _latest(stopped, WorkState.CANCELLED),
        "failed": failed.pk,
    }


def _studies() -> dict[str, Any]:
    done = create_study(kind="paper-table-1", settings=SMALL | {"seeds": 2}, title="A small table")
    running = create_study(kind="paper-table-1", settings={"scale": 0.001})
    advance_study(study_id=running.pk)
    tiny = {"protocol": SMALL["protocol"], "final_runs": 2, "seeds": 2}
    scaling = create_study(kind="scaling", settings=tiny, title="Sizes of the published cell")
    space = create_study(
        kind="space", settings={"protocol": SMALL["protocol"], "networks": 6}, title="Flat or hierarchical"
    )
    quality = create_study(
        kind="time-to-quality", settings=QUALITY | {"seeds": 3, "hours": 0.02}, title="Evolution against time"
    )
    return {
        "study_quality": run_to_its_end(quality).pk,
        "study_space": run_to_its_end(space).pk,
        "study_scaling": run_to_its_end(scaling).pk,
        "study": run_to_its_end(done).pk,
        "study_running": running.pk,
    }


def _hostile() -> Experiment:
    experiment = rehearsed(HOSTILE, demo_config(12, seed=7))
    Experiment.objects.filter(pk=experiment.pk).update(notes=HOSTILE, tags=[HOSTILE[:40]])
    return experiment


def _latest(experiment: Experiment, state: WorkState) -> int:
    return Individual.objects.filter(experiment=experiment, state=state).latest("step").step


def _most_used_motif(genotype: Genotype) -> str:
    use = MotifUse.objects.filter(genotype=genotype, level=2).order_by("-uses").first()
    assert use is not None
    return use.motif.key
