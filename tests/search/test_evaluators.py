"""Evaluators by their registry row: jobs, contexts and evaluations that wait for a shared training."""

from collections.abc import Callable
from typing import Any

import pytest

from search import services, tasks
from search.artifacts.stored import artifact_file
from search.evolution import artifacts as artifact_seam
from search.evolution.artifacts import ArtifactJob, ArtifactProgress, TrainedArtifact
from search.evolution.evaluation import Artifacts, Evaluated, EvaluationFailed, Job, Progress, instant_trainer
from search.evolution.experiments.evaluators import EVALUATORS, Evaluator
from search.evolution.networks.phenotype import build_phenotype
from search.models import Artifact, Evaluation, Experiment, Individual
from search.services.artifacts import asking
from search.services.artifacts.attempts import claim_artifact
from search.services.artifacts.sweeping import recover_silent_artifacts, sweep_artifacts
from search.services.evaluations.artifact_waits import BLOCKED
from search.services.evaluations.sweeping import sweep
from search.worker import artifact_attempts
from search.worker.artifact_attempts import run_artifact_attempt
from search.worker.attempts import run_attempt
from tests.search.searching import individual, small_config, started, work_off

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef" * 2
JOBS: list[Job] = []


def evaluate(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Any = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """Found by its dotted path; reads what it needs."""
    JOBS.append(job)
    if "artifact" in job.context.document:
        assert artifacts is not None
        assert artifacts.artifact(job.context.document["artifact"]) == b"weights"
    return instant_trainer(job, progress=progress)


@pytest.fixture(autouse=True)
def evaluators(monkeypatch: pytest.MonkeyPatch) -> None:
    JOBS.clear()
    for kind in ("inherit", "shared_weights", "table"):
        row = EVALUATORS[kind]
        replaced = Evaluator(
            row.kind, row.version, __name__, row.description, row.shared_with, row.needs_artifact
        )
        monkeypatch.setitem(EVALUATORS, kind, replaced)


@pytest.fixture
def artifact() -> Artifact:
    return asking.ask_for_artifact(key=KEY, name="gates", document={"kind": "gdas"})[0]


def searching(kind: str, **settings: str) -> Experiment:
    return started(small_config(individuals=8, protocol={"evaluator": {"kind": kind, **settings}}))


def use(train: Callable[..., TrainedArtifact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact_attempts, "load_artifact_trainer", lambda: train)


def trained(job: ArtifactJob, *, progress: Callable[[ArtifactProgress], None], **_: Any) -> TrainedArtifact:
    progress(ArtifactProgress(0.5, {"epoch": 1}))
    return TrainedArtifact(b"weights", {"derived": "x"}, 3.0, "cpu")


def test_a_job_is_one_record_with_all_that_the_evaluator_needs() -> None:
    experiment = work_off(searching("table", table="t"))
    assert experiment.evaluated == 8
    for job in JOBS:
        assert build_phenotype(job.genotype).key == job.phenotype.key
        assert job.protocol.evaluator.kind == "table"
        assert job.runtime.device


def test_children_inherit_from_their_parent_and_share_within_their_experiment_alone() -> None:
    experiment = work_off(searching("inherit"))
    for row in Individual.objects.select_related("evaluation", "parent__evaluation"):
        document = row.evaluation.context
        assert document["experiment"] == experiment.pk
        if row.parent is None:
            assert "parent" not in document
        elif not row.shared:
            assert document["parent"]["phenotype_key"] == row.parent.evaluation.phenotype_key
            assert document["parent"]["context_key"] == row.parent.evaluation.context_key
    again = work_off(searching("inherit"))
    mine, others = (
        set(Individual.objects.filter(experiment=pk).values_list("evaluation", flat=True))
        for pk in (again.pk, experiment.pk)
    )
    assert not mine & others


@pytest.mark.parametrize("strategy", [{"kind": "pareto", "children": 6, "morphisms": 0.5}, {"kind": "edits"}])
def test_searches_by_edits_train_only_the_chosen_children_from_their_parents_weights(
    strategy: dict[str, Any],
) -> None:
    told = {"initial_population": 3, "initial_mutations": 50} | strategy
    protocol = {"evaluator": {"kind": "inherit"}}
    experiment = work_off(started(small_config(individuals=10, strategy=told, protocol=protocol)))
    assert experiment.evaluated == 10
    rows = list(
        Individual.objects.filter(experiment=experiment, parent__isnull=False).select_related("evaluation")
    )
    assert len(rows) == 7
    trained = [row.evaluation for row in rows if not row.shared]
    assert all("parent" in evaluation.context for evaluation in trained)
    # Children that were made to choose from are no evaluations.
    assert len(JOBS) == Evaluation.objects.count() <= 10


def test_the_same_network_under_two_evaluators_is_two_evaluations() -> None:
    work_off(searching("table", table="t"))
    before = Evaluation.objects.count()
    work_off(started(small_config(individuals=8)))
    assert Evaluation.objects.count() > before


def test_evaluations_wait_for_their_shared_training_and_say_so(
    artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = searching("shared_weights", artifact=KEY)
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    row = individual(experiment, 0).evaluation
    assert (row.state, row.reason_code, row.sent_at) == ("waiting", BLOCKED, None)
    assert row.reason == "Waits for the shared training gates, which is waiting."
    assert run_attempt(evaluation_id=row.pk, worker="early") == []
    assert sweep().evaluations == []
    use(trained, monkeypatch)
    send, advance = run_artifact_attempt(artifact_id=artifact.pk, worker="worker")
    assert (send, advance) == ([individual(experiment, n).evaluation_id for n in (0, 1)], [])
    for evaluation_id in send:
        run_attempt(evaluation_id=evaluation_id, worker="worker")
    assert individual(experiment, 0).state == "done"
    assert JOBS[0].context.document == {"artifact": KEY}
    artifact.refresh_from_db()
    assert (artifact.state, artifact.history, artifact.bytes) == ("done", [{"epoch": 1}], 7)
    assert artifact_file(KEY).read_bytes() == b"weights"


def test_who_waits_for_a_shared_training_that_fails_fails_with_the_reason(
    artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> TrainedArtifact:
        raise EvaluationFailed("out_of_memory", "it needs 37 GB and 8 GB are free")

    experiment = searching("shared_weights", artifact=KEY)
    services.advance_experiment(experiment_id=experiment.pk)
    use(fails, monkeypatch)
    assert run_artifact_attempt(artifact_id=artifact.pk, worker="worker") == ([], [experiment.pk])
    row = individual(experiment, 0)
    assert row.state == "failed"
    assert "gates that it needs is failed: it needs 37 GB" in row.reason


def test_a_paused_training_saves_its_state_lets_go_and_goes_on_when_resumed(
    artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bytes | None] = []

    def training(
        job: ArtifactJob, *, progress: Callable[[ArtifactProgress], None], checkpoint: Any
    ) -> TrainedArtifact:
        state = checkpoint.load()
        begun.append(state)
        for epoch in range(1, 4):
            if epoch == 2 and state is None:
                asking.pause_artifact(artifact_id=artifact.pk)
            progress(ArtifactProgress(epoch / 3, {"epoch": epoch}))
            if checkpoint.due():
                checkpoint.save(b"state")
        return TrainedArtifact(b"weights", {}, 1.0, "cpu")

    use(training, monkeypatch)
    run_artifact_attempt(artifact_id=artifact.pk, worker="worker")
    artifact.refresh_from_db()
    assert (artifact.state, artifact.paused, artifact.attempts) == ("waiting", True, 0)
    assert sweep_artifacts().artifacts == []
    assert run_artifact_attempt(artifact_id=artifact.pk, worker="worker") == ([], [])
    asking.resume_artifact(artifact_id=artifact.pk)
    assert sweep_artifacts().artifacts == [artifact.pk]
    run_artifact_attempt(artifact_id=artifact.pk, worker="worker")
    artifact.refresh_from_db()
    assert artifact.state == "done"
    assert begun == [None, b"state"]


def test_one_worker_claims_and_a_silent_one_loses_it_after_its_attempts(
    artifact: Artifact, settings: Any
) -> None:
    settings.LEASE_SECONDS = -1
    for attempt in (1, 2, 3):
        claim = claim_artifact(artifact_id=artifact.pk, worker="silent")
        assert claim is not None
        assert claim.attempt == attempt
        assert claim_artifact(artifact_id=artifact.pk, worker="late") is None
        recover_silent_artifacts()
    artifact.refresh_from_db()
    assert (artifact.state, artifact.reason_code) == ("failed", "worker_lost")
    assert "silent gave no sign of life" in artifact.reason
    assert asking.retry_artifact(artifact_id=artifact.pk).state == "waiting"


def test_the_sweep_by_the_clock_sends_a_lost_shared_training_again(
    artifact: Artifact, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[object, int]] = []
    monkeypatch.setattr(tasks, "hand_over", lambda task, key: sent.append((task, key)))
    settings.LEASE_SECONDS = -1
    assert claim_artifact(artifact_id=artifact.pk, worker="killed") is not None
    tasks.sweep()
    artifact.refresh_from_db()
    assert (artifact.state, artifact.attempts) == ("waiting", 1)
    assert (tasks.train_artifact, artifact.pk) in sent


def test_an_evaluator_that_is_not_installed_is_a_failure_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(EVALUATORS, "table", Evaluator("table", 1, "no.such.module", "", "everybody"))
    experiment = searching("table", table="t")
    [first, _] = services.advance_experiment(experiment_id=experiment.pk)
    run_attempt(evaluation_id=first, worker="worker")
    row = individual(experiment, 0)
    assert row.state == "failed"
    assert "this worker has no evaluator 'table'" in row.reason


def test_keys_of_artifacts_name_what_is_trained() -> None:
    one = artifact_seam.artifact_key({"kind": "gdas", "epochs": 3})
    assert one == artifact_seam.artifact_key({"epochs": 3, "kind": "gdas"})
    assert one != artifact_seam.artifact_key({"kind": "gdas", "epochs": 4})
