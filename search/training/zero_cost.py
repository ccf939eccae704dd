"""Two zero-cost proxies: what a network is worth, guessed before it is trained.

SynFlow (Tanaka et al. 2020, equation 2): log of the sum over all weights of |weight · d(output of ones) / d weight|,
all weights made positive and batch normalisation taken out. NASWOT (Mellor et al. 2021, equation 2): log of the
determinant of the kernel that counts, for each two images of a batch, at how many ReLUs they agree.
"""

import torch
from torch import Tensor, nn

from search.evolution.experiments.config import Protocol
from search.evolution.networks.phenotype import Phenotype
from search.training.data.datasets import load_split
from search.training.network.hosts import Network, build_network
from search.training.network.operations import Convolution

BATCH = 64


def proxies(phenotype: Phenotype, protocol: Protocol) -> dict[str, float]:
    """{"naswot": ..., "synflow": ...} of the network with the weights of seed 0, on the first validation images."""
    split = load_split(protocol)
    host = protocol.make_host(split.shape)
    pixels = split.validation.take(torch.arange(min(BATCH, len(split.validation)))).pixels
    images = pixels.permute(0, 3, 1, 2).float() / 255
    images = (images - split.mean.view(1, -1, 1, 1)) / split.deviation.view(1, -1, 1, 1)
    return {
        "naswot": naswot(build_network(phenotype, host, seed=0), images),
        "synflow": synflow(build_network(phenotype, host, seed=0), images[:1]),
    }


def synflow(network: Network, image: Tensor) -> float:
    """On an image of ones of that shape. Changes the network's weights."""
    for module in network.modules():
        if isinstance(module, Convolution):
            module.normalisation = nn.Identity()  # type: ignore[assignment]
    with torch.no_grad():
        for weight in network.parameters():
            weight.abs_()
    network.double().eval()
    network(torch.ones_like(image, dtype=torch.float64)).sum().backward()
    flows = [(weight * weight.grad).abs().sum() for weight in network.parameters() if weight.grad is not None]
    return float(torch.stack(flows).sum().log().detach())


def naswot(network: Network, images: Tensor) -> float:
    """Of a batch [N, C, H, W], normalised as for training."""
    kernel = torch.zeros(len(images), len(images), dtype=torch.float64)

    def count(module: nn.Module, inputs: object, output: Tensor) -> None:
        codes = (output > 0).flatten(1).double()
        kernel.add_(codes @ codes.T + (1 - codes) @ (1 - codes).T)

    for module in network.modules():
        if isinstance(module, Convolution):
            module.register_forward_hook(count)
    network.train()
    with torch.no_grad():
        network(images)
    return float(torch.linalg.slogdet(kernel).logabsdet)
