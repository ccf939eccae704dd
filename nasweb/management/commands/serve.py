"""The command behind `make run`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from nasweb.embedded.locking import AlreadyRunning
from nasweb.embedded.serving import BrokerFailed, Options, serve
from nasweb.embedded.web import PortTaken


class Command(BaseCommand):
    help = "Run the whole system on this machine: database, broker, page and worker. Ctrl-C stops it."
    requires_system_checks = ()  # the web server makes them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, help="port of the page on 127.0.0.1 (the first free one from 8000)"
        )
        parser.add_argument(
            "--workers", type=int, help="training processes (one for each core, or one where there is a GPU)"
        )
        parser.add_argument(
            "--empty", action="store_true", help="make no ready-made experiment on the first start"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve(
                Options(
                    port=options["port"], processes=options["workers"], first_experiment=not options["empty"]
                ),
                say=self.say,
            )
        except (AlreadyRunning, BrokerFailed, PortTaken) as problem:
            raise CommandError(str(problem)) from None
        except OperationalError as problem:
            raise CommandError(f"The database of DATABASE_URL does not answer: {problem}") from None

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
