"""Faults of messages: done to the lists in which Redis keeps the two queues."""

import time

import redis

from tests.faults.play import Outcome, Pending, Play, until

QUEUES = ("training", "steps", "sweeps")
LONGEST_DELAY_SECONDS = 3.0


def _queue(play: Play, broker: "redis.Redis", least: int) -> str:
    """One of the queues that holds so many messages; empty if none does."""

    def full() -> str:
        keys = sorted(
            key.decode() if isinstance(key, bytes) else key
            for name in QUEUES
            for key in broker.keys(f"nasweb-*:{name}")
        )
        names = [key for key in keys if broker.llen(key) >= least]
        return play.rng.choice(names) if names else ""

    return until(full) or ""


def lose(play: Play) -> Outcome:
    """Some of those that wait."""
    with play.broker as broker:
        if not (queue := _queue(play, broker, 1)):
            return "missed"
        lost = broker.rpop(queue, play.rng.randint(1, 4))
    return "hit" if lost else "missed"


def double(play: Play) -> Outcome:
    with play.broker as broker:
        if not (queue := _queue(play, broker, 1)):
            return "missed"
        copies = broker.lrange(queue, 0, play.rng.randint(0, 3))
        if not copies:
            return "missed"
        broker.lpush(queue, *copies)
    return "hit"


def delay(play: Play) -> Outcome | Pending:
    """Taken out now, back in later: behind whatever was sent meanwhile."""
    with play.broker as broker:
        if not (queue := _queue(play, broker, 1)):
            return "missed"
        messages = broker.rpop(queue, play.rng.randint(1, 4))
    if not messages:
        return "missed"
    due = time.monotonic() + play.rng.uniform(0.5, LONGEST_DELAY_SECONDS)

    def deliver() -> Outcome | None:
        if time.monotonic() < due:
            return None
        with play.broker as broker:
            broker.lpush(queue, *messages)
        return "hit"

    return deliver


def shuffle(play: Play) -> Outcome:
    with play.broker as broker:
        if not (queue := _queue(play, broker, 2)):
            return "missed"
        with broker.pipeline() as together:
            try:
                together.watch(queue)
                messages = list(together.lrange(queue, 0, -1))
                if len(messages) < 2:
                    return "missed"
                before = list(messages)
                while messages == before and len(set(before)) > 1:
                    play.rng.shuffle(messages)
                together.multi()
                together.delete(queue)
                together.rpush(queue, *messages)
                together.execute()
            except redis.WatchError:  # a worker took one meanwhile
                return "missed"
    return "hit"
