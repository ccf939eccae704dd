"""Operations written for a CPU with channels last, where torch's own are slower or keep more for the backward pass.

Each computes what torch's operation of that name computes to the last bit, so that the code that people take away
scores the same, and its gradient up to rounding; tests compare them in float64. What each saves is in
docs/performance.md.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from search.training.maxima import pooled, pooled_backward

ONE_PRODUCT_PIXELS = 1024
ONE_PRODUCT_READS = 48
ONE_PRODUCT_GIVES = 16
"""From that many pixels and input channels on, and up to that many output channels, the library's gradient of a 1x1
convolution's weights takes up to twice as long as one product of matrices; elsewhere it is the quicker one."""


def pointwise_convolution(x: Tensor, weight: Tensor) -> Tensor:
    """1x1 convolution without bias: x [N, C, H, W], weight [K, C, 1, 1] -> [N, K, H, W]."""
    gives, reads = weight.shape[:2]
    pixels = x.shape[2] * x.shape[3]
    if pixels >= ONE_PRODUCT_PIXELS and reads >= ONE_PRODUCT_READS and gives <= ONE_PRODUCT_GIVES:
        y: Tensor = _Pointwise.apply(x, weight)  # type: ignore[no-untyped-call]
        return y
    return functional.conv2d(x, weight)


FORGETFUL_PIXELS = 1024
FORGETFUL_BYTES = 2**25
"""Max pools of as many pixels or of so large an input keep no places of maxima: that takes no longer there, or the
memory matters more. Smaller ones are up to twice as quick by torch's own, which does."""


def max_pool(x: Tensor) -> Tensor:
    """3x3, stride 1: [N, C, H, W] -> the same. A large one keeps its input alone for the backward pass."""
    small = x.shape[2] * x.shape[3] < FORGETFUL_PIXELS and x.numel() * x.element_size() < FORGETFUL_BYTES
    if small and torch.is_grad_enabled():
        return functional.max_pool2d(x, 3, 1, 1)
    y: Tensor = _MaxPool.apply(x)  # type: ignore[no-untyped-call]
    return y


def average_pool(x: Tensor) -> Tensor:
    """3x3, stride 1, padding not counted: [N, C, H, W] -> the same. Keeps nothing."""
    y: Tensor = _AveragePool.apply(x)  # type: ignore[no-untyped-call]
    return y


def average_of_pixels(x: Tensor) -> Tensor:
    """[N, C, H, W] -> [N, C]. Its gradient has channels last: of torch's each reader would make such a copy."""
    y: Tensor = _AverageOfPixels.apply(x)  # type: ignore[no-untyped-call]
    return y


class _Pointwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return functional.conv2d(x, weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        towards_x = towards_weight = None
        if ctx.needs_input_grad[0]:
            towards_x = torch.ops.aten.convolution_backward(
                gradient, x, weight, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [True, False, False]
            )[0]
        if ctx.needs_input_grad[1]:
            towards_weight = (_pixels(gradient).t() @ _pixels(x)).view_as(weight)
        return towards_x, towards_weight


class _MaxPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return _channels_first(pooled(_channels_last(x)))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        [x] = ctx.saved_tensors
        return _channels_first(pooled_backward(_channels_last(gradients[0]), _channels_last(x)))


class _AveragePool(torch.autograd.Function):
    """Its gradient is a depthwise convolution with weights of 1/9, of a gradient that weighs more at the border."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        gradient = gradients[0].clone(memory_format=torch.channels_last)
        _weigh_border(gradient)
        channels = gradient.shape[1]
        ninths = gradient.new_full((channels, 1, 3, 3), 1 / 9)
        return functional.conv2d(gradient, ninths, padding=1, groups=channels)


class _AverageOfPixels(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.shape = x.shape
        return x.mean(dim=(2, 3))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        images, channels, height, width = ctx.shape
        each = (gradients[0] / (height * width)).view(images, 1, 1, channels)
        return _channels_first(each.expand(images, height, width, channels).contiguous())


def _weigh_border(x: Tensor) -> None:
    """In place: two of three rows lie in the image at its border, and one where it is one pixel high; columns too."""
    for axis in (2, 3):
        size = x.shape[axis]
        if size == 1:
            x.mul_(3)
        else:
            x.narrow(axis, 0, 1).mul_(1.5)
            x.narrow(axis, size - 1, 1).mul_(1.5)


def _pixels(x: Tensor) -> Tensor:
    """[N, C, H, W] -> [N H W, C]."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def _channels_last(x: Tensor) -> Tensor:
    """[N, C, H, W] -> [N, H, W, C], copied only where it lies otherwise."""
    return x.permute(0, 2, 3, 1).contiguous()


def _channels_first(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)
