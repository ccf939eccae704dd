"""Motifs that are kept up to date are those that counting all again finds, whatever happens in between."""

import random
from collections import deque
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from search import services
from search.attempts import load_trainer, run_attempt
from search.evolution.evaluation import instant_trainer
from search.models import Evaluation, Experiment, FitnessRecord, Genotype, Individual
from search.selectors import genotype_of, ledger, motif_tables, motif_tally
from search.selectors.motif_statistics import MotifTable, motif_table
from search.selectors.motif_tables import counted, with_operation
from search.services.editing import delete_experiment
from search.services.interventions import cancel_evaluation, retry_evaluation
from tests.search.hands import Hands
from tests.search.populations import Population, motif
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db

FINE = 4


@pytest.fixture(autouse=True)
def every_population_is_large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(motif_tables, "ALWAYS", 0)
    monkeypatch.setattr(motif_tally, "FINE", FINE)
    monkeypatch.setattr(ledger, "STRETCH", 3)
    motif_tables._places.clear()
    yield
    motif_tables._places.clear()


def assert_as_counted_again(experiment: Experiment) -> MotifTable:
    experiment.refresh_from_db()
    found, wanted = counted(experiment), motif_table(experiment, least=2, stretch=FINE)
    counts = {count.motif: count for count in found.counts}
    assert len(counts) == len(found.counts)
    assert {key: row[:4] for key, row in counts.items()} == {row.motif: row[:4] for row in wanted.counts}
    for row in wanted.counts:
        assert counts[row.motif].networks.count == row.networks.count
        assert counts[row.motif].networks.total == pytest.approx(row.networks.total, abs=1e-12)
        assert counts[row.motif].networks.squares == pytest.approx(row.networks.squares, abs=1e-12)
    assert (found.individuals, found.motifs, found.stretch) == (wanted.individuals, wanted.motifs, FINE)
    assert [sample.count for sample in found.by_stretch] == [sample.count for sample in wanted.by_stretch]
    assert [sample.total for sample in found.by_stretch] == pytest.approx(
        [sample.total for sample in wanted.by_stretch], abs=1e-12
    )
    return found


@pytest.mark.parametrize("seed", range(12))
def test_random_changes_by_any_hand(seed: int) -> None:
    hands, rng = Hands(seed), random.Random(seed)
    for _ in range(25):
        for _ in range(rng.choice([1, 1, 2, 9])):
            hands.act()
        if hands.made.experiment.proposed:
            assert_as_counted_again(hands.made.experiment)


@pytest.mark.parametrize("share", [True, False])
def test_a_search_with_further_repeats_failures_retries_and_people(settings: Settings, share: bool) -> None:
    settings.TRAINER = f"{__name__}.fails_at_times"
    load_trainer.cache_clear()
    space = {
        "levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}],
        "primitives": ["sep3x3", "max3x3"],
    }
    sections = {"decisions": {"first_repeats": 1}} if share else {"strategy": {"share_fitness": False}}
    config = small_config(
        individuals=60, in_flight=3, space=space, protocol={"repeats": 3}, **sections,
    )  # fmt: skip
    experiment = started(config)
    queue, looks, rng = deque(services.advance_experiment(experiment_id=experiment.pk)), 0, random.Random(1)
    values: set[float | None] = set()
    while queue:
        for pk in run_attempt(evaluation_id=queue.popleft(), worker="worker", send=queue.append):
            queue.extend(services.advance_experiment(experiment_id=pk))
        if rng.random() < 0.2:
            queue.extend(_interfere(experiment, rng))
        if rng.random() < 0.5:
            assert_as_counted_again(experiment)
            looks += 1
            values.add(counted(experiment).networks.total)
    assert_as_counted_again(experiment)
    assert looks > 10
    assert len(values) > 8
    assert experiment.failed


def fails_at_times(*arguments: object, **options: object) -> object:
    """Every fourth network at its first repeat; by the network, so that a retry fails again."""
    result = instant_trainer(*arguments, **options)  # type: ignore[arg-type]
    if int(arguments[0].key[:4], 16) % 4 == 0:  # type: ignore[attr-defined]
        raise ValueError("This network fails.")
    return result


def _interfere(experiment: Experiment, rng: random.Random) -> list[int]:
    """What a person may do to a running search. Evaluations to send."""
    ended = Evaluation.objects.filter(state__in=("failed", "cancelled"), individuals__experiment=experiment)
    is_open = Evaluation.objects.filter(state="waiting", individuals__experiment=experiment)
    kind = rng.choice(["retry", "cancel", "join"])
    advance: list[int] = []
    if kind == "retry" and (row := ended.order_by("?").first()):
        advance = retry_evaluation(evaluation_id=row.pk)
    elif kind == "cancel" and (row := is_open.order_by("?").first()):
        advance = cancel_evaluation(evaluation_id=row.pk)
    elif kind == "join":
        parent = experiment.individuals.order_by("?").select_related("genotype").first()
        assert parent is not None
        services.evaluate_genotype(
            experiment_id=experiment.pk, genotype=genotype_of(parent), token=uuid4(), parent_step=parent.step
        )
        advance = [experiment.pk]
    return [sent for pk in advance for sent in services.advance_experiment(experiment_id=pk)]


def grown(individuals: int) -> Population:
    made = Population(state="running")
    for step in range(individuals):
        made.add(0.5 + step / 1000, network=f"n{step}", motifs={"aa": 1, f"b{step % 10}": 1})
    return made


def test_a_look_after_a_change_reads_what_changed_not_the_population() -> None:
    read = []
    for individuals in (30, 90):
        made = grown(individuals)
        counted(made.experiment)
        made.add(0.9, network=f"late{individuals}", motifs={"aa": 1, "b1": 1})
        with CaptureQueriesContext(connection) as queries:
            counted(made.experiment)
        read.append(len(queries))
        assert not any("GROUP BY m.motif_id" in query["sql"] for query in queries.captured_queries)
    assert read[0] == read[1]


def test_an_experiment_that_took_the_number_of_one_that_was_deleted() -> None:
    """SQLite gives the highest number again."""
    made = grown(12)
    assert_as_counted_again(made.experiment)
    number, created_at = made.experiment.pk, made.experiment.created_at
    Experiment.objects.update(state="finished")
    delete_experiment(experiment_id=number)
    Genotype.objects.update(key=Concat(Value("old "), "key"))
    other = Population("another", id=number)
    assert other.experiment.created_at > created_at
    for step in range(12):
        other.add(0.5, network=f"n{step}", motifs={"cc": 1})
    table = assert_as_counted_again(other.experiment)
    assert [count.motif for count in table.counts] == [motif("cc").pk]


def test_individuals_that_are_gone_begin_the_count_anew() -> None:
    made = grown(12)
    assert counted(made.experiment).individuals == 12
    Experiment.objects.update(best=None, proposed=11, evaluated=11, population=11)
    made.at(11).delete()
    assert_as_counted_again(made.experiment)


def test_a_population_with_a_hole_is_counted_each_time() -> None:
    made = grown(12)
    Experiment.objects.update(best=None)
    made.at(5).delete()
    for _ in range(2):
        table = counted(Experiment.objects.get())
        carriers = {count.motif: count.carriers for count in table.counts}
        assert carriers == {motif("aa").pk: 11, motif("b0").pk: 2, motif("b1").pk: 2}


def test_one_that_waits_and_moves_to_a_network_that_came_later() -> None:
    """An upgrade of the trainer moves it there; now that network came up with it, long before it has ended."""
    made = Population(state="running")
    made.add(None, network="old", motifs={"aa": 1})
    made.add(0.5, network="new", motifs={"bb": 1})
    made.add(0.6, network="n2", motifs={"aa": 1, "bb": 1})
    before = assert_as_counted_again(made.experiment)
    Individual.objects.filter(step=0).update(evaluation=Evaluation.objects.get(phenotype_key="new"))
    after = assert_as_counted_again(made.experiment)
    assert before.counts != after.counts


def test_a_search_that_is_over_is_not_asked_again_until_somebody_opens_it() -> None:
    experiment = work_off(started(small_config(individuals=12)))
    assert experiment.state == "finished"
    first = assert_as_counted_again(experiment)
    with CaptureQueriesContext(connection) as queries:
        assert counted(experiment).counts == first.counts
    assert len(queries) == 0
    best = experiment.individuals.select_related("genotype").order_by("-fitness")[0]
    services.evaluate_genotype(experiment_id=experiment.pk, genotype=genotype_of(best), token=uuid4())
    experiment.refresh_from_db()
    assert experiment.state == "finished"  # a known network ends at once
    assert assert_as_counted_again(experiment).individuals == 13
    row = best.evaluation  # as if it had failed, so that somebody tries again and it ends otherwise
    FitnessRecord.objects.all().delete()
    had_it = row.individuals.update(state="failed", fitness=None, completion=None, best_so_far=None)
    Evaluation.objects.filter(pk=row.pk).update(state="failed", fitness=None)
    left = experiment.individuals.filter(completion__isnull=False).order_by("completion")
    for place, each in enumerate(left):
        experiment.individuals.filter(pk=each.pk).update(completion=place)
    Experiment.objects.update(
        failed=had_it, evaluated=F("evaluated") - had_it, population=F("population") - had_it, best=None
    )
    before = assert_as_counted_again(experiment)
    retry_evaluation(evaluation_id=row.pk)
    experiment.refresh_from_db()
    assert experiment.state == "running"
    work_off(experiment)
    experiment.refresh_from_db()
    assert experiment.state == "finished"
    assert assert_as_counted_again(experiment).networks.count == before.networks.count + 1


def test_several_experiments_are_remembered_and_the_oldest_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motif_tables, "REMEMBERED", 20)
    made = [grown(12) for _ in range(3)]
    for each in made:
        counted(each.experiment)
    for each in made:
        assert_as_counted_again(each.experiment)
    held = [place.individuals for place in motif_tables._places.values()]
    assert held == [12, 12]


def test_motifs_with_an_operation_are_looked_up_once() -> None:
    made = grown(12)
    plain = motif("ee", structure=[["identity"], [None, "conv1x1"], [None, None, None]])
    table = counted(made.experiment)
    assert with_operation(made.experiment, table, "sep3x3") == {row.motif for row in table.counts}
    with CaptureQueriesContext(connection) as queries:
        with_operation(made.experiment, table, "sep3x3")
    assert len(queries) == 0
    for number in range(2):
        made.add(0.5, network=f"x{number}", motifs={"ee": 1})
    table = counted(made.experiment)
    assert plain.pk not in with_operation(made.experiment, table, "sep3x3")
    assert with_operation(made.experiment, table, "conv1x1") == {plain.pk}
