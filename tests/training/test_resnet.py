"""ResNet-18 as a baseline, and torchvision's networks as reference points, held against torchvision itself."""

import pytest
import torch
from torch import nn

from search.evolution.finals.protocol import final_protocol
from search.evolution.finals.published_networks import PUBLISHED_NETWORKS, PublishedNetwork
from search.training.data import torchvision_cpu  # declares what torchvision's import wants
from search.training.finals.resnet_baseline import baseline_scores
from search.training.network.resnet import resnet18
from tests.training.cases import digits_protocol, ignore

assert torchvision_cpu.datasets
from torchvision import models  # noqa: E402  # only after the declaration

PUBLISHED_PARAMETERS = 11_173_962
"""For ten classes of colour images."""


def test_it_has_as_many_parameters_as_published() -> None:
    assert resnet18(3, 10, seed=1).parameter_count == PUBLISHED_PARAMETERS


def test_it_computes_what_torchvisions_network_with_that_stem_does() -> None:
    mine, theirs = resnet18(3, 10, seed=1).double().eval(), models.resnet18(num_classes=10)
    theirs.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    theirs.maxpool = nn.Identity()
    theirs = theirs.double().eval()
    own, other = list(mine.state_dict().values()), list(theirs.state_dict().values())
    assert [value.shape for value in own] == [value.shape for value in other]
    theirs.load_state_dict(dict(zip(theirs.state_dict(), own, strict=True)))
    images = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    with torch.no_grad():
        assert torch.allclose(mine(images), theirs(images), rtol=1e-10, atol=1e-12)


def test_it_trains_under_a_final_protocol_and_is_scored_on_the_test_set() -> None:
    document = digits_protocol(steps=2, batch_size=4, repeats=2, auxiliary_weight=0.4, drop_path=0.2)
    protocol = final_protocol(document.model_dump(mode="json"))
    scores = list(baseline_scores(protocol, ignore, "cpu"))
    assert [score.test_images for score in scores] == [360, 360]
    assert all(0 < score.accuracy < 1 for score in scores)
    # One grey channel: two times 64 filters of 3x3 less than of colour images.
    assert {score.parameters for score in scores} == {PUBLISHED_PARAMETERS - 2 * 64 * 9}


@pytest.mark.parametrize("row", PUBLISHED_NETWORKS, ids=lambda row: row.name)
def test_published_figures_are_torchvisions(row: PublishedNetwork) -> None:
    meta = models.get_model_weights(row.name)["IMAGENET1K_V1"].meta
    assert meta["num_params"] == row.parameters
    assert meta["_ops"] == pytest.approx(row.giga_multiply_adds, abs=0.0006)
    assert meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100 == pytest.approx(row.top1, abs=1e-6)
