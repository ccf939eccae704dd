"""Log formatting: for people, or one JSON object a line (NASWEB_LOG_FORMAT).

Either way one event is one line that nobody's text can break or forge: control characters of a message are
written as escapes, and the lines of a traceback are indented. What a line is about (experiment, evaluation, worker,
request) comes from search.logcontext and from `extra={"fields": {...}}`.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from search.logcontext import present_fields

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LONGEST_FIELD = 2000
PROBES = ("/healthz", "/readyz", "/metrics")


def harmless(text: str) -> str:
    """The text on one line, with nothing in it that moves a terminal's cursor, turns its writing round, or cannot be
    written at all (half of a surrogate pair: a file's name in another encoding)."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    own: Mapping[str, object] = getattr(record, "fields", {})
    return {**present_fields(), **own}


class TextLine(logging.Formatter):
    """2026-01-31 12:00:00,123 INFO    search.journal: evaluation 17 is running [evaluation=17 attempt=1]"""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in fields_of(record).items())
        about = f" [{fields[:LONGEST_FIELD]}]" if fields else ""
        head = f"{self.formatTime(record)} {record.levelname:7} {record.name}: "
        line = head + harmless(record.getMessage() + about)
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            line += "".join(f"\n    {harmless(part)}" for part in trace.splitlines())
        return line


class JsonLine(logging.Formatter):
    """{"time": "2026-01-31T12:00:00.123456+00:00", "level": "INFO", "logger": ..., "message": ..., fields}"""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        for name, value in fields_of(record).items():
            line.setdefault(name, value)
        return json.dumps(line, default=str)


class NotOfProbes(logging.Filter):
    """Django calls every 503 an error; for a probe it is the answer, and readiness tells why by itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        request: Any = getattr(record, "request", None)
        return request is None or request.path not in PROBES


def logging_settings(*, level: str, line: str) -> dict[str, Any]:
    """Django's LOGGING: all goes to one place, from that level on, each event as a line of that kind."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"text": {"()": "nasweb.logs.TextLine"}, "json": {"()": "nasweb.logs.JsonLine"}},
        "filters": {"not_of_probes": {"()": "nasweb.logs.NotOfProbes"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": line}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            # A 4xx is one line of nasweb.request, also a foreign Host, which would bring a traceback along.
            "django.request": {"filters": ["not_of_probes"], "level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "celery.redirected": {"level": "WARNING"},
        },
    }
