"""`manage.py record_scenes`: record the help's examples of strategies that a web process does not run."""

from typing import Any

from django.core.management.base import BaseCommand

from search.learning import scenes


class Command(BaseCommand):
    help = "Search a tiny space with each strategy that needs numpy, and keep what the help shows of it."

    def handle(self, **options: Any) -> None:
        scenes.write()
        self.stdout.write(
            f"{', '.join(scenes.RECORDED)}: {scenes.FILE.stat().st_size:,} bytes in {scenes.FILE}"
        )
