"""Validation of a whole archive before anything is stored: order, references, consistent numbers.

In memory is what references need: two keys for each genotype and evaluation, one bit for each individual.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from search.evolution.experiments.config import ConfigError, Protocol, experiment_config
from search.evolution.genotypes.genotype import Genotype, GenotypeError
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.phenotype import build_phenotype
from search.models import Individual, WorkState
from search.selectors.archive import EVALUATION, EXPERIMENT, FORMAT, GENOTYPE, INDIVIDUAL, RECORD, VERSION
from search.services.importing.columns import CONTEXT_KEY, context_key_of, values_of
from search.services.importing.finals import check_final
from search.services.importing.json_columns import check_curve, check_mutation
from search.services.importing.learned import draft_columns, learned_columns
from search.services.importing.reading import BadFile, FileLine

KINDS = ("nasweb", "experiment", "learned", "draft", "genotype", "evaluation", "final", "individual", "end")
"""In this order; drafts, genotypes, evaluations, final evaluations and individuals may come any number of times."""
ONCE = ("nasweb", "experiment", "learned", "end")
NOT_OURS = 'the file does not begin with {"nasweb": "experiment", ...}; it is no export of an experiment'
OTHER_VERSION = "the file has version {found!r}; this installation reads version {known}"
NOT_WHOLE = "the file ends without its last line, end; it was not sent or saved whole"
UNKNOWN_KIND = "{kind} is nothing that the file may hold; use one of {kinds}"
COUNTS = ("proposed", "evaluated", "failed", "shared", "population")


@dataclass
class Checked:
    """What a checked file holds."""

    experiment: dict[str, Any] = field(default_factory=dict)
    """Columns, and `best` as a step or None."""
    learned: dict[str, Any] | None = None
    """Columns of what the strategy's model knows."""
    drafts: list[dict[str, Any]] = field(default_factory=list)
    """Columns of what it has proposed ahead."""
    genotypes: dict[bytes, bytes] = field(default_factory=dict)
    """Key -> phenotype key."""
    evaluations: dict[bytes, bool] = field(default_factory=dict)
    """Phenotype and protocol key -> whether it is done."""
    completions: bytearray = field(default_factory=bytearray)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("genotypes", "evaluations", "records", "individuals"), 0)
    )
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    """The experiment's counters, counted."""
    best_is_there: bool = False


def check(lines: Iterable[FileLine]) -> Checked:
    """Raises BadFile for the first line that is not right."""
    checked, place = Checked(), -1
    steps: dict[str, Callable[[Checked, FileLine], None]] = {
        "nasweb": _head,
        "experiment": _experiment,
        "learned": _learned,
        "draft": _draft,
        "genotype": _genotype,
        "evaluation": _evaluation,
        "final": _final,
        "individual": _individual,
        "end": _end,
    }
    for line in lines:
        if place < 0 and line.kind != "nasweb":
            raise BadFile(NOT_OURS)
        if line.kind not in KINDS:
            raise BadFile(UNKNOWN_KIND.format(kind=line.kind, kinds=", ".join(KINDS)), line=line.number)
        here = KINDS.index(line.kind)
        if here < place or (here == place and line.kind in ONCE) or (place == 0 and here != 1):
            raise BadFile(f"{line.kind} may not stand after {KINDS[place]}", line=line.number)
        place = here
        steps[line.kind](checked, line)
    if place < len(KINDS) - 1:
        raise BadFile(NOT_WHOLE if place >= 0 else NOT_OURS)
    return checked


def _head(checked: Checked, line: FileLine) -> None:
    if line.content.get("nasweb") != FORMAT:
        raise BadFile(NOT_OURS)
    if line.content.get("version") != VERSION:
        raise BadFile(
            OTHER_VERSION.format(found=line.content.get("version"), known=VERSION), line=line.number
        )


def _experiment(checked: Checked, line: FileLine) -> None:
    values = values_of(EXPERIMENT, line.content, line, beside=("best",))
    try:
        config = experiment_config(values["config"])
    except ConfigError as error:
        raise BadFile(f"experiment.config.{error}", line=line.number) from None
    _words(values["tags"], "experiment.tags", line)
    state = values["strategy_state"]
    if not isinstance(state, dict | None):
        raise BadFile("experiment.strategy_state must be an object or null", line=line.number)
    if values["individuals_planned"] < values["proposed"]:
        raise BadFile("experiment.individuals_planned must be at least its proposed", line=line.number)
    # What was validated is stored, not what was sent: fields that were left out stand in it as they are read.
    checked.experiment = values | {"config": config.to_json(), "best": line.content["best"]}


def _words(value: Any, path: str, line: FileLine) -> None:
    if not (isinstance(value, list) and all(isinstance(word, str) and len(word) <= 200 for word in value)):
        raise BadFile(f"{path} must be a list of short words", line=line.number)


def _learned(checked: Checked, line: FileLine) -> None:
    checked.learned = learned_columns(line)


def _draft(checked: Checked, line: FileLine) -> None:
    checked.drafts.append(
        draft_columns(line, experiment_config(checked.experiment["config"]), len(checked.drafts))
    )
    checked.counts["drafts"] = len(checked.drafts)


def _genotype(checked: Checked, line: FileLine) -> None:
    values = values_of(GENOTYPE, line.content, line)
    try:
        genotype = Genotype.from_json({"space": values["space"], "levels": values["levels"]})
        phenotype = build_phenotype(genotype)
    except (GenotypeError, Infeasible) as error:
        raise BadFile(f"genotype: {error}", line=line.number) from None
    for name, right in (("key", genotype.key), ("phenotype_key", phenotype.key)):
        if values[name] != right:
            raise BadFile(f"genotype.{name} must be {right}, got {values[name]}", line=line.number)
    key = bytes.fromhex(genotype.key)
    if key in checked.genotypes:
        raise BadFile(f"genotype {genotype.key} stands in the file twice", line=line.number)
    checked.genotypes[key] = bytes.fromhex(phenotype.key)
    checked.counts["genotypes"] += 1


def known_genotype(checked: Checked, key: Any, line: FileLine) -> bytes:
    """The phenotype key of a genotype that a line refers to. Raises BadFile."""
    phenotype = checked.genotypes.get(_digits(key) or b"")
    if phenotype is None:
        raise BadFile(f"{line.kind}.genotype {key!r:.80} is not in the file before it", line=line.number)
    return phenotype


def _evaluation(checked: Checked, line: FileLine) -> None:
    values = values_of(EVALUATION, line.content, line, beside=("genotype", "records"))
    phenotype = known_genotype(checked, line.content["genotype"], line)
    if values["phenotype_key"] != phenotype.hex():
        raise BadFile(f"evaluation.phenotype_key must be {phenotype.hex()}", line=line.number)
    try:
        protocol = Protocol.model_validate(values["protocol"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, ("evaluation", "protocol", *first["loc"])))
        raise BadFile(f"{where}: {first['msg']}", line=line.number) from None
    protocol_key = _digits(values["protocol_key"])
    if protocol_key is None:
        raise BadFile("evaluation.protocol_key must be 32 hex digits", line=line.number)
    key = phenotype + protocol_key + _context(line)
    if key in checked.evaluations:
        raise BadFile("this network, protocol and context stand in the file twice", line=line.number)
    done = values["state"] == WorkState.DONE
    repeats, wanted = _records(line), values.get("repeats") or protocol.repeats
    if done != (values["fitness"] is not None) or (done and repeats != list(range(wanted))):
        raise BadFile(
            f"evaluation: a done one has a fitness and {wanted} records, the others no fitness",
            line=line.number,
        )
    if values["attempts"] > values["max_attempts"]:
        raise BadFile("evaluation.attempts must be at most its max_attempts", line=line.number)
    _fractions(values, ("fitness", "progress"), line)
    check_curve(values["live_curve"], line)
    checked.evaluations[key] = done
    checked.counts["evaluations"] += 1
    checked.counts["records"] += len(repeats)


def _context(line: FileLine) -> bytes:
    """Of an evaluation that a line holds or refers to. Raises BadFile."""
    key = context_key_of(line)
    digits = _digits(key) if key else b""
    if digits is None:
        raise BadFile(f"{line.kind}.context_key must be 32 hex digits or empty", line=line.number)
    return digits


def _records(line: FileLine) -> list[int]:
    if not isinstance(line.content["records"], list):
        raise BadFile("evaluation.records must be a list", line=line.number)
    repeats = []
    for document in line.content["records"]:
        values = values_of(RECORD, document, line)
        _fractions(values, ("accuracy",), line)
        check_curve(values["curve"], line)
        repeats.append(values["repeat"])
    if repeats != sorted(set(repeats)):
        raise BadFile("evaluation.records must stand in order of repeat, each once", line=line.number)
    return repeats


def _final(checked: Checked, line: FileLine) -> None:
    check_final(line, lambda genotype: known_genotype(checked, genotype, line).hex())
    checked.counts["finals"] = checked.counts.get("finals", 0) + 1


def _individual(checked: Checked, line: FileLine) -> None:
    values = values_of(
        INDIVIDUAL, line.content, line, beside=("genotype", "parent", "protocol_key", CONTEXT_KEY)
    )
    step = checked.counts["individuals"]
    if values["step"] != step:
        raise BadFile(f"individual.step must be {step}, got {values['step']}", line=line.number)
    phenotype = known_genotype(checked, line.content["genotype"], line)
    key = phenotype + (_digits(line.content["protocol_key"]) or b"") + _context(line)
    if key not in checked.evaluations:
        raise BadFile(
            f"individual: the file holds no evaluation of its network under protocol_key "
            f"{line.content['protocol_key']!r:.80}",
            line=line.number,
        )
    parent = line.content["parent"]
    if parent is not None and not (type(parent) is int and 0 <= parent < step):
        raise BadFile(
            f"individual.parent must be null or an earlier step, got {parent!r:.80}", line=line.number
        )
    _outcome(checked, values, line)
    _words(values["tags"], "individual.tags", line)
    check_mutation(values["mutation"], line)
    checked.counts["individuals"] += 1


def _outcome(checked: Checked, values: dict[str, Any], line: FileLine) -> None:
    done, place = values["state"] == WorkState.DONE, values["completion"]
    if done != (values["fitness"] is not None):
        raise BadFile("individual: a done one has a fitness, the others none", line=line.number)
    if (place is not None) != (done and values["eligible"]):
        raise BadFile("individual.completion is of those that are done and eligible", line=line.number)
    if place is not None:
        _take_place(checked, place, line)
    _fractions(values, ("fitness", "best_so_far"), line)
    found = checked.found
    found["proposed"] += 1
    found["evaluated"] += done
    found["failed"] += values["state"] == WorkState.FAILED
    found["shared"] += values["shared"]
    found["population"] += place is not None
    checked.best_is_there |= done and values["step"] == checked.experiment["best"]
    if values["state"] in Individual.OPEN and checked.experiment["state"] in ("finished", "stopped", "draft"):
        raise BadFile(f"individual: it is {values['state']} and its experiment is over", line=line.number)


def _take_place(checked: Checked, place: int, line: FileLine) -> None:
    population = checked.experiment["population"]
    if not checked.completions:
        checked.completions = bytearray(min(population, 2**24))
    if place >= population or place >= len(checked.completions) or checked.completions[place]:
        raise BadFile(
            f"individual.completion {place} is taken or beyond the population of {population}",
            line=line.number,
        )
    checked.completions[place] = 1


def _end(checked: Checked, line: FileLine) -> None:
    if line.content != checked.counts:
        raise BadFile(f"end says {line.content!r:.200}; the file holds {checked.counts}", line=line.number)
    experiment = checked.experiment
    for name, count in checked.found.items():
        if experiment[name] != count:
            raise BadFile(f"experiment.{name} is {experiment[name]}; its individuals count {count}", line=2)
    if experiment["best"] is not None and not checked.best_is_there:
        raise BadFile(f"experiment.best {experiment['best']!r:.80} is no step that is done", line=2)


def _fractions(values: dict[str, Any], names: Iterable[str], line: FileLine) -> None:
    for name in names:
        if values[name] is not None and not 0 <= values[name] <= 1:
            raise BadFile(
                f"{line.kind}: {name} must be a fraction 0..1, got {values[name]}", line=line.number
            )


def _digits(value: Any) -> bytes | None:
    """The 16 bytes of a key in 32 hex digits."""
    if not (isinstance(value, str) and len(value) == 32 and set(value) <= set("0123456789abcdef")):
        return None
    return bytes.fromhex(value)
