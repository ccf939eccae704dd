"""torchvision's networks as reference points: published figures on ImageNet, none of them measured here.

Those of the weights IMAGENET1K_V1 at 224 pixels, 299 for Inception-v3; a test compares them with the installed
torchvision. Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedNetwork:
    """One network."""

    name: str
    """As torchvision calls it."""
    parameters: int
    giga_multiply_adds: float
    top1: float
    """On ImageNet's validation images, a fraction 0..1."""


PUBLISHED_NETWORKS = (
    PublishedNetwork("alexnet", 61_100_840, 0.714, 0.56522),
    PublishedNetwork("squeezenet1_1", 1_235_496, 0.349, 0.58178),
    PublishedNetwork("shufflenet_v2_x1_0", 2_278_604, 0.145, 0.69362),
    PublishedNetwork("mobilenet_v2", 3_504_872, 0.301, 0.71878),
    PublishedNetwork("mnasnet1_0", 4_383_312, 0.314, 0.73456),
    PublishedNetwork("googlenet", 6_624_904, 1.498, 0.69778),
    PublishedNetwork("densenet121", 7_978_856, 2.834, 0.74434),
    PublishedNetwork("resnet18", 11_689_512, 1.814, 0.69758),
    PublishedNetwork("resnet50", 25_557_032, 4.089, 0.76130),
    PublishedNetwork("inception_v3", 27_161_264, 5.713, 0.77294),
    PublishedNetwork("resnext50_32x4d", 25_028_904, 4.230, 0.77618),
    PublishedNetwork("wide_resnet50_2", 68_883_240, 11.398, 0.78468),
    PublishedNetwork("vgg16", 138_357_544, 15.470, 0.71592),
)
