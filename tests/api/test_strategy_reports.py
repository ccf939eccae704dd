"""GET /experiments/{id}/strategy: all that a strategy may report is an answer."""

import pytest

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.report import Report, Table
from search.models import StrategyState
from tests.api.conftest import Api
from tests.search.searching import created

pytestmark = pytest.mark.django_db
EVERYTHING = Report(
    facts=(("Model of", "12 of 14 evaluated"),),
    tables=(Table("Choices", ("Edge", "sep3x3"), (("cell 1→2", 0.25), ("#12", 0.75)), ("sep3x3",)),),
    numbers={"rank_correlation": 0.5},
    against=((7, 0.91, 0.93), (8, 0.9, 0.88)),
)
LEARNED = [kind for kind, row in STRATEGIES.items() if row.runs == "worker"]


@pytest.mark.parametrize("kind", LEARNED)
def test_all_that_a_learned_strategy_reports_is_shown(api: Api, kind: str) -> None:
    """What was predicted and found was in no schema: where a model predicted, the address failed."""
    config = ExperimentConfig.model_validate({"strategy": {"kind": kind}})
    experiment = created(config)
    state = StrategyState(experiment=experiment, version=2, observed_until=14)
    state.report, state.history = EVERYTHING.to_json(), [{"version": 2.0, **EVERYTHING.numbers}]
    state.save()
    found = api.get(f"/experiments/{experiment.pk}/strategy")
    assert found.status == 200, found.document
    assert found["against"] == [
        {"step": 7, "predicted": 0.91, "found": 0.93},
        {"step": 8, "predicted": 0.9, "found": 0.88},
    ]
    assert found["tables"] == EVERYTHING.to_json()["tables"]
    assert found["history"][0]["rank_correlation"] == 0.5


@pytest.mark.parametrize("kind", [kind for kind in STRATEGIES if kind not in LEARNED])
def test_how_every_other_strategy_chooses_is_shown(api: Api, kind: str) -> None:
    document = {"strategy": {"kind": kind}}
    experiment = created(ExperimentConfig.model_validate(document))
    found = api.get(f"/experiments/{experiment.pk}/strategy")
    assert found.status == 200, found.document
    assert (found["kind"], found["against"]) == (kind, [])
