"""Single-process search: the loop of proposing and training behind `manage.py run_search`."""

import socket
import time
from collections import deque

from nasweb.client.progress_bar import ProgressBar, Terminal
from search import services
from search.evolution.experiments.resources import written
from search.models import Experiment, ExperimentState
from search.services import Claim
from search.worker.attempts import run_attempt
from search.worker.dataset_watch import find_data
from search.worker.learning import run_learning
from search.worker.offer import installed_offer
from search.worker.stop_flag import told_to_stop

IDLE_SECONDS = 0.5


class OneProcessSearch:
    """Advance and evaluate in turn. Workers that share the database may help, or take part in nothing."""

    def __init__(self, experiment: Experiment, terminal: Terminal) -> None:
        self._experiment = experiment
        self._worker = worker_name(experiment.pk)
        self._bar = ProgressBar(terminal, experiment.individuals_planned, _ended(experiment))
        services.release_worker(worker=self._worker)  # what an earlier, killed run of this command held

    def run(self) -> None:
        """Until the experiment ends, or this process is told to stop (search/worker/stop_flag.py)."""
        try:
            self._run()
        finally:
            self._bar.close()

    def _run(self) -> None:
        queue = deque(self._advance())
        while not told_to_stop():
            self._experiment.refresh_from_db()
            ended = self._experiment.state != ExperimentState.RUNNING
            self._show(force=ended)
            if ended:
                break
            if queue:
                run_attempt(evaluation_id=queue.popleft(), worker=self._worker, watch=self._watch)
            elif self._experiment.awaits is not None:  # the first look at its folder of images
                find_data(experiment_id=self._experiment.pk)
            else:  # other processes train what is left
                time.sleep(IDLE_SECONDS)
                services.recover_silent()
            queue.extend(self._advance())

    def _advance(self) -> list[int]:
        """Learns on the way, where the strategy wants to: in one process each run takes the same order of things."""
        key, send = self._experiment.pk, list[int]()
        while True:
            send += services.advance_experiment(experiment_id=key)
            if not services.take_unsent_learning(experiment_id=key):
                return send
            self._show(training="the strategy learns")
            run_learning(experiment_id=key, worker=self._worker)

    def _watch(self, claim: Claim, done: float) -> None:
        self._show(training=f"training {100 * done:.0f} %")

    def _show(self, *, training: str = "", force: bool = False) -> None:
        best = self._experiment.best
        fitness = best.fitness if best else None
        self._bar.show(_ended(self._experiment), best=fitness, training=training, force=force)


LACKS = "experiment {key} needs a worker that offers {needs}, this process offers {offer} (NASWEB_OFFERS)"


def lacks(experiment: Experiment) -> str:
    """What this process would have to offer to train for it; empty: it does."""
    protocol, offer = experiment.configuration.protocol, installed_offer()
    if offer.meets(protocol.needs, protocol.memory_gib):
        return ""
    needs = written(protocol.needs, protocol.memory_gib)
    return LACKS.format(key=experiment.pk, needs=needs, offer=offer if str(offer) else "nothing")


def worker_name(experiment_id: int) -> str:
    """The same for each run of the command, so that a run after a killed one knows what that one held."""
    return f"run_search-{experiment_id}@{socket.gethostname()}"


def _ended(experiment: Experiment) -> int:
    return experiment.evaluated + experiment.failed
