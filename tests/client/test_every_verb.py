"""Every verb of the command line does what it says, for people and for machines."""

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from nasweb.client.commands import command_line, completion
from search import services
from search.artifacts.checkpoints import repeat_checkpoint
from search.artifacts.stored import keep_artifact
from search.artifacts.weights import keep_weights
from search.evolution.genotypes.published import PUBLISHED
from search.models import Artifact, Experiment
from search.selectors import motifs_of
from tests.client.conftest import Nas
from tests.search.final_scores import made_up_final
from tests.search.searching import claim_next, small_config, started
from tests.search.shared_training_results import made_up_shared_training
from tests.search.studies.running import QUALITY, finished_spaces, launched, run_to_its_end

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = {
    "experiments": {
        "create",
        "start",
        "pause",
        "resume",
        "stop",
        "extend",
        "update",
        "wait",
        "delete",
        "import",
        "rescore",
    },
    "individuals": {"evaluate"},
    "genotypes": {"inspect"},
    "evaluations": {"retry", "cancel"},
    "studies": {"create", "pause", "resume", "stop"},
    "finals": {"create", "stop", "retry", "pack", "package"},
    "shared-trainings": {"create", "pause", "resume", "stop", "retry", "retrain", "search"},
}
"""Verbs that change something, and are tested for what they change."""


def reading(search: Experiment, folder: Path) -> dict[str, str]:
    """A command line, and a word of what it tells."""
    best = search.best
    assert best is not None
    child = search.individuals.exclude(parent=None)[0]
    keys = {"phenotype_key": best.evaluation.phenotype_key, "protocol_key": best.evaluation.protocol_key}
    keep_weights(**keys, repeat=0, weights=b"the weights")
    key, motif = best.genotype.key, motifs_of(best.genotype)[0].motif.key
    number, training = best.evaluation_id, _under_way()
    return {
        "experiments list": "Finished search",
        f"experiments show {search.pk}": "Finished search",
        f"experiments mutations {search.pk}": "silent",
        f"experiments baselines {search.pk}": "resnet18",
        f"experiments strategy {search.pk}": "Evolution",
        f"experiments importance {search.pk}": "add --work-out",
        f"experiments importance {search.pk} --work-out": "ask again",
        f"experiments front {search.pk} --cost seconds": f"{best.step}",
        f"experiments rescorings {search.pk}": "planned",
        f"experiments export {search.pk} {folder / 'whole.gz'}": "whole.gz",
        f"experiments report {search.pk} {folder / 'report.html'}": "report.html",
        f"individuals list {search.pk}": "mutation",
        f"individuals show {search.pk} {best.step}": key,
        f"individuals children {search.pk} {child.parent.step if child.parent else 0}": str(child.step),
        f"individuals lineage {search.pk} {child.step}": "initial",
        f"individuals update {search.pk} 3 --tag good --notes Look": "Look",
        f"individuals save {search.pk} {folder / 'table.parquet'} --filter step<5": "table.parquet",
        f"genotypes create {PUBLISHED['liu2018'].genotype.text}": PUBLISHED["liu2018"].genotype.key,
        f"genotypes show {key}": key,
        f"genotypes carriers {key}": str(best.step),
        f"genotypes equal {key}": "genotype",
        f"genotypes diff {key} {child.genotype.key}": "edges differ",
        f"genotypes draw {key} {folder / 'cell.pdf'} --motif L3-M1": "cell.pdf",
        f"motifs list {search.pk} --sort=-fitness --carriers 1": motif,
        f"motifs show {motif}": "mean fitness",
        f"motifs users {motif}": key,
        "evaluations list": "done",
        f"evaluations show {number}": "done",
        f"evaluations log {_failed()}": "Traceback",
        f"evaluations curves {number}": "validation_accuracy",
        f"evaluations checkpoints {training}": "bytes",
        f"evaluations checkpoint {training} 0 {folder / 'state'}": "repeat 0",
        f"evaluations network {number} {folder / 'network.py'}": "network.py",
        f"evaluations weights {number} 0 {folder / 'weights.pt'}": "repeat 0",
        f"genotypes network {key} {folder / 'other.py'}": "other.py",
        "finals list": "done",
        f"finals cost {search.pk} --along 3": "no price set",
        f"finals show {made_up_final(search).pk}": "80.00 %",
        "studies kinds": "paper-table-1",
        "studies cost paper-table-1": "219",
        "studies list": "paper-table-1",
        f"studies show {launched().pk}": "Hierarchical, evolution",
        f"studies findings {finished_spaces().pk}": "test accuracy",
        f"studies findings {run_to_its_end(launched('time-to-quality', **QUALITY)).pk}": "device hours",
        "shared-trainings list": "Gates on digits",
        f"shared-trainings show {_shared_training()}": "derived",
        f"shared-trainings weights {_shared_training()} {folder / 'shared.pt'}": "shared.pt",
        "shared-trainings estimate --method random": "GiB",
        "workers list": "alive",
        "presets list": "quick",
        "strategies list": "evolution",
        "spaces list": "hierarchical",
        "primitives list": "sep3x3",
        "published list": "liu2018",
        "datasets list": "digits",
        "protocols list": "evaluations",
        "problems list": "not-found",
    }


def _failed() -> int:
    claim = claim_next(started(small_config(seed=98)))
    services.fail_evaluation(claim=claim, code="error", reason="broken", log="Traceback\n\x1b[31mred")
    return claim.evaluation_id


def _shared_training() -> int:
    row = made_up_shared_training() if not Artifact.objects.exists() else Artifact.objects.get()
    keep_artifact(row.key, b"the weights")
    return row.pk


def _under_way() -> int:
    claim = claim_next(started(small_config(seed=99)))
    keys = {"phenotype_key": claim.phenotype_key, "protocol_key": claim.protocol_key}
    repeat_checkpoint(**keys, repeat=0).save(b"a state")
    return claim.evaluation_id


def test_every_reading_verb_tells_people_and_machines(
    nas: Nas, search: Experiment, settings: Settings, tmp_path: Path
) -> None:
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    commands = reading(search, tmp_path)
    for command, word in commands.items():
        said = nas(*command.split(" "))
        assert (said.status, said.err) == (0, ""), command
        assert word in said.out, command
        assert "\x1b" not in said.out
        for row in nas(*command.split(" "), "--json").out.splitlines():
            assert isinstance(json.loads(row), dict)
    assert (tmp_path / "cell.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "table.parquet").read_bytes().startswith(b"PAR1")
    assert (tmp_path / "weights.pt").read_bytes() == b"the weights"
    assert (tmp_path / "state").read_bytes() == b"a state"
    done = {tuple(command.split(" ")[:2]) for command in commands}
    done |= {(noun, verb) for noun, verbs in ELSEWHERE.items() for verb in verbs}
    parser = ArgumentParser()
    command_line.build(parser)
    verbs = {
        (noun, verb)
        for noun, group in completion.subcommands(parser)
        for verb, _ in completion.subcommands(group)
    }
    assert verbs == done


def test_a_file_of_another_kind_is_refused_with_what_would_be_right(
    nas: Nas, search: Experiment, tmp_path: Path
) -> None:
    table = nas("individuals", "save", search.pk, tmp_path / "table.xls")
    assert (table.status, "must end in one of csv, jsonl, parquet" in table.err) == (2, True)
    picture = nas("genotypes", "draw", "0" * 32, tmp_path / "cell.bmp")
    assert (picture.status, "must end in one of svg, png, pdf, dot" in picture.err) == (2, True)
    nothing = nas("individuals", "update", search.pk, 3)
    assert (nothing.status, "nothing to change" in nothing.err) == (2, True)
