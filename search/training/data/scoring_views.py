"""Views of images that are scored: all of each, its centre, or ten crops whose class probabilities are averaged."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.recipes import scored_side


def views(images: Tensor, protocol: Protocol) -> Iterator[Tensor]:
    """What the protocol scores of images [N, C, H, W], in the order of Krizhevsky et al. (2012): the corners, the
    centre, then the mirror image of each."""
    size = images.shape[-1]
    side = scored_side(protocol, protocol.crop, size)
    room = size - side
    places = [(room // 2, room // 2)]
    if protocol.scoring == "ten":
        places = [(0, 0), (0, room), (room, 0), (room, room), *places]
    cropped = [images[:, :, top : top + side, left : left + side] for top, left in places]
    yield from cropped
    if protocol.scoring == "ten":
        yield from (crop.flip(3) for crop in cropped)


def view_scores(network: Callable[[Tensor], Tensor], images: Tensor, protocol: Protocol) -> Tensor:
    """Class scores [N, classes] of what the protocol scores of images; over several views the logarithm of their mean
    probability."""
    if protocol.scoring != "ten":
        return network(next(views(images, protocol)))
    total = torch.zeros(())
    count = 0
    for view in views(images, protocol):
        total = total.to(view.device) + network(view).float().softmax(1)
        count += 1
    return (total / count).clamp_min(torch.finfo(torch.float32).tiny).log()
