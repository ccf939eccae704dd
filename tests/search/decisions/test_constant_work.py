"""No early decision reads more the longer the search has gone on."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import services
from search.models import Experiment
from search.worker.attempts import run_attempt
from tests.search.decisions.conftest import UseTrainer
from tests.search.decisions.curved import CurvedTrainer
from tests.search.services.test_constant_work import grown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_now_and_then")]


def queries_of_a_step(size: int, decisions: dict[str, object], repeats: int) -> list[str]:
    sharing = (
        "first_repeats" in decisions
    )  # otherwise each child is trained, so that each step is like every other
    experiment: Experiment = grown(
        size,
        decisions=decisions,
        strategy={"share_fitness": sharing},
        protocol={"steps": 40, "repeats": repeats},
    )
    with CaptureQueriesContext(connection) as captured:
        [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
        run_attempt(evaluation_id=evaluation_id, worker="worker")
    for left in settings.CHECKPOINT_DIR.iterdir():  # the next attempt would ask whose they are
        left.unlink()
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize(
    "decisions,repeats",
    [
        ({"hopeless_chance": 0.01}, 1),
        ({"halving": 2}, 1),
        ({"proxy": "parameters"}, 1),
        ({"first_repeats": 1}, 2),
    ],
)
def test_a_step_with_a_decision_makes_as_many_queries_at_3000_individuals_as_at_100(
    decisions: dict[str, object], repeats: int, use_trainer: UseTrainer
) -> None:
    use_trainer(CurvedTrainer())
    small, large = (queries_of_a_step(size, decisions, repeats) for size in (100, 3000))
    assert len(small) == len(large) < 70
    for sql in large:
        assert "COUNT(" not in sql or "state IN" in sql, "only what is open is ever counted"
