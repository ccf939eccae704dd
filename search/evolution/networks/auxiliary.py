"""Auxiliary head: where a second classifier stands while a network trains, and how many parameters it has.

Two thirds of the way through the cells, as in NASNet (Zoph et al. 2017) and DARTS (Liu et al. 2018); its layers are
DARTS's. Pure Python: must import neither Django nor torch.
"""

from search.evolution.networks.host import Host, host_layers

POOLED_SIDE = 2
"""Pixels to a side that the feature map is averaged to."""
MIDDLE_WIDTHS = (128, 768)
"""Channels after its 1x1 and after its 2x2 convolution."""


def auxiliary_place(host: Host) -> int:
    """Which layer of the host's, from 0, it reads: the one before the first cell of the last third.

    >>> auxiliary_place(Host()), host_layers(Host())[auxiliary_place(Host())].kind
    (4, 'sep3x3')
    """
    cells = [place for place, layer in enumerate(host_layers(host)) if layer.kind == "cell"]
    return cells[-(-2 * len(cells) // 3)] - 1


def auxiliary_parameters(host: Host) -> int:
    """Its trained numbers, batch normalisation included. They are no part of the network's own."""
    read = host_layers(host)[auxiliary_place(host)].width
    first, second = MIDDLE_WIDTHS
    convolutions = read * first + first * second * POOLED_SIDE**2
    return convolutions + 2 * (first + second) + (second + 1) * host.classes
