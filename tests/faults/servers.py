"""Faults of what the workers depend on."""

import http.client
import os
import signal
import time
from contextlib import suppress

from tests.faults.play import Outcome, Pending, Play, children

ANSWER_SECONDS = 60.0


def kill_web(play: Play) -> Outcome | Pending:
    """All of it or one of its processes; over when it answers again."""
    web = play.stage.web
    if not web.alive:
        return "missed"
    processes = children(web.running.pid)
    if processes and play.rng.random() < 0.5:
        with suppress(ProcessLookupError):
            os.kill(play.rng.choice(processes), signal.SIGKILL)
    else:
        web.kill()
        web.start()
    deadline = time.monotonic() + ANSWER_SECONDS

    def back() -> Outcome | None:
        if healthy(play.stage.web_port):
            return "hit"
        return "missed" if time.monotonic() > deadline else None

    return back


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def kill_beat(play: Play) -> Outcome:
    if not play.stage.beat.alive:
        return "missed"
    play.stage.beat.kill()
    play.stage.beat.start()
    return "hit"


def kill_postgresql(play: Play) -> Outcome:
    """Of the postmaster; its processes end when they see that. Or SIGQUIT: its immediate shutdown."""
    server = play.stage.postgresql
    if not server.alive:
        return "missed"
    if play.rng.random() < 0.5:
        server.wanted = False
        os.kill(server.running.pid, signal.SIGQUIT)
        server.running.process.wait(30)
    else:
        server.kill()
    time.sleep(play.rng.choice([0, 0.3, 1]))
    server.start()
    return "hit"


def kill_redis(play: Play) -> Outcome:
    if not play.stage.redis.alive:
        return "missed"
    play.stage.redis.kill()
    time.sleep(play.rng.choice([0, 0.3, 1]))
    play.stage.redis.start()
    return "hit"


def empty_redis(play: Play) -> Outcome:
    with play.broker as broker:
        had = int(broker.dbsize())
        broker.flushall()
    return "hit" if had else "missed"
