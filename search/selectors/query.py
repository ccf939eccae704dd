"""Filter language of population tables: `fitness>0.93 params<2e6 origin:human op:sep3x3>=4 state:failed`.

Terms are separated by spaces and must all hold; a leading `-` negates one; `a,b` after a colon means either.
One table names the fields: the parser, the help page and the API's documentation read it.
"""

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Case, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import IContains

from search.evolution.genotypes.primitives import IDENTITY, PRIMITIVE_NAMES
from search.models import MotifUse, WorkState

MAX_QUERY = 1000
"""Characters; a longer filter is refused."""
MAX_TERMS = 20
MAX_WORDS = 40
"""In all terms together, counting each of `tag:a,b`: a tag is looked for in the text of every row."""

LARGEST = 2**62
"""Beyond any count: a number is held to this before it reaches the database."""

COMPARISONS = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "=": "exact"}

_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}

FRACTIONS = ("fitness", "spread")
"""Fields of 0..1, which people also think of in per cent."""

SUFFIXES = {"k": 1e3, "M": 1e6, "G": 1e9, "%": 0.01}


class QueryError(ValueError):
    """A filter that cannot be read: names the term and what would be right."""


@dataclass(frozen=True)
class FilterField:
    """One word of the language."""

    name: str
    kind: Literal["number", "word", "operation", "tag", "motif", "network"]
    column: str
    example: str
    description: str
    choices: tuple[str, ...] = ()


FIELDS: tuple[FilterField, ...] = (
    FilterField(
        "fitness", "number", "fitness", "fitness>0.93", "mean validation accuracy, a fraction or with %"
    ),
    FilterField(
        "params", "number", "parameters", "params<2M", "parameters of the network; k, M and G are understood"
    ),
    FilterField("madds", "number", "multiply_adds", "madds<40M", "multiply-adds for one image"),
    FilterField(
        "seconds",
        "number",
        "evaluation__train_seconds",
        "seconds<60",
        "training time of its network, all repeats",
    ),
    FilterField(
        "depth", "number", "genotype__depth", "depth<=12", "operations on the longest way through one cell"
    ),
    FilterField("step", "number", "step", "step>=200", "evolution step"),
    FilterField("generation", "number", "generation", "generation>5", "mutations since an initial genotype"),
    FilterField("spread", "number", "fitness_spread", "spread<0.01", "standard deviation over repeats"),
    FilterField(
        "repeats", "number", "repeats", "repeats>1", "repeats its fitness rests on, where not all at once"
    ),
    FilterField(
        "stopped", "number", "stopped_at", "stopped>0", "training step at which it was stopped early"
    ),
    FilterField("parent", "number", "parent__step", "parent=17", "step of the parent"),
    FilterField(
        "state",
        "word",
        "state",
        "state:failed",
        "where its evaluation stands",
        tuple(WorkState.values),
    ),
    FilterField("origin", "word", "origin", "origin:human,mutation", "how it came about"),
    FilterField("reason", "word", "evaluation__reason_code", "reason:time_out", "why its evaluation failed"),
    FilterField(
        "shared", "word", "shared", "shared:yes", "whether its network was known already", ("yes", "no")
    ),
    FilterField(
        "op", "operation", "", "op:sep3x3>=4", "how many of an operation one cell of the network holds"
    ),
    FilterField("tag", "tag", "", "tag:odd", "carries a tag that people gave it"),
    FilterField("motif", "motif", "", "motif:ab12", "uses a motif whose key starts so"),
    FilterField("network", "network", "", "network:ab12", "builds the network whose key starts so"),
)

_BY_NAME = {field.name: field for field in FIELDS} | {"parameters": FIELDS[1]}

_TERM = re.compile(r"^(?P<name>[a-z]+)(?P<rest>.*)$", re.DOTALL)
_COMPARED = re.compile(r"^(?P<sign>>=|<=|>|<|=)(?P<value>.+)$", re.DOTALL)
_OPERATION = re.compile(r"^:(?P<name>[a-z0-9]+)(?P<compared>(?:>=|<=|>|<|=).+)?$", re.DOTALL)
_NUMBER = re.compile(r"^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?[kMG%]?$")
_KEY = re.compile(r"^[0-9a-f]{2,32}$")


def parse_query(text: str) -> Q:
    """The condition on individuals that a filter text means; the empty text means all.

    Raises QueryError that names the term, and what would be right.
    """
    if len(text) > MAX_QUERY:
        raise QueryError(f"the filter has {len(text)} characters; at most {MAX_QUERY} are read")
    terms = text.split()
    if len(terms) > MAX_TERMS:
        raise QueryError(f"the filter has {len(terms)} terms; at most {MAX_TERMS} are read")
    words = sum(term.count(",") + 1 for term in terms)
    if words > MAX_WORDS:
        raise QueryError(f"the filter names {words} words and numbers; at most {MAX_WORDS} are read")
    condition = Q()
    for term in terms:
        negated = term.startswith("-")
        meant = _term(term.removeprefix("-"))
        condition &= ~meant if negated else meant
    return condition


def _term(term: str) -> Q:
    match = _TERM.match(term)
    field = _BY_NAME.get(match["name"]) if match else None
    if match is None or field is None:
        raise QueryError(f"{term!r}: unknown field; use one of {', '.join(row.name for row in FIELDS)}")
    return _READERS[field.kind](field, match["rest"], term)


def _number_term(field: FilterField, rest: str, term: str) -> Q:
    compared = _COMPARED.match(rest)
    if compared is None:
        raise QueryError(f"{term!r}: compare {field.name} with a number, e.g. {field.example}")
    number = _number(compared["value"], term)
    if field.name in FRACTIONS and number > 1:
        raise QueryError(
            f"{term!r}: {field.name} is a fraction; for {number:g} per cent write {number:g}% or {number / 100:g}"
        )
    return Q(**{f"{field.column}__{COMPARISONS[compared['sign']]}": number})


def _number(text: str, term: str) -> float | int:
    if not _NUMBER.match(text):
        raise QueryError(f"{term!r}: {text!r} is no number; write 0.93, 93%, 2e6 or 2M")
    factor = SUFFIXES.get(text[-1], 1.0)
    value = float(text.rstrip("kMG%")) * factor
    value = max(-LARGEST, min(LARGEST, value))
    return int(value) if value == int(value) else value


def _word_term(field: FilterField, rest: str, term: str) -> Q:
    words = [word for word in rest[1:].split(",") if word] if rest[:1] in (":", "=") else []
    if not words:
        raise QueryError(f"{term!r}: write {field.name}:WORD, e.g. {field.example}")
    for word in words:
        if field.choices and word not in field.choices:
            raise QueryError(f"{term!r}: {word!r} is no {field.name}; use one of {', '.join(field.choices)}")
        if "\x00" in word:
            raise QueryError(f"{field.name}: a word cannot hold the character NUL")
    if field.name == "shared":
        return Q(shared__in=[word == "yes" for word in words])
    return Q(**{f"{field.column}__in": words})


def _operation_term(field: FilterField, rest: str, term: str) -> Q:
    known = tuple(name for name in PRIMITIVE_NAMES if name != IDENTITY)  # identities are wiring
    match = _OPERATION.match(rest)
    if match is None or match["name"] not in known:
        raise QueryError(f"{term!r}: write op:NAME or op:NAME>=4 with NAME one of {', '.join(known)}")
    column = f"genotype__operation_counts__{match['name']}"
    if match["compared"] is None:
        return Q(**{f"{column}__gte": 1})
    compared = _COMPARED.match(match["compared"])
    assert compared is not None  # _OPERATION has matched the sign
    sign, count = compared["sign"], _number(compared["value"], term)
    condition = Q(**{f"{column}__{COMPARISONS[sign]}": count})
    # An operation that a network does not hold is absent from its counts.
    return condition | Q(**{f"{column}__isnull": True}) if _COMPARE[sign](0, count) else condition


def _tag_term(field: FilterField, rest: str, term: str) -> Q:
    words = [word for word in rest[1:].split(",") if word] if rest[:1] == ":" else []
    if not words:
        raise QueryError(f"{term!r}: write tag:WORD, e.g. {field.example}")
    # The list as text holds each tag in quotes; SQLite has no lookup for an element of a list.
    text = Cast("tags", TextField())
    condition = Q()
    for word in words:
        clean = word.replace("\x00", "")
        # SQLite keeps the text as it was written, escaped; PostgreSQL writes it anew, with its letters.
        for written in dict.fromkeys((json.dumps(clean), json.dumps(clean, ensure_ascii=False))):
            condition |= Q(IContains(text, written))
    # Nearly all individuals have none, and to find that out is much cheaper than to look for words in it. As a
    # case PostgreSQL takes it to hold for every second row; else it would expect one row at most, and for each row of
    # a fold (twins.py) sort all that carry the tag to find it.
    return Q(Case(When(~Q(tags=[]) & condition, then=Value(True)), default=Value(False)))


def _motif_term(field: FilterField, rest: str, term: str) -> Q:
    prefix = rest[1:] if rest[:1] == ":" else ""
    if not _KEY.match(prefix):
        raise QueryError(f"{term!r}: write motif:KEY with at least two hex digits of the motif's key")
    carriers = MotifUse.objects.filter(motif__key__startswith=prefix, uses__gt=0).values("genotype")
    return Q(genotype__in=carriers)


def _network_term(field: FilterField, rest: str, term: str) -> Q:
    prefix = rest[1:] if rest[:1] == ":" else ""
    if not _KEY.match(prefix):
        raise QueryError(f"{term!r}: write network:KEY with at least two hex digits of the phenotype's key")
    return Q(evaluation__phenotype_key__startswith=prefix)


_READERS: dict[str, Callable[[FilterField, str, str], Q]] = {
    "number": _number_term,
    "word": _word_term,
    "operation": _operation_term,
    "tag": _tag_term,
    "motif": _motif_term,
    "network": _network_term,
}
