"""Few repeats at first: more for what is proposed again or leads, and never another experiment's number."""

from collections.abc import Callable
from statistics import fmean
from typing import Any

import pytest

from search.evolution.evaluation import Evaluated, EvaluationFailed, Job
from search.evolution.experiments.config import ConfigError, ExperimentConfig
from search.evolution.networks.phenotype import Phenotype
from search.models import Evaluation, Experiment, FitnessRecord, Individual
from search.selectors.consistency_audit import violations
from tests.search.decisions.conftest import UseTrainer
from tests.search.decisions.curved import CurvedTrainer, work_off_as_workers_do
from tests.search.searching import forget_everything, history, small_config, started, work_off

pytestmark = pytest.mark.django_db


def sparing(first: int = 1, *, in_flight: int = 1, individuals: int = 30) -> ExperimentConfig:
    return small_config(
        individuals=individuals,
        in_flight=in_flight,
        protocol={"steps": 40, "repeats": 4},
        decisions={"first_repeats": first},
    )


def noisy(phenotype: Phenotype, repeat: int) -> float:
    """The first repeat of every third network is lucky."""
    base = int(phenotype.key[:6], 16) / 16**6
    lucky = repeat == 0 and int(phenotype.key[6], 16) % 3 == 0
    return min(1.0, 0.3 + base / 2 + (0.2 if lucky else 0.0) + repeat / 1000)


def records(evaluation_id: int) -> list[float]:
    rows = FitnessRecord.objects.filter(evaluation=evaluation_id).order_by("repeat")
    return list(rows.values_list("accuracy", flat=True))


def check_consistency(experiment: Experiment) -> None:
    """Every fitness is the mean of the first repeats that it says, equal networks agree, and the leader is the best."""
    rows = list(Individual.objects.filter(experiment=experiment, state="done"))
    for row in rows:
        assert row.repeats is not None
        assert row.fitness == pytest.approx(fmean(records(row.evaluation_id)[: row.repeats]))
    by_network = {(row.evaluation_id, row.repeats, row.fitness) for row in rows}
    assert len(by_network) == len({row.evaluation_id for row in rows})
    best = min(rows, key=lambda row: (-(row.fitness or 0), row.parameters, row.step))
    assert experiment.best_id == best.pk


@pytest.mark.parametrize("in_flight,work", [(1, work_off), (3, work_off), (3, work_off_as_workers_do)])
def test_most_networks_are_trained_once_and_the_leader_as_often_as_the_protocol_says(
    use_trainer: UseTrainer, in_flight: int, work: Callable[[Experiment], Experiment]
) -> None:
    use_trainer(CurvedTrainer(noisy))
    experiment = work(started(sparing(in_flight=in_flight)))
    assert experiment.state == "finished"
    check_consistency(experiment)
    assert experiment.best is not None
    assert experiment.best.repeats == 4
    counts = [len(records(pk)) for pk in Evaluation.objects.values_list("pk", flat=True)]
    assert counts.count(1) > len(counts) / 3
    assert sum(counts) < 4 * len(counts)
    confirmations = Individual.objects.filter(experiment=experiment, origin="confirmation")
    assert confirmations
    assert not any(row.eligible or row.completion is not None for row in confirmations)
    assert experiment.proposed == experiment.individuals_planned == 30 + len(confirmations)


def test_a_network_that_is_proposed_again_gets_one_repeat_more_until_it_has_all(
    use_trainer: UseTrainer,
) -> None:
    use_trainer(CurvedTrainer(noisy))
    space = {"levels": [{"motifs": 1, "nodes": 3}], "primitives": ["sep3x3", "identity"]}
    config = small_config(
        individuals=40, in_flight=1, space=space, protocol={"steps": 40, "repeats": 4},
        strategy={"kind": "random"}, decisions={"first_repeats": 1},
    )  # fmt: skip
    experiment = work_off(started(config))
    check_consistency(experiment)
    for evaluation in Evaluation.objects.all():
        rows = Individual.objects.filter(evaluation=evaluation).order_by("step")
        assert len(records(evaluation.pk)) == min(4, rows.count())
        assert {row.repeats for row in rows} == {min(4, rows.count())}
        assert evaluation.state == "done"
    assert experiment.train_seconds == pytest.approx(40.0 * FitnessRecord.objects.count())


def test_it_repeats_itself_whether_or_not_others_have_trained_its_networks(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer(noisy))
    alone = history(work_off(started(sparing())))
    again = history(work_off(started(sparing())))  # every record is there already
    assert [row[1:] for row in again] == [row[1:] for row in alone]
    forget_everything()
    full = work_off(started(small_config(individuals=30, in_flight=1, protocol={"steps": 40, "repeats": 4})))
    assert full.best is not None
    assert full.best.repeats is None
    assert history(work_off(started(sparing()))) == alone


def test_an_experiment_that_wants_all_repeats_gets_them_where_another_one_stopped_at_one(
    use_trainer: UseTrainer,
) -> None:
    use_trainer(CurvedTrainer(noisy))
    work_off(started(sparing()))
    before = dict(FitnessRecord.objects.values_list("pk", "accuracy"))
    full = work_off(started(small_config(individuals=30, in_flight=1, protocol={"steps": 40, "repeats": 4})))
    rows = Individual.objects.filter(experiment=full)
    assert full.state == "finished"
    for row in rows:
        assert len(records(row.evaluation_id)) == 4
        assert row.fitness == pytest.approx(fmean(records(row.evaluation_id)))
    after = dict(FitnessRecord.objects.values_list("pk", "accuracy"))
    assert before.items() <= after.items()


def test_first_repeats_that_leave_none_for_later_or_share_with_nobody_are_refused() -> None:
    with pytest.raises(ConfigError, match="first_repeats 4 leaves none of the 4"):
        sparing(4)
    with pytest.raises(ConfigError, match="turn share_fitness on"):
        small_config(
            protocol={"repeats": 4}, strategy={"share_fitness": False}, decisions={"first_repeats": 1}
        )


class FailsLater(CurvedTrainer):
    """The first repeats succeed, and every further one runs out of memory."""

    def __init__(self, first: int) -> None:
        super().__init__(noisy)
        self._first = first

    def __call__(self, job: Job, **options: Any) -> Evaluated:
        if job.repeat >= self._first:
            raise EvaluationFailed("out_of_memory", "too wide")
        return super().__call__(job, **options)


@pytest.mark.parametrize("in_flight", [1, 3])
def test_a_further_repeat_that_fails_leaves_the_network_what_it_was(
    use_trainer: UseTrainer, in_flight: int
) -> None:
    use_trainer(FailsLater(1))
    space = {"levels": [{"motifs": 1, "nodes": 3}], "primitives": ["sep3x3", "identity"]}
    config = small_config(
        individuals=40, in_flight=in_flight, space=space, protocol={"steps": 40, "repeats": 4},
        strategy={"kind": "random"}, decisions={"first_repeats": 1},
    )  # fmt: skip
    experiment = work_off(started(config))
    assert (experiment.state, experiment.failed) == ("finished", 0)
    check_consistency(experiment)
    assert list(violations()) == []
    rows = Individual.objects.filter(experiment=experiment)
    assert {row.repeats for row in rows} == {1}
    later = rows.filter(reason__startswith="Rests on 1 of 2 repeats: a further one failed. too wide")
    assert later.exists()  # proposed again after it had failed, too
    assert later.count() > Evaluation.objects.filter(state="failed").count() > 0
    assert experiment.train_seconds == 40 * FitnessRecord.objects.count()


def test_a_network_with_fewer_than_its_first_repeats_has_failed(use_trainer: UseTrainer) -> None:
    use_trainer(FailsLater(1))
    experiment = work_off(started(sparing(2, individuals=4)))
    assert (experiment.failed, experiment.evaluated) == (4, 0)


def test_the_leader_whose_further_repeat_failed_is_confirmed_no_more(use_trainer: UseTrainer) -> None:
    use_trainer(FailsLater(1))
    experiment = work_off(started(sparing(individuals=10)))
    confirmations = Individual.objects.filter(experiment=experiment, origin="confirmation")
    assert experiment.state == "finished"
    networks = confirmations.values_list("evaluation", flat=True)
    assert len(networks) == len(set(networks)) > 0  # each leader once
    assert experiment.best is not None
    assert experiment.best.state == "done"
    check_consistency(experiment)


def test_training_time_counts_once_however_many_wait_for_one_repeat(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer(noisy))
    space = {"levels": [{"motifs": 1, "nodes": 3}], "primitives": ["sep3x3", "identity"]}
    config = small_config(
        individuals=40, in_flight=4, space=space, protocol={"steps": 40, "repeats": 4},
        strategy={"kind": "random"}, decisions={"first_repeats": 1},
    )  # fmt: skip
    experiment = work_off(started(config))
    waited = Individual.objects.filter(experiment=experiment).values("evaluation", "created_at")
    assert waited.count() > Evaluation.objects.count()  # or nobody waits with another one
    assert experiment.train_seconds == 40 * FitnessRecord.objects.count()
    assert list(violations()) == []
