"""The second-order gradient of DARTS: what the gates do to the loss after the weights' next step."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

SMALL = 1e-2
"""Finite differences are taken over this divided by the norm of the direction."""


def unrolled_gradient(
    optimizer: torch.optim.SGD,
    gates: Sequence[Tensor],
    *,
    train: Callable[[], Tensor],
    validate: Callable[[], Tensor],
) -> list[Tensor]:
    """d/d gates of validate(w - step(train's gradient)), w left as they are (Liu et al. 2018, equations 6 to 8).

    The step is the optimizer's own, with its momentum and weight decay; the product with the second derivative is a
    central difference of train's gradient.
    """
    [group] = optimizer.param_groups
    weights: list[Tensor] = [row for row in group["params"] if row.requires_grad]
    before = [row.detach().clone() for row in weights]
    rate = float(group["lr"])
    gradients = _gradients(train(), weights)
    with torch.no_grad():
        for row, gradient in zip(weights, gradients, strict=True):
            momentum = optimizer.state.get(row, {}).get("momentum_buffer")
            step = gradient + group["weight_decay"] * row
            if momentum is not None:
                step = step + group["momentum"] * momentum
            row.sub_(rate * step)
    loss = validate()
    first = _gradients(loss, [*gates, *weights])
    direct, direction = first[: len(gates)], first[len(gates) :]
    norm = float(torch.sqrt(sum((row.square().sum() for row in direction), torch.zeros(()))))
    small = SMALL / max(norm, 1e-12)
    sides = []
    for sign in (1.0, -1.0):
        _set(weights, before, direction, sign * small)
        sides.append(_gradients(train(), gates))
    _set(weights, before, direction, 0.0)
    return [
        own - rate * (plus - minus) / (2 * small)
        for own, plus, minus in zip(direct, sides[0], sides[1], strict=True)
    ]


def _gradients(loss: Tensor, wanted: Sequence[Tensor]) -> list[Tensor]:
    """Zeros for what the loss does not depend on."""
    found = torch.autograd.grad(loss, list(wanted), allow_unused=True)
    return [
        torch.zeros_like(row) if gradient is None else gradient.detach()
        for row, gradient in zip(wanted, found, strict=True)
    ]


def _set(
    weights: Sequence[Tensor], before: Sequence[Tensor], direction: Sequence[Tensor], amount: float
) -> None:
    with torch.no_grad():
        for row, kept, along in zip(weights, before, direction, strict=True):
            row.copy_(kept + amount * along)
