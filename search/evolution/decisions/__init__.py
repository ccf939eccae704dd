"""Early decisions as pure rules: successive halving, early stopping, proxy limits (docs/methods.md B8).

The services apply them to a running search, the benchmark to stored learning curves: one code for both.
Pure Python: must import neither Django nor torch.
"""

from search.evolution.decisions.halving import RUNGS, Ladder, rung_of
from search.evolution.decisions.hopeless import decided_rank, upper_bound
from search.evolution.decisions.proxies import LEAST_NETWORKS, MOST_REFUSALS, ProxyLimit, proxy_limit

__all__ = [
    "LEAST_NETWORKS",
    "MOST_REFUSALS",
    "RUNGS",
    "Ladder",
    "ProxyLimit",
    "decided_rank",
    "proxy_limit",
    "rung_of",
    "upper_bound",
]
