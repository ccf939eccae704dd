"""Evaluators in the protocol: a discriminated union whose default changes no key."""

import pytest

from search.evolution.evaluation import NO_CONTEXT, context_of
from search.evolution.experiments.config import ConfigError, experiment_config
from search.evolution.experiments.evaluators import EVALUATORS, FROM_SCRATCH, evaluator_row
from search.evolution.experiments.protocol_keys import protocol_key, repeat_seed
from search.evolution.networks.hashing import derive_seed

ARTIFACT = "0123456789abcdef" * 2


def key(evaluator: dict[str, str] | None) -> str:
    protocol = {} if evaluator is None else {"evaluator": evaluator}
    return protocol_key(experiment_config({"protocol": protocol}).protocol)


def test_training_from_scratch_is_the_default_and_changes_no_key() -> None:
    assert key(None) == key({"kind": "train"})
    assert experiment_config({}).protocol.evaluator == FROM_SCRATCH


def test_every_other_evaluator_has_keys_of_its_own() -> None:
    others = [
        {"kind": "inherit"},
        {"kind": "table", "table": "small-cells"},
        {"kind": "table", "table": "other-cells"},
        {"kind": "surrogate", "sample": "small-cells"},
        {"kind": "shared_weights", "artifact": ARTIFACT},
    ]
    assert len({key(None), *(key(other) for other in others)}) == 6


def test_a_new_version_of_an_evaluator_has_new_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key({"kind": "inherit"})
    raised = EVALUATORS["inherit"].__class__(**{**vars(EVALUATORS["inherit"]), "version": 2})
    monkeypatch.setitem(EVALUATORS, "inherit", raised)
    assert key({"kind": "inherit"}) != before


@pytest.mark.parametrize(
    "evaluator, path, message",
    [
        (
            {"kind": "guess"},
            "protocol.evaluator",
            "'train', 'table', 'surrogate', 'inherit', 'shared_weights'",
        ),
        ({"kind": "shared_weights"}, "protocol.evaluator.shared_weights.artifact", "Field required"),
        ({"kind": "train", "table": "x"}, "protocol.evaluator.train.table", "Extra inputs"),
    ],
)
def test_what_an_evaluator_does_not_know_is_refused(
    evaluator: dict[str, str], path: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment_config({"protocol": {"evaluator": evaluator}})
    [(where, text)] = caught.value.errors
    assert where == path
    assert message in text


def test_the_table_says_who_may_share_and_who_needs_a_shared_training() -> None:
    assert {row.kind: row.shared_with for row in EVALUATORS.values()} == {
        "train": "everybody",
        "table": "everybody",
        "surrogate": "everybody",
        "inherit": "experiment",
        "shared_weights": "everybody",
    }
    assert evaluator_row(FROM_SCRATCH) is EVALUATORS["train"]
    assert [row.kind for row in EVALUATORS.values() if row.needs_artifact] == ["shared_weights"]


def test_from_scratch_has_no_context_and_its_seeds_are_what_they_were() -> None:
    assert context_of({}) == NO_CONTEXT
    assert NO_CONTEXT.key == ""
    assert repeat_seed("a", "b", 1) == derive_seed("repeat", "a", "b", 1)


def test_equal_documents_are_one_context_and_give_repeats_seeds_of_their_own() -> None:
    one, other = context_of({"artifact": ARTIFACT, "experiment": 3}), context_of({"artifact": ARTIFACT})
    assert one == context_of({"experiment": 3, "artifact": ARTIFACT})
    assert one.key != other.key
    assert len({repeat_seed("a", "b", 0, context) for context in ("", one.key, other.key)}) == 3
