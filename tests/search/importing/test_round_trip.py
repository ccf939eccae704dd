"""What one installation exports is on another one what it was, field by field, and goes on as it would have."""

import threading
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection

from search import services
from search.database.snapshot import snapshot
from search.evolution.genotypes.published import PUBLISHED
from search.models import Evaluation, Experiment, Individual, StrategyState
from search.selectors import archive
from search.selectors.archive import writing
from search.services.annotations import write_annotations
from search.services.experiments.changes import Changes, update_experiment
from search.services.importing import BadFile
from search.worker.attempts import run_attempt
from tests.search.importing.files import (
    contents,
    documents,
    edited,
    empty_the_database,
    exported,
    imported,
    written,
)
from tests.search.searching import (
    advanced,
    claim_next,
    created,
    finish,
    history,
    individual,
    small_config,
    started,
    work_off,
)

pytestmark = pytest.mark.django_db
CELL = PUBLISHED["liu2018"].genotype
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def searched(*, individuals: int = 12) -> Experiment:
    """With repeats, a failure, a shared network, a person's individual, words, and everything that a search leaves."""
    config = small_config(individuals=individuals, in_flight=1, protocol={"repeats": 2})
    experiment = started(config, name="Searched — ünïcode")
    services.fail_evaluation(claim=claim_next(experiment), code="not_finite", reason="nan", log="Traceback …")
    work_off(experiment)
    services.evaluate_genotype(
        experiment_id=experiment.pk, genotype=CELL, token=uuid4(), parent_step=3, eligible=False
    )
    work_off(experiment)
    services.evaluate_genotype(experiment_id=experiment.pk, genotype=CELL, token=uuid4())
    write_annotations(
        individual_id=individual(experiment, 4).pk, notes="Look at\nthis", tags=["good", "two words"]
    )
    changes = Changes(notes="Notes", tags=["thesis"], archived=True)
    update_experiment(experiment_id=experiment.pk, changes=changes)
    return work_off(experiment)


def test_a_finished_search_is_in_an_empty_database_what_it_was() -> None:
    content = exported(searched())
    before = contents()
    assert len(before["Individual"]) == 14
    assert len(before["FitnessRecord"]) >= 20
    empty_the_database()
    done = imported(content)
    assert contents() == before
    assert (done.individuals, done.met.known, done.met.differing) == (14, 0, 0)
    again = documents(exported(Experiment.objects.get()))
    for line, other in zip(documents(content)[1:], again[1:], strict=True):
        assert (
            line == other or "evaluation" in line or "genotype" in line
        )  # those stand in the order of their rows


def test_a_paused_search_goes_on_as_if_it_had_stayed() -> None:
    config = small_config(individuals=20, in_flight=1)
    stayed = history(work_off(started(config)))
    empty_the_database()
    experiment = started(config)
    for _ in range(9):
        finish(claim_next(experiment), accuracy=_fitness(experiment, stayed))
    evaluated = services.pause_experiment(experiment_id=experiment.pk).evaluated
    content = exported(experiment)
    empty_the_database()
    moved = Experiment.objects.get(pk=imported(content).experiment_id)
    assert (moved.state, moved.evaluated) == ("paused", evaluated)
    assert 9 <= evaluated < 20
    services.resume_experiment(experiment_id=moved.pk)
    assert history(work_off(moved)) == stayed
    assert moved.state == "finished"


def test_what_a_learned_strategy_knows_and_has_drafted_goes_along_and_the_search_ends_alike() -> None:
    config = small_config(individuals=16, in_flight=1, strategy={"kind": "reinforce", "drafts": 4})
    stayed = work_off(started(config))
    kept, state = history(stayed), StrategyState.objects.get()
    empty_the_database()
    experiment = started(config)
    while experiment.population < 11:  # two drafts of its second version are left
        for evaluation_id in advanced(experiment.pk):
            run_attempt(evaluation_id=evaluation_id, worker="worker")
        experiment.refresh_from_db()
    services.pause_experiment(experiment_id=experiment.pk)
    content, before = exported(experiment), contents()
    assert [sum(kind in line for line in documents(content)) for kind in ("learned", "draft")] == [1, 2]
    empty_the_database()
    moved = Experiment.objects.get(pk=imported(content).experiment_id)
    assert contents() == before
    services.resume_experiment(experiment_id=moved.pk)
    assert history(work_off(moved)) == kept
    assert (moved.state, StrategyState.objects.get().content) == ("finished", state.content)


def test_a_model_that_was_asked_for_drafts_is_waited_for_anew_after_a_move_and_after_a_pause() -> None:
    config = small_config(individuals=8, in_flight=1, strategy={"kind": "reinforce", "initial_population": 3})
    experiment = started(config)
    for _ in range(3):
        finish(claim_next(experiment))
    assert services.take_unsent_learning(experiment_id=experiment.pk)
    StrategyState.objects.update(wanted_at=LONG_AGO)
    services.pause_experiment(experiment_id=experiment.pk)
    content = exported(experiment)
    empty_the_database()
    moved = imported(content).experiment_id
    assert StrategyState.objects.filter(wanted_at__gt=LONG_AGO).count() == 1
    StrategyState.objects.update(wanted_at=LONG_AGO)
    services.resume_experiment(experiment_id=moved)
    assert services.advance_experiment(experiment_id=moved) == []  # it waits for drafts
    assert services.take_unsent_learning(experiment_id=moved)


def _fitness(experiment: Experiment, stayed: list[tuple[object, ...]]) -> float:
    """What the search that stayed found for the individual that is open now."""
    step = Individual.objects.get(experiment=experiment, state="running").step
    fitness = stayed[step][4]
    assert isinstance(fitness, float)
    return fitness


def test_few_repeats_and_early_decisions_go_along() -> None:
    config = small_config(
        individuals=14, in_flight=1, protocol={"repeats": 3}, decisions={"first_repeats": 1, "halving": 2}
    )
    content = exported(work_off(started(config)))
    before = contents()
    counts = [len(line["evaluation"]["records"]) for line in documents(content) if "evaluation" in line]
    assert 1 in counts
    assert max(counts) > 1
    empty_the_database()
    imported(content)
    assert contents() == before


def test_a_column_that_is_younger_than_the_file_is_left_as_it_begins() -> None:
    content = exported(created())
    empty_the_database()
    imported(edited(content, "experiment", lambda row: (row.pop("decision_state"), row.pop("tags"))))
    assert (Experiment.objects.get().decision_state, Experiment.objects.get().tags) == (None, [])


@pytest.mark.parametrize("kind", ["experiment", "evaluation", "individual"])
def test_a_file_without_any_one_column_is_read_or_refused_and_never_breaks(kind: str) -> None:
    content = exported(work_off(started(small_config(individuals=2, in_flight=1))))
    lines = documents(content)
    place = next(index for index, line in enumerate(lines) if kind in line)
    for name in lines[place][kind]:
        less = {kind: {field: value for field, value in lines[place][kind].items() if field != name}}
        with suppress(BadFile):
            imported(written([*lines[:place], less, *lines[place + 1 :]]))


def test_what_a_strategy_remembers_goes_along() -> None:
    experiment = created()
    Experiment.objects.filter(pk=experiment.pk).update(strategy_state={"seen": [1, 2.5, None]}, observed=0)
    content = exported(experiment)
    empty_the_database()
    imported(content)
    assert Experiment.objects.get().strategy_state == {"seen": [1, 2.5, None]}
    assert Experiment.objects.get().state == "draft"


def test_a_search_that_waits_for_its_data_set_is_paused_by_nobody_but_the_import() -> None:
    experiment = started(small_config(individuals=12))
    services.postpone_evaluation(claim=claim_next(experiment), reason="there is no folder")
    content = exported(experiment)
    empty_the_database()
    moved = Experiment.objects.get(pk=imported(content).experiment_id)
    assert (moved.state, moved.awaits) == ("paused", None)
    assert "Resume" in moved.reason
    assert services.sweep().awaiting == []


def test_a_running_search_is_paused_and_what_was_being_trained_waits() -> None:
    experiment = started(small_config(individuals=12, in_flight=2))
    finish(claim_next(experiment))
    claim = claim_next(experiment)
    content = exported(experiment)
    empty_the_database()
    moved = Experiment.objects.get(pk=imported(content).experiment_id)
    assert (moved.state, moved.proposed, moved.evaluated) == ("paused", 3, 1)
    assert "Resume" in moved.reason
    assert set(moved.individuals.values_list("step", "state")) == {
        (0, "done"),
        (1, "waiting"),
        (2, "waiting"),
    }
    row = Evaluation.objects.get(phenotype_key=claim.phenotype_key)
    assert (row.state, row.lease, row.attempts, row.worker) == ("waiting", "", 0, "")
    services.resume_experiment(experiment_id=moved.pk)
    assert work_off(moved).state == "finished"


@pytest.mark.parametrize(
    "layout",
    [
        archive.EXPERIMENT,
        archive.LEARNED,
        archive.DRAFT,
        archive.GENOTYPE,
        archive.EVALUATION,
        archive.RECORD,
        archive.INDIVIDUAL,
    ],
)
def test_every_column_is_in_the_file_or_left_out_for_a_reason(layout: archive.Layout) -> None:
    """A new reference to another table wants a decision here; a new plain column is in the file by itself."""
    columns = {field.name for field in layout.model._meta.concrete_fields if not field.primary_key}
    assert columns == set(layout.fields) | set(layout.left_out)
    known = {"CharField", "TextField", "JSONField", "BooleanField", "FloatField", "DateTimeField"}
    known |= {"PositiveSmallIntegerField", "PositiveIntegerField", "BigIntegerField"}
    assert {field.get_internal_type() for field in layout.fields.values()} <= known


def test_motifs_and_their_uses_follow_from_the_genotypes() -> None:
    content = exported(searched())
    assert not any("motif" in line for line in documents(content))
    before = contents()
    empty_the_database()
    imported(content)
    assert contents()["MotifUse"] == before["MotifUse"]
    assert contents()["Motif"] == before["Motif"]


@pytest.mark.django_db(transaction=True)
def test_a_file_shows_one_moment_while_the_search_goes_on() -> None:
    experiment = started(small_config(individuals=30, in_flight=1))
    for _ in range(5):
        finish(claim_next(experiment))
    lines = writing.archive_lines(experiment.pk)
    with snapshot():
        head = [next(lines), next(lines)]

        def go_on() -> None:
            try:
                work_off(experiment)
            finally:
                connection.close()

        other = threading.Thread(target=go_on)
        other.start()
        other.join()
        rest = list(lines)
    experiment.refresh_from_db()
    assert experiment.proposed == 30
    assert head[1]["experiment"]["proposed"] == 5
    assert rest[-1]["end"]["individuals"] == 5
