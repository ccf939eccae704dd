"""The table of an experiment's motifs as it is now: counted at once, or of a large population remembered and continued.

Each process remembers for itself, so the first look of a process at a large population takes as long as counting it.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from search.models import Experiment, ExperimentState
from search.selectors.kept import ALWAYS, kept
from search.selectors.ledger import Unfollowable
from search.selectors.motif_statistics import MotifTable, motif_table, motifs_with_operation
from search.selectors.motif_tally import LEAST, MotifTally
from search.selectors.whole.snapshot import snapshot

REMEMBERED = 300_000
"""Individuals of all experiments that a process remembers, beside the one that was looked at last."""
MOST = 200
"""Experiments, however small."""


@dataclass
class _Place:
    """Where one experiment's tally is kept."""

    lock: Lock = field(default_factory=Lock)
    tally: MotifTally | None = None
    over: tuple[object, ...] | None = None
    """How the search stood at the last look, if it was over."""
    operations: dict[str, tuple[set[int], set[int]]] = field(default_factory=dict)
    """Primitive -> motifs that were looked at, and those of them that have it on an edge."""

    @property
    def individuals(self) -> int:
        tally = self.tally
        return len(tally) if tally is not None else 0


_places: OrderedDict[tuple[int, float], _Place] = OrderedDict()
_places_lock = Lock()


def counted(experiment: Experiment) -> MotifTable:
    """All motifs as they are now; of a large population those that at least two individuals carry."""
    if experiment.proposed <= ALWAYS:
        return kept("motifs", experiment, lambda: motif_table(experiment))
    place, over = _place_of(experiment), _over(experiment)
    with place.lock:  # who comes second to a population that is being counted waits for it
        tally = place.tally
        if tally is None or over is None or over != place.over:
            tally, place.over = _look(place, experiment), over
        return tally.table if tally else motif_table(experiment, least=LEAST)


def _look(place: _Place, experiment: Experiment) -> MotifTally | None:
    """The tally of a locked place, up to date; None where none can be kept."""
    tally, place.tally = place.tally, None  # gone, should anything be raised
    with snapshot():
        try:
            if tally is not None:
                tally.look()
        except Unfollowable:
            tally = None
        try:
            place.tally = tally or MotifTally(experiment)
        except Unfollowable:
            return None
    return place.tally


def _over(experiment: Experiment) -> tuple[object, ...] | None:
    """Where nothing happens any more, what would show that something has happened after all: a retry opens a search
    again, so that it ends at another time; a person's individual is one more."""
    row = experiment
    if row.state not in (ExperimentState.FINISHED, ExperimentState.STOPPED):
        return None
    return row.state, row.finished_at, row.proposed, row.evaluated, row.failed


def with_operation(experiment: Experiment, table: MotifTable, operation: str) -> set[int]:
    """The motifs of level 2 in a table that have a primitive on an edge. What a motif is made of never changes."""
    place = _place_of(experiment)
    with place.lock:
        seen, found = place.operations.setdefault(operation, (set(), set()))
        unseen = {count.motif for count in table.counts if count.level == 2} - seen
        if unseen:
            found |= motifs_with_operation(operation, unseen)
            seen |= unseen
        return set(found)


def _place_of(experiment: Experiment) -> _Place:
    """It becomes the latest; the oldest are forgotten."""
    key = (experiment.pk, experiment.created_at.timestamp())
    with _places_lock:
        place = _places.setdefault(key, _Place())
        _places.move_to_end(key)
        room = REMEMBERED
        for other in list(reversed(_places))[1:]:
            room -= _places[other].individuals
            if room < 0 or len(_places) > MOST:
                del _places[other]
        return place
