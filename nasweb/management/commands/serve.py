"""The command behind `make run`."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from nasweb.embedded.database import NewerDatabase, WrongEncoding, told
from nasweb.embedded.locking import AlreadyRunning
from nasweb.embedded.serving import BrokerFailed, Options, serve
from nasweb.embedded.web import PortTaken
from search.logcontext import only_problems


def port(text: str) -> int:
    return _between(text, 1, 65_535)


def processes(text: str) -> int:
    return _between(text, 1, 1024)


def _between(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
    return int(text)


class Command(BaseCommand):
    help = "Run the whole system on this machine: database, broker, page and worker. Ctrl-C stops it."
    requires_system_checks = ()  # the web server makes them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=port, help="port of the page on 127.0.0.1 (the first free one from 8000)"
        )
        parser.add_argument(
            "--workers",
            type=processes,
            help="training processes (one for each core, or one where there is a GPU)",
        )
        parser.add_argument(
            "--empty", action="store_true", help="make no ready-made experiment on the first start"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        only_problems()
        try:
            serve(
                Options(
                    port=options["port"], processes=options["workers"], first_experiment=not options["empty"]
                ),
                say=self.say,
            )
        except (AlreadyRunning, BrokerFailed, NewerDatabase, PortTaken, WrongEncoding) as problem:
            raise CommandError(str(problem)) from None
        except DatabaseError as problem:
            raise CommandError(told(problem)) from None

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
