"""`nas genotypes …`"""

import json
from pathlib import Path
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.leaves import Noun, UsageError, read_text
from nasweb.client.commands.output import Output, named
from nasweb.client.genotypes import GivenGenotype

INSPECTED = (
    named("feasible"),
    named("reason"),
    named("phenotype key"),
    named("parameters"),
    named("multiply-adds", "multiply_adds"),
    named("depth"),
    named("operations"),
)
STORED = (
    named("key"),
    named("genotype", "text"),
    *((name, lambda row, value=value: value(row["inspection"])) for name, value in INSPECTED),
    named("carriers", "carriers_total"),
    named("equal networks", "equal_total"),
)


def add(nouns: Any) -> None:
    noun = Noun(nouns, "genotypes", "what a genotype builds")
    inspect = noun.verb("inspect", _inspect, "what a genotype would build; stores nothing")
    inspect.add_argument("genotype", metavar="GENOTYPE", help="its text, a file that holds it, or -")
    where = inspect.add_mutually_exclusive_group()
    where.add_argument("--experiment", type=int, help="count in this experiment's protocol")
    where.add_argument("--preset", help="count in this preset's protocol")
    show = noun.verb("show", _show, "show a stored genotype")
    show.add_argument("key", metavar="KEY", help="32 hex digits")


def given_genotype(given: str) -> GivenGenotype:
    """Text or JSON, from the command line itself, from a file or from standard input."""
    text = given if ":" in given and not Path(given).exists() else read_text(given)
    text = text.strip()
    if not text.startswith("{"):
        return text
    try:
        document: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{given} is no JSON: {error}") from None
    return document


def _inspect(client: Client, options: Any, out: Output) -> int:
    found = client.inspect(
        given_genotype(options.genotype), experiment=options.experiment, preset=options.preset
    )
    if found.valid:
        out.say(f"genotype:       {found.text}")
        out.one(found.raw if options.json else found.raw["inspection"], INSPECTED)
    else:
        out.one(found.raw, (("not a genotype", lambda _: "; ".join(found.faults)),))
    for line in (*found.obstacles, *found.warnings):
        out.say(f"  {line}")
    return 0 if found.valid else 1


def _show(client: Client, options: Any, out: Output) -> None:
    out.one(client.genotypes.describe(options.key), STORED)
