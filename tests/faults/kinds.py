"""Every kind of fault: what it does, and how often the schedule draws it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults import messages, rivals, servers, surroundings, workers
from tests.faults.play import Outcome, Pending, Play


@dataclass(frozen=True)
class Fault:
    name: str
    meaning: str
    inject: Callable[[Play], Outcome | Pending]
    weight: int
    """How often among all; what starts many processes anew is rarer."""


FAULTS = (
    Fault("worker-claiming", "kill -9 of a worker within the transaction of a claim", workers.kill_claiming, 10),
    Fault("worker-training", "kill -9 of a worker in mid-training", workers.kill_training, 10),
    Fault("worker-recording", "kill -9 of a worker within the transaction of a record", workers.kill_recording, 10),
    Fault("worker-ending", "kill -9 of a worker within the transaction of an end", workers.kill_ending, 10),
    Fault("worker-proposing", "kill -9 of a worker within the transaction of a proposal", workers.kill_proposing, 10),
    Fault("worker-frozen", "SIGSTOP of a worker until its lease is lost, then SIGCONT", workers.freeze, 4),
    Fault("web", "kill -9 of the web server or of one of its processes", servers.kill_web, 4),
    Fault("beat", "kill -9 of the clock", servers.kill_beat, 3),
    Fault("postgresql", "kill -9 of PostgreSQL, or its immediate shutdown, and a start", servers.kill_postgresql, 4),
    Fault("redis", "kill -9 of Redis, which forgets everything, and a start", servers.kill_redis, 6),
    Fault("redis-emptied", "all keys of Redis deleted", servers.empty_redis, 8),
    Fault("message-lost", "messages taken out of a queue", messages.lose, 12),
    Fault("message-doubled", "messages put into a queue once more", messages.double, 12),
    Fault("message-late", "messages held back for a time", messages.delay, 12),
    Fault("message-order", "a queue in another order", messages.shuffle, 12),
    Fault("two-claims", "two workers claim one evaluation at one moment", rivals.two_claims, 10),
    Fault("two-controllers", "two controllers propose for one experiment at one moment", rivals.two_controllers, 10),
    Fault("clock-skew", "a worker whose clock is hours off takes part", surroundings.shifted_clock, 1),
    Fault("data-set", "a data set's folder disappears, and is put back", surroundings.data_set_gone, 2),
    Fault("disk-full", "no room for checkpoints", surroundings.disk_full, 2),
    Fault("older-code", "a worker of an older version takes messages", surroundings.older_worker, 1),
    Fault("deploy", "everything of ours is stopped in good order, migrated and started", surroundings.deploy, 1),
)  # fmt: skip
BY_NAME = {fault.name: fault for fault in FAULTS}
