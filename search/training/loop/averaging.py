"""Weight averaging: an exponential moving average of the weights, which is what scores and what is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """The average of a network's weights and normalisation statistics over the steps of its training.

    After step t the average moves by 1 - d towards the weights, d = min(decay, (1 + t)/(10 + t)): the warm-up of
    TensorFlow's ExponentialMovingAverage, without which a short training would average its random beginning.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        # The same tensors for the whole training: asking a network of hundreds of operations for them takes longer than
        # what is done with them here.
        state = network.state_dict()
        self._own = {name: value.detach() for name, value in state.items() if value.is_floating_point()}
        self.values = {name: value.clone() for name, value in self._own.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after that step, 1 for the first."""
        share = 1 - min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.values.values()), list(self._own.values()), share)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The network has the average's weights, in the same tensors; afterwards its own again."""
        own = {name: value.clone() for name, value in self._own.items()}
        self._put(self.values)
        try:
            yield
        finally:
            self._put(own)

    def restore(self, values: Mapping[str, Tensor]) -> None:
        """Go on from a saved average. Raises KeyError for one of another network."""
        for name, value in self.values.items():
            value.copy_(values[name])

    @torch.no_grad()
    def _put(self, values: Mapping[str, Tensor]) -> None:
        for name, value in self._own.items():
            value.copy_(values[name])
