"""`nas genotypes …`"""

from argparse import Namespace
from pathlib import Path
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.motifs import USERS
from nasweb.client.commands.output import Output, named
from nasweb.client.commands.shared_options import Noun, UsageError, opening, read_text
from nasweb.client.genotypes import GivenGenotype
from search.evolution.text_input import read_json

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

CHANGE = ("successor", "predecessor", "status", "before", "after")
PICTURES = ("svg", "png", "pdf", "dot")


def add(nouns: Any) -> None:
    noun = Noun(nouns, "genotypes", "what a genotype builds")
    inspect = noun.verb("inspect", _inspect, "what a genotype would build; stores nothing")
    inspect.add_argument("genotype", metavar="GENOTYPE", help="its text, a file that holds it, or -")
    where = inspect.add_mutually_exclusive_group()
    where.add_argument("--experiment", type=int, help="count in this experiment's protocol")
    where.add_argument("--preset", help="count in this preset's protocol")
    store = noun.verb("create", _create, "store a genotype, without training it")
    store.add_argument("genotype", metavar="GENOTYPE", help="its text, a file that holds it, or -")
    for name, act, help in (
        ("show", _show, "show a stored genotype"),
        ("carriers", _carriers, "list the individuals that are a genotype"),
        ("equal", _equal, "list other genotypes that build the same network"),
    ):
        parser = noun.verb(name, act, help)
        parser.add_argument("key", metavar="KEY", help="32 hex digits")
    diff = noun.verb("diff", _diff, "compare two stored genotypes, motif by motif")
    diff.add_argument("key", metavar="KEY", help="32 hex digits")
    diff.add_argument("other", metavar="OTHER", help="32 hex digits")
    network = noun.verb("network", _network, "write the network of a stored genotype as one PyTorch file")
    network.add_argument("key", metavar="KEY", help="32 hex digits")
    network.add_argument("file", metavar="FILE", help="such as network.py")
    draw = noun.verb("draw", _draw, "draw a stored genotype into a file")
    draw.add_argument("key", metavar="KEY", help="32 hex digits")
    draw.add_argument("file", metavar="FILE", help="its name ends in svg, png, pdf or dot")
    draw.add_argument("--motif", default="flattened", help="such as L2-M3 (default: the flattened network)")
    draw.add_argument("--theme", choices=("light", "dark"), default="light", help="default light")


def given_genotype(given: str) -> GivenGenotype:
    """Text or JSON, from the command line itself, from a file or from standard input."""
    text = given if ":" in given and not Path(given).exists() else read_text(given)
    text = text.strip()
    if not text.startswith("{"):
        return text
    try:
        document: dict[str, Any] = read_json(text)
    except ValueError as error:
        raise UsageError(f"{given} is no JSON: {error}") from None
    return document


def _inspect(client: Client, options: Namespace, out: Output) -> int:
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


def _show(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.genotypes.describe(options.key), STORED)


def _create(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.genotypes.create(given_genotype(options.genotype)), STORED)


def _carriers(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.genotypes.carriers(options.key), USERS)


def _equal(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.genotypes.equal(options.key), (named("key"), named("genotype", "text")))


def _diff(client: Client, options: Namespace, out: Output) -> None:
    found = client.genotypes.diff(options.key, options.other)
    changes = (
        {"level": pair["level"], "left": pair["left"], "right": pair["right"], **change}
        for pair in found["motifs"]
        for change in pair["changes"]
    )
    if options.json:
        out.one(found, ())
        return
    out.say(
        f"{found['distance']} edges differ; {'the same network' if found['same_network'] else 'other networks'}"
    )
    out.rows(changes, tuple(named(name) for name in ("level", "left", "right", *CHANGE)))


def _network(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.genotypes.save_network(options.key, options.file)
    out.say(f"The network is in {options.file}.")


def _draw(client: Client, options: Namespace, out: Output) -> None:
    ending = options.file.rpartition(".")[2]
    if ending not in PICTURES:
        raise UsageError(f"{options.file} must end in one of {', '.join(PICTURES)}")
    content = client.genotypes.drawing(options.key, options.motif, ending=ending, theme=options.theme)
    with opening(options.file, "written"):
        Path(options.file).write_bytes(content)
    out.say(f"The drawing is in {options.file}.")
