"""Source text that every exported PyTorch file contains.

Their constructors, attributes and arithmetic follow `search.training.network.operations` and `hosts`; a test
compares the two on random networks. Pure Python: must import neither Django nor torch.
"""

HEAD = '''"""Network {key}: an evolved cell in its host.

    network = load("weights.pt")  # or Network(), whose weights are PyTorch's own initial ones
    scores = network(images)  # [N, {channels}, {size}, {size}] of pixel values 0..255 -> [N, {classes}]

{parameters:,} parameters, {multiply_adds:,} multiply-adds an image. Needs nothing but PyTorch.
"""

{about}
import torch
from torch import Tensor, nn
from torch.nn import functional
'''

CONVOLUTION = '''
class Convolution(nn.Module):
    """One convolution or several in a row, then batch normalisation and ReLU."""

    def __init__(self, *convolutions: nn.Conv2d) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(*convolutions)
        self.normalisation = nn.BatchNorm2d(convolutions[-1].out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.normalisation(self.convolutions(x)))
'''

PARTS = {
    "PointwiseConvolution": '''
class PointwiseConvolution(Convolution):
    """1x1 convolution."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__(nn.Conv2d(width, channels, 1, bias=False))
''',
    "DepthwiseConvolution": '''
class DepthwiseConvolution(Convolution):
    """3x3 convolution with one filter a channel."""

    def __init__(self, width: int) -> None:
        super().__init__(nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False))
''',
    "SeparableConvolution": '''
class SeparableConvolution(Convolution):
    """3x3 depthwise, then 1x1 convolution."""

    def __init__(self, width: int, channels: int, stride: int = 1) -> None:
        depthwise = nn.Conv2d(width, width, 3, stride, padding=1, groups=width, bias=False)
        super().__init__(depthwise, nn.Conv2d(width, channels, 1, bias=False))
''',
    "MaxPool": '''
class MaxPool(nn.MaxPool2d):
    """3x3 max pool that keeps the resolution."""

    def __init__(self) -> None:
        super().__init__(3, stride=1, padding=1)
''',
    "AveragePool": '''
class AveragePool(nn.AvgPool2d):
    """3x3 average pool that keeps the resolution; padding does not count."""

    def __init__(self) -> None:
        super().__init__(3, stride=1, padding=1, count_include_pad=False)
''',
}

HOST_PARTS = {
    "FullConvolution": '''
class FullConvolution(Convolution):
    """Ordinary 3x3 convolution: the host's stem."""

    def __init__(self, width: int, channels: int, stride: int = 1) -> None:
        super().__init__(nn.Conv2d(width, channels, 3, stride, padding=1, bias=False))
''',
    "Classifier": '''
class Classifier(nn.Module):
    """Global average pool, then class scores."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x.mean(dim=(2, 3)))
''',
}

NETWORK = '''
class Network(nn.Module):
    """The host with the cell in its places; beside each layer channels x height x width that leave it."""

    def __init__(self, classes: int = {classes}) -> None:
        super().__init__()
        # What pixel values are normalised with; kept weights hold the training images' own.
        self.register_buffer("mean", torch.zeros(1, {channels}, 1, 1))
        self.register_buffer("scale", torch.full((1, {channels}, 1, 1), 1 / 255))
        self.layers = nn.Sequential(
{layers}
        )

    def forward(self, images: Tensor) -> Tensor:
        x = (images.to(self.mean.dtype) - self.mean) * self.scale
        return self.layers(x.contiguous(memory_format=torch.channels_last))


def load(path: str) -> Network:
    """The network with kept weights, ready to score."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = Network(classes=len(state["layers.{last}.linear.bias"]))
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last).eval()


if __name__ == "__main__":
    print(Network())
'''
