"""`manage.py nas NOUN VERB`: searches on any server, over its REST API."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand

from nasweb.client.commands import command_line


class Command(BaseCommand):
    help = command_line.DESCRIPTION
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: ArgumentParser) -> None:
        command_line.build(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        status = command_line.run(Namespace(**options), self.stdout, self.stderr)
        if status:
            raise SystemExit(status)
