"""One Redis database for each installation: keys begin with something of its database, and a second one that has the
same is told of. Two that share their keys take each other's messages, whose rows they do not know."""

import logging

import redis
from celery import Celery
from django.db import DatabaseError, connection

log = logging.getLogger(__name__)

KEPT_SECONDS = 7 * 24 * 3600
SHARED = (
    "Another installation uses the same database of Redis, under the same name of its own database: the two take each "
    "other's messages, and work waits for minutes. Give each a number of its own in REDIS_URL, such as "
    "redis://HOST:6379/1. (If this one was restored from a backup, delete the key {key}.)"
)


def tell_of_another_installation(app: Celery) -> str:
    """What is wrong, logged as an error; empty where this one is alone, or nothing can be asked."""
    url = str(app.conf.broker_url)
    if connection.vendor != "postgresql" or not url.startswith(("redis://", "rediss://", "unix://")):
        return ""  # SQLite's name is its path, and mostly its broker is its own
    key = app.conf.broker_transport_options.get("global_keyprefix", "") + "installation"
    try:
        ours = this_installation()
        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            theirs = client.get(key)
            if theirs is None or theirs == ours:
                client.set(key, ours, ex=KEPT_SECONDS)
                return ""
    except (DatabaseError, redis.RedisError) as error:
        log.warning("whether another installation uses REDIS_URL is not known: %s", error)
        return ""
    finally:
        connection.close()
    problem = SHARED.format(key=key)
    log.error("%s", problem)
    return problem


def this_installation() -> bytes:
    """When this very database was made, to the microsecond."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT MIN(applied) FROM django_migrations")
        return str(cursor.fetchone()[0]).encode()
