"""Resource offer of this worker, and the queues of evaluations that only some workers may take.

Every message goes to the queue `training`. A worker that does not offer what the evaluation needs passes it on to the
queue of just these needs, which only workers that offer them listen to: they learn from the rows which there are.
"""

from functools import lru_cache
from typing import Any

from django.conf import settings

from search.evolution.experiments.resources import Offer, read_offer, tags_of, written
from search.models import Evaluation
from search.selectors.workers import needs_in_demand
from search.worker.process_environment import has_gpu, memory_bytes

TRAINING_QUEUE = "training"
GPU = "gpu"


def installed_offer() -> Offer:
    """What NASWEB_OFFERS says; without it `gpu` where this machine trains on one, else the machine's memory."""
    return _offer(settings.OFFERS, settings.DEVICE)


@lru_cache
def _offer(offers: str, device: str) -> Offer:
    if offers:
        return read_offer(offers)
    if device.startswith("cuda") or (device == "auto" and has_gpu()):
        return Offer(frozenset({GPU}))
    return Offer(memory_gib=memory_bytes() // 2**30)


def queue_elsewhere(row: Evaluation | None) -> str:
    """The queue of what this evaluation needs, where that is more than this worker offers; empty: it may take it."""
    if row is None or installed_offer().meets(tags_of(row.needs), row.memory_gib):
        return ""
    return queue_of(row.needs, row.memory_gib)


def queue_of(needs: str, memory_gib: int) -> str:
    return f"{TRAINING_QUEUE}:{written(tags_of(needs), memory_gib)}"


def listen(consumer: Any) -> None:
    """Have a worker's consumer take from the queues of all that waits and that it may train; called now and then."""
    listens = set(consumer.app.amqp.queues.consume_from)
    if TRAINING_QUEUE not in listens:  # it takes steps only, or no more work at all
        return
    offer = installed_offer()
    for needs, memory_gib in needs_in_demand():
        name = queue_of(needs, memory_gib)
        if name not in listens and offer.meets(tags_of(needs), memory_gib):
            consumer.call_soon(_listen_to, consumer, name)


def _listen_to(consumer: Any, name: str) -> None:
    # Asked again: its last call may have come between.
    if TRAINING_QUEUE in consumer.app.amqp.queues.consume_from:
        consumer.add_task_queue(name)
