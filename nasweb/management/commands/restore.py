"""`manage.py restore FILE`"""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nasweb.backup.layout import BackupError
from nasweb.backup.reading import restore_backup
from nasweb.embedded.locking import AlreadyRunning, folder_lock


class Command(BaseCommand):
    help = "Fill an empty database from a file that `backup` wrote; searches that ran then go on."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote, by this version or an older one")

    def handle(self, *args: Any, **options: Any) -> None:
        alone = folder_lock(Path(settings.VAR_DIR).resolve()) if settings.EMBEDDED else nullcontext()
        try:
            with alone:
                contents = restore_backup(options["file"])
        except (AlreadyRunning, BackupError) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(
            f"{contents.rows['search.experiment']} experiments, {contents.rows['search.individual']} individuals,"
            f" {contents.rows['search.fitnessrecord']} fitness records and"
            f" {contents.checkpoints} checkpoints and kept weights are here. What was being trained waits for a worker."
        )
