"""Max pools of 3x3 with stride 1: the greatest of three in a row, then of three in a column.

Torch's own also writes the place of each maximum, twice the memory of the values, and spends most of its time on it.
Here the backward pass finds the maxima again from the input. Images are taken a few at a time, so that what is
between stays in the processor's cache. Tensors are [N, H, W, C] and dense.
"""

import torch
from torch import Tensor

CACHED_BYTES = 2**20
"""Of input at once."""
COLUMNS, ROWS = 2, 1
"""Axes: neighbours along COLUMNS lie in one row."""


def pooled(x: Tensor) -> Tensor:
    """The pool of x, of the same shape."""
    y = torch.empty_like(x)
    parts = x.split(_at_once(x))
    between = torch.empty_like(parts[0])
    for part, result in zip(parts, y.split(_at_once(x)), strict=True):
        rows = between[: len(part)]
        _greatest(part, COLUMNS, rows)
        _greatest(rows, ROWS, result)
    return y


def pooled_backward(gradient: Tensor, x: Tensor) -> Tensor:
    """The gradient towards x. Of equal maxima the first takes it all, by rows, as torch does it."""
    result = torch.empty_like(x)
    parts = x.split(_at_once(x))
    buffers = [torch.empty_like(parts[0]) for _ in range(5)]
    for part, given, found in zip(parts, gradient.split(_at_once(x)), result.split(_at_once(x)), strict=True):
        rows, maxima, towards_rows, one, other = (buffer[: len(part)] for buffer in buffers)
        _greatest(part, COLUMNS, rows)
        _greatest(rows, ROWS, maxima)
        _route(given, rows, maxima, ROWS, towards_rows, one, other)
        _route(towards_rows, part, rows, COLUMNS, found, one, other)
    return result


def _at_once(x: Tensor) -> int:
    """Images whose values fit in the cache, at least one."""
    return max(1, CACHED_BYTES // max(1, x[0].numel() * x.element_size()))


def _greatest(x: Tensor, axis: int, result: Tensor) -> None:
    """result_i = max(x_{i-1}, x_i, x_{i+1}) along the axis."""
    last = x.shape[axis] - 1
    torch.maximum(x.narrow(axis, 1, last), x.narrow(axis, 0, last), out=result.narrow(axis, 1, last))
    result.select(axis, 0).copy_(x.select(axis, 0))
    inner = result.narrow(axis, 0, last)
    torch.maximum(inner, x.narrow(axis, 1, last), out=inner)


def _route(
    given: Tensor, x: Tensor, maxima: Tensor, axis: int, result: Tensor, rest: Tensor, after: Tensor
) -> None:
    """Gradient of `_greatest`: each maximum's goes to the first of its three values that equals it.

    No maximum is less than one of its values, so "the difference is above 0" says that the value is not it.
    """
    last = x.shape[axis] - 1
    from_second, but_last = given.narrow(axis, 1, last), rest.narrow(axis, 1, last)
    difference = after.narrow(axis, 1, last)
    # What does not go to the value before; the first has none before it.
    torch.sub(maxima.narrow(axis, 1, last), x.narrow(axis, 0, last), out=difference)
    rest.select(axis, 0).copy_(given.select(axis, 0))
    torch.ops.aten.threshold_backward.grad_input(from_second, difference, 0, grad_input=but_last)
    # Of that, what does not go to the value itself: it goes to the one after.
    torch.sub(maxima, x, out=after)
    torch.ops.aten.threshold_backward.grad_input(rest, after, 0, grad_input=after)
    torch.sub(rest, after, out=result)
    before = result.narrow(axis, 0, last)
    before.add_(from_second).sub_(but_last)
    result.narrow(axis, 1, last).add_(after.narrow(axis, 0, last))
