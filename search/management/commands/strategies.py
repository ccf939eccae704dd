"""`manage.py strategies`: list the strategies and their settings."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search.evolution.strategies.catalogue import catalogue


class Command(BaseCommand):
    help = "Print every strategy: what it is, whose it is, where it runs, and what it can be told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, **options: Any) -> None:
        rows = catalogue()
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"{row['kind']}: {row['title']} ({row['paper']}; runs in the {row['runs']})")
            self.stdout.write(f"  {row['description']}")
            for setting in row["settings"]:
                limits = f"  [{setting['range']}]" if setting["range"] else ""
                self.stdout.write(f"    {setting['name']} = {json.dumps(setting['default'])}{limits}")
