"""The auxiliary head: where it stands, what it counts, what it trains, and that nothing of it is kept."""

from io import BytesIO

import pytest
import torch
from torch.nn import functional

from search.evolution.networks.auxiliary import auxiliary_parameters, auxiliary_place
from search.evolution.networks.host import Host, host_layers
from search.training import native
from search.training.loop.run_state import trained_weights
from search.training.network.auxiliary_head import AuxiliaryHead
from tests.training.cases import digits_protocol
from tests.training.runs import a_run, assert_goes_on_to_the_same


@pytest.mark.parametrize(
    "host, width, cells_before",
    [
        (Host(), 64, 2),
        (Host(kind="large", channels=64, cells=2), 256, 4),
        (Host(kind="imagenet", channels=64, image_size=299, classes=1000), 512, 5),
    ],
)
def test_it_reads_the_map_before_the_last_third_of_the_cells(
    host: Host, width: int, cells_before: int
) -> None:
    layers, place = host_layers(host), auxiliary_place(host)
    assert layers[place].width == width
    assert layers[place + 1].kind == "cell"
    assert [layer.kind for layer in layers[:place]].count("cell") == cells_before
    head = AuxiliaryHead(host, seed=1)
    assert auxiliary_parameters(host) == sum(value.numel() for value in head.parameters())


def test_darts_head_on_256_channels_has_as_many_parameters_as_published_code_gives() -> None:
    # 256 x 128 + 2 x 128 + 128 x 768 x 4 + 2 x 768 + 768 x 10 + 10.
    assert auxiliary_parameters(Host(kind="large", channels=64, cells=2)) == 435_466


def test_what_is_descended_is_the_loss_and_the_heads_in_its_weight() -> None:
    run = a_run(auxiliary_weight=0.4)
    assert run.auxiliary is not None
    images, labels = next(run.batches.training())
    run.network.train()
    scores, between = run.network.with_map(images, run.auxiliary.place)
    own = functional.cross_entropy(scores, labels)
    wanted = torch.autograd.grad(
        own + 0.4 * functional.cross_entropy(run.auxiliary(between), labels),
        [run.network.layers[0].convolutions[0].weight],  # type: ignore[index,union-attr]
    )[0]
    loss = float(run.gradient_step(images, labels)[0])
    assert loss == pytest.approx(float(own.detach()), rel=1e-5), "the curve shows the network's own loss"
    found = run.network.layers[0].convolutions[0].weight.grad  # type: ignore[index,union-attr]
    assert torch.allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_kernels_and_torch_give_the_same_gradients_beside_a_head() -> None:
    found = []
    for plain in (False, True):
        run = a_run(auxiliary_weight=0.4)
        if plain:
            assert native.restore(run.network)
        run.network.train()
        run.gradient_step(*next(run.batches.training()))
        found.append([value.grad.clone() for value in run.network.parameters()])  # type: ignore[union-attr]
    for one, other in zip(*found, strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-5)


def test_the_network_begins_alike_and_nothing_of_the_head_is_kept() -> None:
    with_head, without = a_run(auxiliary_weight=0.4), a_run()
    for (name, one), (_, other) in zip(
        with_head.network.state_dict().items(), without.network.state_dict().items(), strict=True
    ):
        assert torch.equal(one, other), name
    with_head.finish()
    without.finish()
    kept = torch.load(BytesIO(trained_weights(with_head)), weights_only=True)
    usual = torch.load(BytesIO(trained_weights(without)), weights_only=True)
    assert kept.keys() == usual.keys()
    assert any(not torch.equal(kept[name], usual[name]) for name in kept)
    assert with_head.network.parameter_count == without.network.parameter_count


def test_a_training_with_a_head_goes_on_from_a_checkpoint_to_the_same_state() -> None:
    protocol = digits_protocol(auxiliary_weight=0.4, weight_averaging=0.9)
    assert_goes_on_to_the_same(protocol)
