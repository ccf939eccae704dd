"""Context of the test scores of an experiment: the form with its cost, scores, Figure 4, selection and baselines."""

from typing import Any
from uuid import uuid4

from search.evolution.experiments.config import ConfigError
from search.evolution.finals.presets import FINAL_PRESETS
from search.evolution.finals.scores import RESNET, RESNET_SOURCE, RESNET_TITLE
from search.evolution.genotypes.reference_cells import BASELINES
from search.models import Experiment
from search.selectors.baselines import baselines_of
from search.selectors.finals import finals_of_experiment, optimism
from search.selectors.reference_runs import reference_scores
from search.selectors.selection import chosen, early_ranks
from search.services.experiments.rescoring import OTHER_MEASURES
from visualize.charts.gain_chart import gain_of
from visualize.pages.finals.choice import BEST, MOMENTS, RUNS, Choice
from visualize.pages.finals.training_fields import TrainingFields

BEST_SHOWN = 5
CORRECT = "Correct {fields} to see what it takes."

Context = dict[str, Any]


def experiment_context(experiment: Experiment, choice: Choice, fields: TrainingFields) -> Context:
    """`choice` and `fields`: what the form holds."""
    return cost_context(experiment, choice, fields) | {
        "experiment": experiment,
        "choice": choice,
        "fields": fields,
        "rows": finals_of_experiment(experiment),
        "optimism": optimism(experiment),
        "chosen": chosen(experiment, BEST_SHOWN),
        "early_ranks": early_ranks(experiment),
        "may_rescore": experiment.configuration.protocol.evaluator.kind not in OTHER_MEASURES,
        "gain": gain_of(experiment),
        "baselines": [(row, uuid4()) for row in baselines_of(experiment)],
        "resnet_title": RESNET_TITLE,
        "resnet_source": RESNET_SOURCE,
        "resnet": reference_scores(RESNET, experiment.configuration.protocol.dataset),
        "baseline_titles": [(f"baseline:{name}", title) for name, title in BASELINES.items()],
        "presets": FINAL_PRESETS.values(),
        "counts": [(str(count), count) for count in BEST],
        "moments": [(f"along:{count}", count) for count in MOMENTS],
        "run_counts": RUNS,
        "view": "finals",
        "section": "experiments",
    }


def cost_context(experiment: Experiment, choice: Choice, fields: TrainingFields) -> Context:
    """`refusal` says why there is no cost."""
    if fields.errors:
        named = ", ".join(str(fields[name].label) for name in fields.errors if name in fields.fields)
        return {"cost": None, "refusal": CORRECT.format(fields=named or "the training")}
    try:
        return {"cost": choice.cost(experiment), "refusal": ""}
    except ConfigError as refusal:
        return {"cost": None, "refusal": str(refusal)}
