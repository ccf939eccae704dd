"""Parts of a network that run by the C kernels, and what puts them in place of those that run by torch's operations.

Such a part is the same object with the same weights under another class. At each call it asks whether the kernels
can take its input, and computes as its own class does where they cannot.
"""

import torch
from torch import Tensor, nn

from search.training.native import calls, cell
from search.training.native.global_pooling import average_of_pixels
from search.training.native.layers import normalised, separable
from search.training.native.parts import Parts, parts_of, whole
from search.training.network.flat_cell import FlatCell
from search.training.network.hosts import Network, PoolLinear
from search.training.network.operations import Convolution, Filters, MaxPool


class KernelConvolution(Convolution):
    """While it trains: separable convolutions of parts, normalisation and ReLU of all others."""

    def forward(self, x: Tensor | Parts) -> Tensor:
        if not (self.training and _is_usable(x)):
            return super().forward(whole(x))
        if len(self.convolutions) > 1:
            filters, pointwise = self.convolutions
            assert isinstance(filters, Filters)
            assert isinstance(pointwise, Filters)
            return separable(parts_of(x), filters, pointwise, self.normalisation)
        return normalised(self.convolutions(whole(x)), self.normalisation)


class KernelMaxPool(MaxPool):
    """Where no gradient will be asked for: the same values, without the places of the maxima, which torch writes even
    there."""

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled() or not calls.is_usable(x):
            y: Tensor = super().forward(x)
            return y
        [block] = calls.pool("max3x3", [calls.block_of(x)])
        return calls.map_of(block)


class KernelPoolLinear(PoolLinear):
    """Averages parts one by one."""

    def forward(self, x: Tensor | Parts) -> Tensor:
        if not _is_usable(x):
            return super().forward(whole(x))
        parts = parts_of(x)
        means = Parts(tuple(average_of_pixels(block) for block in parts.blocks), parts.order)
        scores: Tensor = self.linear(torch.cat(means.listed, dim=1))
        return scores


class KernelCell(FlatCell):
    """While it trains: all of its program at once, but where it leaves out operations."""

    gives_parts = False
    """Whether what follows takes parts."""

    def forward(self, x: Tensor, *, recomputes: bool = False) -> Tensor | Parts:  # type: ignore[override]
        if self.drop_path is not None or not (self.training and calls.is_usable(x)):
            return super().forward(x, recomputes=recomputes)
        parts = cell.run(cell.Plan(self.program, self.widths, self.operations), x, recomputes=recomputes)
        return parts if self.gives_parts else parts.joined()


_BY_KERNELS: dict[type[nn.Module], type[nn.Module]] = {
    Convolution: KernelConvolution,
    MaxPool: KernelMaxPool,
    PoolLinear: KernelPoolLinear,
    FlatCell: KernelCell,
}
_BY_TORCH = {mine: theirs for theirs, mine in _BY_KERNELS.items()}


def replace(module: nn.Module) -> None:
    """From now on all parts of the module run by the kernels, wherever these can take what lies there."""
    for part in module.modules():
        part.__class__ = _BY_KERNELS.get(type(part), type(part))
    if isinstance(module, Network):
        for layer, following in zip(module.layers, module.layers[1:], strict=False):
            if isinstance(layer, KernelCell):
                layer.gives_parts = isinstance(following, KernelConvolution | KernelPoolLinear)


def restore(module: nn.Module) -> bool:
    """The opposite; whether any part had been replaced."""
    replaced = [part for part in module.modules() if type(part) in _BY_TORCH]
    for part in replaced:
        part.__class__ = _BY_TORCH[type(part)]
    return bool(replaced)


def _is_usable(x: Tensor | Parts) -> bool:
    return calls.is_usable(x.blocks[0] if isinstance(x, Parts) else x)
