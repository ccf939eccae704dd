"""Python bindings of the C kernels for tensors.

A block is a dense tensor [N, H, W, C], C being the cell's width; what operations read and write are lists of blocks, a
concatenation among them being the list of its parts. All tensors of a call have one type.
"""

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor, nn

from search.training.native.library import Shape, has_kernels, library

Blocks = Sequence[Tensor]

FOUND = 4
"""What a normalisation finds of each channel and its backward pass needs."""
CONVOLUTIONS = {"conv1x1": 0, "dw3x3": 1, "sep3x3": 2}
POOLS = {"max3x3": 0, "avg3x3": 1}
"""Numbers that the source gives to primitives."""


def is_usable(x: Tensor) -> bool:
    """Whether the kernels can take what lies there."""
    return x.is_cpu and has_kernels(x.dtype, x.shape[1])


def block_of(x: Tensor) -> Tensor:
    """[N, C, H, W] -> one block, copied only where the channels do not lie last."""
    return x.permute(0, 2, 3, 1).contiguous()


def map_of(block: Tensor) -> Tensor:
    """The opposite, never copied."""
    return block.permute(0, 3, 1, 2)


class Convolution(NamedTuple):
    """A convolution before its normalisation."""

    name: str
    """The primitive."""
    depthwise: Tensor | None
    """Its filters as torch has them, [C, 1, 3, 3]."""
    pointwise: Tensor | None
    """[K, C, 1, 1]."""
    stride: int = 1

    @property
    def weights(self) -> list[Tensor]:
        """Those that it has, in their order."""
        return [weight for weight in (self.depthwise, self.pointwise) if weight is not None]


class Convolved(NamedTuple):
    """What a convolution leaves: its own result, what normalisation and ReLU make of it, and what the normalisation
    found."""

    before: list[Tensor]
    result: list[Tensor]
    found: Tensor


def convolution(
    convolution: Convolution, x: Blocks, normalisation: nn.BatchNorm2d, *, counts: bool
) -> Convolved:
    """A convolution of the concatenated blocks, with normalisation and ReLU. `counts`: into the running statistics."""
    images, height, width, channels = x[0].shape
    outputs, out = (
        (len(x), channels) if convolution.pointwise is None else (1, convolution.pointwise.shape[0])
    )
    smaller = [(pixels - 1) // convolution.stride + 1 for pixels in (height, width)]
    before, result = ([x[0].new_empty((images, *smaller, out)) for _ in range(outputs)] for _ in range(2))
    found = x[0].new_empty((FOUND, outputs * out))
    call(
        "convolution", x[0], CONVOLUTIONS[convolution.name], _places(x), len(x), _shape(x[0]), out, convolution.stride,
        _place(convolution.depthwise), _place(convolution.pointwise),
        *_normalisation(normalisation, _pixels(before[0]), counts=counts),
        _places(before), _places(result), found.data_ptr(),
    )  # fmt: skip
    return Convolved(before, result, found)


def convolution_backward(
    convolution: Convolution, gradients: Blocks, x: Blocks, convolved: Convolved, towards_x: Blocks,
    adds: Sequence[bool],
) -> list[Tensor]:  # fmt: skip
    """From the gradients of the result: that of x, written to `towards_x` or added there, and those of the weights, the
    normalisation's scale and its shift."""
    depthwise, pointwise = (
        None if weight is None else weight.new_empty(weight.shape)
        for weight in (convolution.depthwise, convolution.pointwise)
    )
    towards = convolution._replace(depthwise=depthwise, pointwise=pointwise)
    found = convolved.found
    normalisation = found.new_empty((2, found.shape[1]))
    call(
        "convolution_backward", x[0], CONVOLUTIONS[convolution.name], _places(gradients), _places(x), len(x),
        _shape(x[0]), gradients[0].shape[3], convolution.stride, _place(convolution.depthwise),
        _place(convolution.pointwise), _places(convolved.before), found.data_ptr(), _places(towards_x), _flags(adds),
        _place(depthwise), _place(pointwise), normalisation.data_ptr(),
    )  # fmt: skip
    return [*towards.weights, normalisation[0], normalisation[1]]


def pool(name: str, x: Blocks) -> list[Tensor]:
    """3x3, stride 1. A max pool's values are torch's own to the last bit."""
    y = [torch.empty_like(block) for block in x]
    call("pool", x[0], POOLS[name], _places(x), len(x), _shape(x[0]), _places(y))
    return y


def pool_backward(name: str, gradients: Blocks, x: Blocks, towards_x: Blocks, adds: Sequence[bool]) -> None:
    """Of equal maxima the first takes all of the gradient, by rows, as in torch."""
    call(
        "pool_backward", x[0], POOLS[name], _places(gradients), _places(x), len(x), _shape(x[0]), _places(towards_x),
        _flags(adds),
    )  # fmt: skip


def normalise(x: Tensor, normalisation: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """[N, H, W, C] of any number of channels: ReLU of what is normalised, and what was found."""
    y, found = torch.empty_like(x), x.new_empty((FOUND, x.shape[3]))
    call(
        "normalise", x, x.data_ptr(), _pixels(x), x.shape[3], *_normalisation(normalisation, _pixels(x), counts=True),
        y.data_ptr(), found.data_ptr(),
    )  # fmt: skip
    return y, found


def normalise_backward(gradient: Tensor, x: Tensor, found: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of x, scale and shift."""
    towards_x, towards_parameters = torch.empty_like(x), found.new_empty((2, x.shape[3]))
    call(
        "normalise_backward", x, gradient.data_ptr(), x.data_ptr(), _pixels(x), x.shape[3], found.data_ptr(),
        towards_x.data_ptr(), towards_parameters.data_ptr(),
    )  # fmt: skip
    return towards_x, towards_parameters[0], towards_parameters[1]


def call(name: str, like: Tensor, *arguments: object) -> None:
    if getattr(library(like.dtype, like.shape[3]), name)(*arguments):
        raise MemoryError(f"{name} of blocks of {tuple(like.shape)}")


def _normalisation(normalisation: nn.BatchNorm2d, pixels: int, *, counts: bool) -> tuple[object, ...]:
    if pixels < 2:
        raise ValueError("a batch of one pixel cannot be normalised: take more images, or larger ones")
    assert normalisation.momentum is not None
    running: tuple[int | None, int | None] = (None, None)
    if counts:
        assert normalisation.num_batches_tracked is not None
        normalisation.num_batches_tracked.add_(1)
        running = _place(normalisation.running_mean), _place(normalisation.running_var)
    scale, shift = normalisation.weight.data_ptr(), normalisation.bias.data_ptr()
    return scale, shift, normalisation.eps, normalisation.momentum, *running


def _pixels(x: Tensor) -> int:
    return x.shape[0] * x.shape[1] * x.shape[2]


def _place(x: Tensor | None) -> int | None:
    return None if x is None else x.data_ptr()


def _places(blocks: Blocks) -> "ctypes.Array[ctypes.c_void_p]":
    return (ctypes.c_void_p * len(blocks))(*[block.data_ptr() for block in blocks])


def _flags(adds: Sequence[bool]) -> "ctypes.Array[ctypes.c_int]":
    return (ctypes.c_int * len(adds))(*adds)


@lru_cache(maxsize=1024)
def _shape_of(images: int, height: int, width: int, channels: int) -> Shape:
    return Shape(images, height, width, channels)


def _shape(block: Tensor) -> object:
    return ctypes.byref(_shape_of(*block.shape))
