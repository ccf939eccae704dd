"""One computation of the importance of features, in a process that learns."""

import logging
from functools import partial
from typing import Any

from django.utils.module_loading import import_string

from search.database.retrying import AWAY
from search.evolution.evaluation import Cancelled
from search.evolution.networks.hashing import derive_seed
from search.models import Experiment
from search.selectors.network_features import cell_edges, edge_symbols, feature_values, network_features
from search.services.learning.importance import give_up_importance, importance_wanted, record_importance
from search.worker.stop_flag import told_to_stop

log = logging.getLogger(__name__)
IMPORTANCE = "search.learning.importance.importance"
"""By its dotted path: nothing else imports scikit-learn."""


def run_importance(*, experiment_id: int) -> bool:
    """Returns whether it was worked out; not where nobody waits for it."""
    if not importance_wanted(experiment_id):
        return False
    experiment = Experiment.objects.filter(pk=experiment_id).first()
    if experiment is None:
        return False
    try:
        record_importance(experiment=experiment, content=_content(experiment))
    except Cancelled as reason:
        log.info("%s", reason)  # the sweep sends it to another worker
        return False
    except AWAY:
        raise
    except Exception as error:
        log.exception("experiment %s: importance of features failed", experiment_id)
        give_up_importance(experiment_id=experiment_id, reason=f"{type(error).__name__}: {error}")
    return True


def _content(experiment: Experiment) -> dict[str, Any]:
    """By each feature, and from a model of its own by each edge of the cell: in one model the counts of operations
    would take the edges' importance away."""
    config = experiment.configuration
    table = network_features(experiment)
    importance = partial(
        import_string(IMPORTANCE),
        fitness=[row.fitness for row in table.networks],
        seed=derive_seed("importance", config.seed),
        tick=_go_on,
    )
    values = [feature_values(row, config.search_space.primitives) for row in table.networks]
    words = list(values[0]) if values else []
    content: dict[str, Any] = importance(words, [list(row.values()) for row in values])
    edges = [edge.word for edge in cell_edges(config.search_space)]
    carried = importance(edges, [list(edge_symbols(row)) for row in table.networks])
    return content | {"every": table.every, "edges": carried}


def _go_on() -> None:
    """Raises Cancelled where this worker is to stop."""
    if told_to_stop():
        raise Cancelled("the worker stops: the importance of features waits for another one")
