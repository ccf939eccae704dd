"""Layers between cells on C kernels: separable convolution of a concatenation, normalisation."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from search.training.native import calls
from search.training.native.parts import Parts, targets


def separable(x: Parts, filters: nn.Conv2d, pointwise: nn.Conv2d, normalisation: nn.BatchNorm2d) -> Tensor:
    """3x3 depthwise and 1x1 convolution, normalisation and ReLU: parts of k C channels -> [N, K, H', W']."""
    y: Tensor = _Separable.apply(  # type: ignore[no-untyped-call]
        x.order, filters.stride[0], normalisation, filters.weight, pointwise.weight, normalisation.weight,
        normalisation.bias, *x.blocks,
    )  # fmt: skip
    return calls.map_of(y)


def normalised(x: Tensor, normalisation: nn.BatchNorm2d) -> Tensor:
    """ReLU of the normalised x, [N, C, H, W] -> the same."""
    y: Tensor = _Normalised.apply(  # type: ignore[no-untyped-call]
        calls.block_of(x), normalisation, normalisation.weight, normalisation.bias
    )
    return calls.map_of(y)


class _Separable(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, order: tuple[int, ...], stride: int, normalisation: nn.BatchNorm2d, filters: Tensor, weights: Tensor,
        scale: Tensor, shift: Tensor, *blocks: Tensor,
    ) -> Tensor:  # fmt: skip
        convolution = calls.Convolution("sep3x3", filters, weights, stride)
        convolved = calls.convolution(convolution, Parts(blocks, order).listed, normalisation, counts=True)
        ctx.order, ctx.stride = order, stride
        ctx.save_for_backward(filters, weights, *convolved.before, convolved.found, *blocks)
        return convolved.result[0]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        filters, weights, before, found, *blocks = ctx.saved_tensors
        towards: list[Tensor | None] = [None] * len(blocks)
        to, adds = targets(towards, ctx.order, blocks[0])
        towards_parameters = calls.convolution_backward(
            calls.Convolution("sep3x3", filters, weights, ctx.stride), [gradient.contiguous()],
            Parts(tuple(blocks), ctx.order).listed, calls.Convolved([before], [], found), to, adds,
        )  # fmt: skip
        return None, None, None, *towards_parameters, *towards


class _Normalised(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, normalisation: nn.BatchNorm2d, scale: Tensor, shift: Tensor) -> Tensor:
        y, found = calls.normalise(x, normalisation)
        ctx.save_for_backward(x, found)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, found = ctx.saved_tensors
        towards_x, towards_scale, towards_shift = calls.normalise_backward(gradient.contiguous(), x, found)
        return towards_x, None, towards_scale, towards_shift
