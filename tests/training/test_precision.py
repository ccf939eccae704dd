"""Mixed precision: operations in bfloat16, weights and scores in float32, on a CPU as on a GPU."""

import pytest
import torch

from search.training.loop.run import TrainingRun
from tests.training.cases import digits_protocol
from tests.training.runs import a_run, assert_goes_on_to_the_same


def types_of(run: TrainingRun, *, training: bool) -> set[torch.dtype]:
    """Of what leaves each convolution during a step, or while the network scores."""
    found: set[torch.dtype] = set()
    for part in run.network.modules():
        if isinstance(part, torch.nn.Conv2d):
            part.register_forward_hook(lambda part, given, result: found.add(result.dtype))
    if training:
        run.network.train()
        run.gradient_step(*next(run.batches.training()))
    else:
        run.score()
    return found


def test_operations_are_in_bfloat16_and_everything_that_is_kept_in_float32() -> None:
    run = a_run(precision="bfloat16")
    assert types_of(run, training=True) == {torch.bfloat16}
    kept = [tensor for tensor in run.state() if tensor.is_floating_point()]
    assert {tensor.dtype for tensor in kept} == {torch.float32}
    assert len(kept) > 10
    assert types_of(a_run(precision="bfloat16"), training=False) == {torch.float32}


def test_a_mixed_step_is_the_float32_step_but_for_rounding() -> None:
    losses = []
    for precision in ("bfloat16", "float32"):
        run = a_run(precision=precision)
        run.network.train()
        losses.append(float(run.gradient_step(*next(run.batches.training()))[0]))
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.02)


def test_a_mixed_training_goes_on_from_a_checkpoint_to_the_same_state() -> None:
    protocol = digits_protocol(precision="bfloat16", auxiliary_weight=0.4, resized_crop=0.3, flip=True)
    assert_goes_on_to_the_same(protocol)
