"""The terminal shows problems and nothing else; the logs keep everything."""

from pathlib import Path

import pytest

from nasweb.embedded.problems import MOST_LINES, LogReader

PROBLEMS = [
    "2026-01-01 10:00:00,655 CRITICAL celery.worker.request: Couldn't ack, reason: ConnectionError",
    "[2026-01-01 10:00:00,884: ERROR/MainProcess] Process 'ForkPoolWorker-1' exited with 'signal 9 (SIGKILL)'",
    "[2026-01-01 10:00:00 +0000] [19672] [ERROR] Worker (pid:12) was sent SIGKILL! Perhaps out of memory?",
    "12:M 01 Jan 2026 10:00:00.000 # Fatal error loading the DB, check server logs. Exiting.",
]
REST = [
    "2026-01-01 10:00:00,497 INFO    celery.app.trace: Task evaluate succeeded in 15.6 s: None",
    '  File "connection.py", line 12, in connect',
    "    raise error",
    "redis.exceptions.ConnectionError: Error 111 connecting. Connection refused.",
    "12:M 01 Jan 2026 10:00:00.000 * Ready to accept connections tcp",
]


@pytest.mark.parametrize("line", PROBLEMS)
def test_each_part_says_in_its_own_way_that_something_is_wrong(line: str, tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    reader = LogReader(log)
    log.write_text("\n".join([*REST, line, ""]))
    assert list(reader.new_problems()) == [line]
    assert list(reader.new_problems()) == [], "said once"


def test_a_flood_of_problems_is_counted_not_repeated(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    reader = LogReader(log)
    log.write_text("ERROR again\n" * 1000)
    said = list(reader.new_problems())
    assert said == ["ERROR again"] * MOST_LINES + [f"and {1000 - MOST_LINES} more like it in {log}"]


def test_a_log_that_was_set_aside_is_read_from_its_new_beginning(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("INFO a long history\n" * 100)
    reader = LogReader(log)
    log.write_text("ERROR first line of the new log\n")
    assert list(reader.new_problems()) == ["ERROR first line of the new log"]
