"""Context of the lineage page: query, picture, and a table with the same content."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.paginator import Page, Paginator

from search.evolution.genotypes.space import SearchSpace, search_space
from search.models import Individual
from search.selectors import lineage as kinship
from search.selectors.lineage import Family, LineageNode
from visualize.pages.lineage.picture import Picture, picture
from visualize.pages.lineage.replay import KINDS, reel, still
from visualize.pages.lineage.text import StepEffect, effect, short_edit

Context = dict[str, Any]

SHOWS = {
    "path": "Path",
    "siblings": "Siblings",
    "descendants": "Descendants",
    "fittest": "Fittest",
}
SCALES = {"step": "Step", "generation": "Generation"}
ORDERS = {"-step": "newest first", "step": "oldest first", "-fitness": "fittest first"}
PER_PAGE = 25


@dataclass(frozen=True)
class RelativeRow:
    """One individual in the table."""

    kin: LineageNode
    individual: Individual
    relation: str
    edit: str
    effect: StepEffect
    parent_step: int | None


@dataclass(frozen=True)
class Story:
    """What became of fitness along the line."""

    steps: int
    first: LineageNode
    last: LineageNode
    total: StepEffect
    raised: int
    lowered: int
    level: int


@dataclass(frozen=True)
class LineageQuery:
    """What the address asks for; nonsense in it falls back to the first choice."""

    show: str
    by: str
    order: str
    page: str


def asked_of(query: Mapping[str, Any]) -> LineageQuery:
    def choice(name: str, choices: Mapping[str, str]) -> str:
        value = str(query.get(name, ""))
        return value if value in choices else next(iter(choices))

    return LineageQuery(
        choice("show", SHOWS), choice("x", SCALES), choice("order", ORDERS), str(query.get("page", "1"))
    )


def lineage_context(row: Individual, query: Mapping[str, Any]) -> Context:
    """`row` was fetched with its genotype and experiment; `query` is the address's."""
    asked = asked_of(query)
    space = search_space(row.genotype.space)
    path = kinship.ancestors(row)
    family = _family(row, asked.show)
    members = {kin.id: kin for kin in [*path.members, *family.members]}
    pages = Paginator(_ordered(members, asked.order), PER_PAGE)
    page = pages.get_page(asked.page)
    return {
        "asked": asked,
        "shows": SHOWS,
        "scales": SCALES,
        "orders": ORDERS,
        "counts": kinship.counts(row),
        "pictures": _pictures(row, space, path, family, asked.by),
        "story": _story(path),
        **_replay(row, path, query),
        "cut_path": path.cut,
        "cut_family": family.cut,
        "page": page,
        "rows": _rows(page, members, row, space, {kin.id for kin in path.members}, asked.show),
    }


def _pictures(row: Individual, space: SearchSpace, path: Family, family: Family, by: str) -> list[Picture]:
    """One for wide pages, and for the line alone another one for phones."""
    on_path = {kin.id for kin in path.members}
    others = [kin for kin in family.members if kin.id not in on_path]
    wide = picture(row.experiment_id, space, path.members, others, by=by)
    if others:
        return [wide]
    return [wide, picture(row.experiment_id, space, path.members, [], by=by, narrow=True)]


def _replay(row: Individual, path: Family, query: Mapping[str, Any]) -> Context:
    found = reel(row, path, query)
    context: Context = {"reel": found, "reels": KINDS, "asked_reel": query.get("replay", "")}
    if found is None:
        return context
    shown, before = found.kins[found.place], found.before
    rows = kinship.details([kin.id for kin in (shown, before) if kin])
    return {**context, "still": still(rows[shown.id], rows[before.id] if before else None)}


def _family(row: Individual, show: str) -> Family:
    if show == "siblings":
        return kinship.branches(row)
    if show == "descendants":
        return kinship.descendants(row)
    return kinship.fittest(row) if show == "fittest" else Family((), cut=False)


def _ordered(members: Mapping[int, LineageNode], order: str) -> list[LineageNode]:
    kins = sorted(members.values(), key=lambda kin: kin.step, reverse=order != "step")
    if order == "-fitness":
        kins.sort(key=lambda kin: -1.0 if kin.fitness is None else kin.fitness, reverse=True)
    return kins


def _rows(
    page: Page[LineageNode],
    members: Mapping[int, LineageNode],
    row: Individual,
    space: SearchSpace,
    on_path: set[int],
    show: str,
) -> list[RelativeRow]:
    found = kinship.details([kin.id for kin in page])
    return [
        RelativeRow(
            kin=kin,
            individual=found[kin.id],
            relation=_relation(kin, row, on_path, show),
            edit=short_edit(space, found[kin.id].mutation),
            effect=effect(kin, parent),
            parent_step=parent.step if parent else None,
        )
        for kin, parent in ((kin, members.get(kin.parent or 0)) for kin in page)
        if kin.id in found  # deleted since
    ]


def _relation(kin: LineageNode, row: Individual, on_path: set[int], show: str) -> str:
    if kin.id == row.pk:
        return "itself"
    if kin.id == row.parent_id:
        return "parent"
    if kin.id in on_path:
        return "ancestor"
    if kin.parent == row.pk:
        return "child"
    if kin.parent is not None and kin.parent == row.parent_id:
        return "sibling"
    if kin.parent in on_path:
        return "child of an ancestor"
    return "descendant" if show == "descendants" else "of another branch"


def _story(path: Family) -> Story | None:
    """None for an individual without ancestors."""
    kins = path.members
    if len(kins) < 2:
        return None
    directions = [effect(kin, parent).direction for parent, kin in pairwise(kins)]
    return Story(
        steps=len(kins) - 1,
        first=kins[0],
        last=kins[-1],
        total=effect(kins[-1], kins[0]),
        raised=directions.count("up"),
        lowered=directions.count("down"),
        level=directions.count("level"),
    )
