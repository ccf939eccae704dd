"""Motif table of an experiment, from the population cache.

Counting the motifs of 100,000 individuals takes PostgreSQL half a second: pages of a large population show a table that
is at most a hundredth short, with its age.
"""

from collections.abc import Set

from search.models import Experiment
from search.selectors.motifs.statistics import MotifTable, motif_table, motifs_with_operation
from search.selectors.population_cache import ALWAYS, Cached, cached_with_age

LEAST = 2
"""Carriers of a motif that is listed of a large population: most of its motifs have one."""


def counted(experiment: Experiment) -> Cached[MotifTable]:
    """All motifs; of a large population those that at least two individuals carry."""
    least = 1 if experiment.proposed <= ALWAYS else LEAST
    return cached_with_age("motifs", experiment, lambda: motif_table(experiment, least=least))


def with_operation(experiment: Experiment, table: MotifTable, operation: str) -> Set[int]:
    """The motifs of level 2 in a table that have a primitive on an edge."""
    of_level_2 = [count.motif for count in table.counts if count.level == 2]
    read = lambda: motifs_with_operation(operation, of_level_2)  # noqa: E731 - one use, beside its name
    return cached_with_age(f"motifs-{operation}", experiment, read).value
