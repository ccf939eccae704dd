"""What the recipes of a protocol do: cutout, brightness and contrast, label smoothing, drop path, weight averaging."""

import math
from importlib import import_module
from io import BytesIO

import pytest
import torch

from search.training.data.batches import Batches
from search.training.data.colour_changes import draw_factors, recoloured
from search.training.data.datasets import load_split
from search.training.loop.averaging import WeightAverage
from search.training.loop.run_state import trained_weights
from search.training.network.flat_cell import DropPath, FlatCell
from search.training.network.operations import initialise
from tests.training.cases import digits_protocol, small_cell
from tests.training.runs import a_run, assert_goes_on_to_the_same

CPU = torch.device("cpu")


def test_cutout_blanks_one_square_of_each_training_image_and_none_that_is_scored() -> None:
    protocol = digits_protocol(cutout=4, batch_size=512)
    batches = Batches(load_split(protocol), protocol, CPU, seed=3)
    plain = Batches(load_split(protocol), digits_protocol(batch_size=512), CPU, seed=3)
    cut, whole = next(batches.training())[0], next(plain.training())[0]
    changed = (cut != whole).any(1)  # [B, 8, 8]
    assert torch.equal(cut[:, 0][changed], torch.zeros(int(changed.sum())))
    blank = (cut == 0).all(1)
    rows, columns = blank.any(2).sum(1), blank.any(1).sum(1)
    assert rows.max() == 4
    assert columns.max() == 4
    assert rows.min() == 2, "a square may hang over the edge, by no more than half"
    assert torch.equal(blank.sum((1, 2)), rows * columns), "what is blank is one rectangle"
    for (one, _), (other, _) in zip(batches.scoring(), plain.scoring(), strict=True):
        assert torch.equal(one, other)


def test_brightness_and_contrast_are_those_of_torchvision_for_the_same_factors() -> None:
    import_module("search.training.data.torchvision_cpu")  # what torchvision misses with a CPU build of torch
    functional = import_module("torchvision.transforms.v2.functional")
    pixels = torch.randint(256, (3, 5, 6, 3), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    brightness, contrast = torch.tensor([0.6, 1.0, 1.7]), torch.tensor([1.5, 0.4, 1.0])
    found = recoloured(pixels, brightness, contrast)
    for image, one, two, wanted in zip(pixels, brightness, contrast, found, strict=True):
        as_floats = image.permute(2, 0, 1).float() / 255
        changed = functional.adjust_contrast(functional.adjust_brightness(as_floats, float(one)), float(two))
        assert torch.allclose(wanted.permute(2, 0, 1) / 255, changed, atol=1e-5)


def test_each_training_image_gets_factors_of_its_own_and_none_that_is_scored() -> None:
    protocol = digits_protocol(brightness=0.5, contrast=0.5, batch_size=256)
    batches = Batches(load_split(protocol), protocol, CPU, seed=3)
    plain = Batches(load_split(protocol), digits_protocol(batch_size=256), CPU, seed=3)
    (changed, labels), (whole, same) = next(batches.training()), next(plain.training())
    assert torch.equal(labels, same), "what is off draws nothing: the order of the images is that of before"
    assert not torch.isclose(changed, whole).flatten(1).all(1).any()
    for (one, _), (other, _) in zip(batches.scoring(), plain.scoring(), strict=True):
        assert torch.equal(one, other)
    factors = draw_factors(20_000, 0.3, torch.Generator().manual_seed(1))
    assert 0.7 <= float(factors.min()) < 0.71
    assert 1.29 < float(factors.max()) <= 1.3
    assert float(factors.mean()) == pytest.approx(1, abs=0.01)


def test_the_smoothed_loss_is_that_of_the_formula() -> None:
    run = a_run(label_smoothing=0.2)
    images, labels = next(run.batches.training())
    run.network.train()
    logarithms = torch.log_softmax(run.network(images), 1)
    target = torch.full_like(logarithms, 0.2 / 10)
    target[torch.arange(len(labels)), labels] += 0.8
    wanted = float(-(target * logarithms).sum(1).mean())
    loss = float(run.gradient_step(images, labels)[0])
    assert loss == pytest.approx(wanted, rel=1e-5)


def test_drop_path_leaves_out_whole_results_of_single_images_and_keeps_the_expectation() -> None:
    phenotype = small_cell()
    cell = FlatCell(phenotype, 2).train()
    initialise(cell, torch.Generator().manual_seed(4))
    x = torch.rand(2000, 2, 3, 3, generator=torch.Generator().manual_seed(1))
    whole = cell(x, recomputes=False).detach()
    cell.drop_path = DropPath(0.25, torch.Generator().manual_seed(2))
    dropped = cell(x).detach()
    # Two operations, each concatenated as two channels: a result is left out as a whole, or is 4/3 of what it was.
    for channels in (slice(0, 2), slice(2, 4)):
        gone = (dropped[:, channels] == 0).flatten(1).all(1)
        assert 0.22 < float(gone.float().mean()) < 0.28
        assert torch.allclose(dropped[~gone, channels], whole[~gone, channels] * 4 / 3, atol=1e-5)
    assert float(dropped.mean()) == pytest.approx(float(whole.mean()), rel=0.03)
    cell.eval()
    scored = cell(x)
    cell.drop_path = None
    assert torch.equal(scored, cell(x)), "scoring leaves out nothing"


def test_cells_computed_again_leave_out_the_same() -> None:
    found = []
    for recomputes in (False, True):
        cell = FlatCell(small_cell(), 2).train()
        initialise(cell, torch.Generator().manual_seed(4))
        cell.drop_path = DropPath(0.5, torch.Generator().manual_seed(3))
        x = torch.rand(8, 2, 3, 3, generator=torch.Generator().manual_seed(1)).requires_grad_()
        cell(x, recomputes=recomputes).square().sum().backward()
        assert x.grad is not None
        found.append(x.grad.clone())
    assert torch.equal(*found)


def test_an_average_is_the_one_computed_by_hand() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(1.0)
        average = WeightAverage(layer, 0.25)
        for step, value in enumerate((2.0, 4.0), start=1):
            layer.weight.fill_(value)
            average.update(step)
    # After step 1 the decay is 2/11, below 0.25; after step 2 it is 3/12 = 0.25.
    first = 2 / 11 * 1.0 + 9 / 11 * 2.0
    assert float(average.values["weight"]) == pytest.approx(0.25 * first + 0.75 * 4.0)
    with average.applied():
        assert float(layer.weight) == pytest.approx(0.25 * first + 0.75 * 4.0)
    assert float(layer.weight) == 4.0


def test_what_is_scored_and_kept_is_the_average() -> None:
    run = a_run(weight_averaging=0.9, steps=8)
    run.finish()
    assert run.average is not None
    kept = torch.load(BytesIO(trained_weights(run)), weights_only=True)
    own = run.network.state_dict()
    assert any(not torch.equal(value, own[name]) for name, value in run.average.values.items())
    for name, value in run.average.values.items():
        assert torch.equal(kept[name], value), name
    scored = run.accuracy
    run.network.load_state_dict({name: value for name, value in kept.items() if name in own})
    run.average = None
    assert run.score() == scored


def test_a_training_with_all_recipes_goes_on_from_a_checkpoint_to_the_same_state() -> None:
    protocol = digits_protocol(
        cutout=3,
        brightness=0.2,
        contrast=0.2,
        label_smoothing=0.1,
        drop_path=0.2,
        weight_averaging=0.9,
        schedule="cosine",
    )
    last = assert_goes_on_to_the_same(protocol)
    assert math.isfinite(last["curve"][-1]["loss"])
