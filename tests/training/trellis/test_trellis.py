"""The trellis of neural fabrics: counted by hand, computed at every scale, trained as any network is."""

import pytest
import torch

from search.evolution.estimates.trellis_shape import TrellisShape
from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.training.trellis.network import Trellis, build_trellis
from search.training.trellis.training import train_trellis

PAPER = TrellisShape(layers=8, image_size=32, image_channels=3, channels=16, classes=10)


def test_its_weights_are_those_of_a_count_by_hand() -> None:
    # 7 layers of 6 + 5 + 5 edges, 5 within the first layer and 5 within the last one.
    assert len(PAPER.edges) == 7 * 16 + 10 == 122
    edges, stem, normalisations, classifier = 122 * 9 * 16 * 16, 9 * 3 * 16, 48 * 2 * 16, 170
    assert edges == 281_088
    assert PAPER.parameters == edges + stem + normalisations + classifier == 283_226
    assert build_trellis(PAPER, seed=1).parameter_count == 283_226


@pytest.mark.parametrize("size, scales", [(8, 4), (28, 6), (32, 6), (33, 7), (1, 1)])
def test_scales_halve_the_image_down_to_one_pixel(size: int, scales: int) -> None:
    shape = TrellisShape(layers=3, image_size=size, image_channels=1, channels=2, classes=4)
    assert (len(shape.sizes), shape.sizes[0], shape.sizes[-1]) == (scales, size, 1)
    network = build_trellis(shape, seed=1)
    assert network.parameter_count == shape.parameters
    assert network(torch.randn(3, 1, size, size)).shape == (3, 4)


def test_each_node_reads_only_what_is_computed_before_it_and_its_neighbours() -> None:
    computed = {(0, 0)}
    for reads, writes in PAPER.edges:
        assert reads in computed
        assert writes[0] - reads[0] in (0, 1)
        assert abs(writes[1] - reads[1]) <= 1
        computed.add(writes)
    assert len(computed) == 48


def test_every_weight_takes_part_and_images_larger_than_the_crop_are_scored() -> None:
    shape = TrellisShape(layers=3, image_size=6, image_channels=1, channels=2, classes=4)
    network = build_trellis(shape, seed=1)
    network(torch.randn(8, 1, 6, 6)).square().sum().backward()
    assert all(row.grad is not None and bool(row.grad.any()) for row in network.parameters())
    assert network.eval()(torch.randn(2, 1, 8, 8)).shape == (2, 4)


def test_a_change_at_one_corner_reaches_the_scores_through_the_coarse_scales() -> None:
    network = build_trellis(TrellisShape(2, 16, 1, 2, 3), seed=1).eval()
    images = torch.randn(1, 1, 16, 16)
    changed = images.clone()
    changed[0, 0, 0, 0] += 5
    trellis = network.layers[0]
    assert isinstance(trellis, Trellis)
    assert not torch.allclose(network(images), network(changed))


def test_it_trains_under_a_protocol_and_repeats_itself_from_one_seed() -> None:
    protocol = Protocol.model_validate(
        {"dataset": "digits", "channels": 4, "steps": 60, "batch_size": 32, "learning_rate": 0.05,
         "validation_images": 200, "schedule": "cosine"}
    )  # fmt: skip
    found, network = train_trellis(protocol, layers=3, seed=1, device="cpu")
    assert found.accuracy > 0.5
    assert found.curve[-1]["step"] == 60
    assert network.parameter_count == TrellisShape(3, 8, 1, 4, 10).parameters
    again, _ = train_trellis(protocol, layers=3, seed=1, device="cpu")
    assert again.accuracy == found.accuracy


def test_an_auxiliary_head_which_reads_a_cell_is_refused() -> None:
    protocol = Protocol.model_validate({"dataset": "digits", "steps": 4, "auxiliary_weight": 0.4})
    with pytest.raises(EvaluationFailed, match=r"auxiliary_weight is 0\.4, use 0"):
        train_trellis(protocol, device="cpu")
