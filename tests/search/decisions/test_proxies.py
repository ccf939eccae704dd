"""A free proxy refuses children that it tells to be bad, counts them, and holds its tongue where it knows nothing."""

import random

import pytest

from search.evolution.decisions import MOST_REFUSALS, ProxyLimit, proxy_limit
from search.evolution.experiments.config import ExperimentConfig
from search.models import Individual
from tests.search.decisions.conftest import UseTrainer
from tests.search.decisions.curved import CurvedTrainer, decided
from tests.search.searching import forget_everything, history, small_config, started, work_off


def filtered(proxy: str = "parameters", share: float = 0.4) -> ExperimentConfig:
    return small_config(
        individuals=40,
        in_flight=1,
        strategy={"initial_population": 15},
        decisions={"proxy": proxy, "proxy_share": share},
    )


def test_the_limit_cuts_off_its_share_on_the_side_that_fares_worse() -> None:
    rows = [(size, size / 100) for size in range(100)]
    limit = proxy_limit(rows, 0.2)
    assert (limit.limit, limit.refuse_below, limit.correlation) == (20.0, True, 1.0)
    assert sum(limit.refuses(size) for size, _ in rows) == 20
    other = proxy_limit([(size, -fitness) for size, fitness in rows], 0.2)
    assert (other.refuse_below, other.correlation) == (False, -1.0)
    assert sum(other.refuses(size) for size, _ in rows) == 20


def test_a_proxy_that_says_nothing_or_rests_on_too_few_refuses_nobody() -> None:
    rng = random.Random(1)
    noise = proxy_limit([(rng.randrange(1000), rng.random()) for _ in range(400)], 0.5)
    assert noise.limit is None
    assert not noise.refuses(0)
    assert proxy_limit([(size, size / 10) for size in range(9)], 0.5).limit is None


@pytest.mark.django_db
@pytest.mark.parametrize("proxy", ["parameters", "multiply_adds"])
def test_small_children_are_drawn_again_and_counted(use_trainer: UseTrainer, proxy: str) -> None:
    use_trainer(CurvedTrainer())
    experiment = work_off(started(filtered(proxy)))
    assert (experiment.state, experiment.evaluated) == ("finished", 40)
    limit = ProxyLimit(**decided(experiment)["proxy"])
    assert limit.networks == 15
    assert limit.correlation > 0.2
    children = Individual.objects.filter(experiment=experiment, origin="mutation", step__gte=15)
    assert experiment.refused > 0
    within = [not limit.refuses(getattr(row, proxy)) for row in children]
    assert sum(within) >= len(within) - experiment.refused // MOST_REFUSALS
    first = history(experiment)
    forget_everything()
    assert history(work_off(started(filtered(proxy)))) == first


@pytest.mark.django_db
def test_a_proxy_that_is_unrelated_to_fitness_changes_nothing(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer(lambda phenotype, repeat: 0.5))
    config = filtered()
    experiment = work_off(started(config))
    assert (decided(experiment)["proxy"]["limit"], experiment.refused) == (None, 0)
    first = [row[1] for row in history(experiment)]
    forget_everything()
    plain = config.model_copy(update={"decisions": type(config.decisions)()})
    assert [row[1] for row in history(work_off(started(plain)))] == first
