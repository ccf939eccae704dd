"""Host in which the costs of compared genotypes are counted."""

from collections.abc import Sequence

from search.evolution.experiments.config import ConfigError
from search.evolution.networks.host import Host
from search.models import Individual
from visualize.pages.diff.sides import Side


def common_host(sides: Sequence[Side]) -> tuple[Host, bool]:
    """The one that all were trained in; else the usual one and False."""
    hosts = [host for side in sides if (host := _own_host(side.individual)) is not None]
    return (hosts[0], True) if hosts and all(host == hosts[0] for host in hosts) else (Host(), False)


def _own_host(row: Individual | None) -> Host | None:
    if row is None:
        return None
    try:
        return row.experiment.configuration.protocol.shape_host
    except ConfigError:  # written by another version
        return None
