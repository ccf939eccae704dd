"""Batch normalisation by the whole batch, whose parts several processes hold.

On GPUs PyTorch has it (`SyncBatchNorm`); on a CPU it has none, so the same is computed here.
"""

from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.autograd.function import Function


def normalise_whole_batches(module: nn.Module, device: torch.device) -> None:
    """From now on each batch normalisation takes its mean and variance from the parts of all processes together. Its
    weights and buffers stay the same tensors with the same names."""
    if device.type == "cuda":
        nn.SyncBatchNorm.convert_sync_batchnorm(module)
        return
    for name, child in module.named_children():
        if type(child) is nn.BatchNorm2d:
            setattr(module, name, _instead_of(child))
        else:
            normalise_whole_batches(child, device)


def _instead_of(part: nn.BatchNorm2d) -> "WholeBatchNormalisation":
    made = WholeBatchNormalisation(part.num_features, part.eps, part.momentum)
    made.weight, made.bias = part.weight, part.bias
    for name, buffer in part.named_buffers(recurse=False):
        setattr(made, name, buffer)
    return made.train(part.training)


class WholeBatchNormalisation(nn.BatchNorm2d):
    """Scores as its base class does, and trains by the mean and variance over all processes' parts of the batch."""

    def forward(self, input: Tensor) -> Tensor:  # [N, C, H, W] -> the same
        if not self.training:
            return super().forward(input)
        normalised: tuple[Tensor, ...] = _Normalised.apply(  # type: ignore[no-untyped-call]
            input, self.weight, self.bias, self.eps
        )
        y, mean, variance, count = normalised
        self._count_in(mean, variance * count / (count - 1).clamp_min(1))
        return y

    @torch.no_grad()
    def _count_in(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


class _Normalised(Function):
    """y = (x - mean) / sqrt(variance + eps) * weight + bias over the images of all processes (Ioffe & Szegedy 2015).

    Gradient: dx = weight / s * (dy - mean(dy) - z * mean(dy * z)), z = (x - mean) / s, the means over all processes.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, ...]:
        channels = x.shape[1]
        variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
        here = torch.cat([mean, variance, mean.new_tensor([x.numel() // channels])])
        parts = [torch.empty_like(here) for _ in range(distributed.get_world_size())]
        distributed.all_gather(parts, here)
        told = torch.stack(parts)  # [processes, 2 C + 1]
        means, variances, counts = told[:, :channels], told[:, channels:-1], told[:, -1:]
        count = counts.sum()
        share = counts / count
        mean = (share * means).sum(0)
        variance = (share * (variances + (means - mean).square())).sum(0)
        scale = (variance + eps).rsqrt()
        ctx.save_for_backward(x, weight, mean, scale, count)
        ctx.mark_non_differentiable(mean, variance, count)
        y = (x - _wide(mean)) * _wide(scale * weight) + _wide(bias)
        return y, mean, variance, count

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor | None, ...]:
        x, weight, mean, scale, count = ctx.saved_tensors
        dy, z = gradients[0], (x - _wide(mean)) * _wide(scale)
        for_bias, for_weight = dy.sum((0, 2, 3)), (dy * z).sum((0, 2, 3))
        totals = torch.stack([for_bias, for_weight])  # a copy: weights' gradients are averaged elsewhere
        distributed.all_reduce(totals)
        dx = (dy - _wide(totals[0] / count) - z * _wide(totals[1] / count)) * _wide(scale * weight)
        return dx, for_weight, for_bias, None


def _wide(values: Tensor) -> Tensor:
    """[C] -> [C, 1, 1]"""
    return values[:, None, None]
