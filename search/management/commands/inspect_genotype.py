"""`manage.py inspect_genotype FILE`: network and cost of a genotype, without training."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

from search.evolution.genotypes.foreign import import_genotype
from search.evolution.genotypes.genotype import MAX_DOCUMENT, GenotypeError
from search.evolution.inspection import inspect_genotype
from search.evolution.networks.host import FinalSeparable, Host, HostKind
from search.evolution.text_input import decoded

REFUSED = 2
"""Exit status for a document or option that cannot be read; an infeasible genotype is read and exits with 0."""


class Command(BaseCommand):
    help = "Read a genotype (canonical text or JSON) and say what it builds: feasible, key, parameters, multiply-adds."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file with one genotype, or - for standard input")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
        parser.add_argument(
            "--host", choices=get_args(HostKind), default="small", help="the network around the cell"
        )
        parser.add_argument("--channels", type=int, default=16, help="width of the first cell (default 16)")
        parser.add_argument(
            "--cells", type=int, default=1, help="cells in each of the three groups (default 1)"
        )
        parser.add_argument(
            "--image-size", type=int, default=32, help="side of the images in pixels (default 32)"
        )
        parser.add_argument(
            "--image-channels", type=int, default=3, help="channels of the images (default 3)"
        )
        parser.add_argument("--classes", type=int, default=10, help="classes to tell apart (default 10)")
        parser.add_argument(
            "--final-separable",
            choices=get_args(FinalSeparable),
            default="none",
            help="a separable convolution after the very last cell (default none)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            genotype = import_genotype(_read(options["file"]))
        except GenotypeError as error:
            raise CommandError(f"not a genotype: {error}", returncode=REFUSED) from None
        document = inspect_genotype(genotype, _host(options))
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(_as_text(document))


def _read(name: str) -> str:
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as stream:
            return decoded(stream.read(MAX_DOCUMENT * 4 + 1))
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}", returncode=REFUSED) from None
    except ValueError as error:
        raise CommandError(f"{name} cannot be read as text: {error}", returncode=REFUSED) from None


def _host(options: dict[str, Any]) -> Host:
    fields = ("channels", "cells", "image_size", "image_channels", "classes", "final_separable")
    try:
        return Host(kind=options["host"], **{field: options[field] for field in fields})
    except ValidationError as error:
        row = error.errors()[0]
        option = "--" + str(row["loc"][0]).replace("_", "-")
        raise CommandError(f"{option}: {row['msg']}, got {row['input']}", returncode=REFUSED) from None


def _as_text(document: dict[str, Any]) -> str:
    lines = [("genotype", document["text"]), ("feasible", "yes" if document["feasible"] else "no")]
    if document["feasible"]:
        lines += [
            ("phenotype key", document["phenotype_key"]),
            ("parameters", f"{document['parameters']:,}"),
            ("multiply-adds", f"{document['multiply_adds']:,}"),
            ("depth", str(document["depth"])),
            ("operations", f"{document['operations']} in one cell"),
        ]
    else:
        lines.append(("reason", document["reason"]))
    places = [f"L{row['level']}-M{row['motif']}" for row in document["unused_motifs"]]
    lines.append(("unused motifs", ", ".join(places) or "none"))
    lines.append(("dead edges", str(len(document["dead_edges"])) if document["dead_edges"] else "none"))
    return "\n".join(f"{name + ':':<15}{value}" for name, value in lines)
