"""`manage.py backup FILE`"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nasweb.backup.layout import BackupError
from nasweb.backup.writing import write_backup


class Command(BaseCommand):
    help = "Write everything that the database holds into one file, while searches go on."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file; only its owner may read it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contents = write_backup(options["file"])
        except BackupError as problem:
            raise CommandError(str(problem)) from None
        size = options["file"].stat().st_size / 1e6
        self.stdout.write(
            f"{options['file']}: {contents.rows['search.experiment']} experiments,"
            f" {contents.rows['search.individual']} individuals,"
            f" {contents.rows['search.fitnessrecord']} fitness records,"
            f" {contents.checkpoints} checkpoints and kept weights, {size:.1f} MB."
        )
