"""Context of the editor page: genotype, start, cost setting, preview."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import Liveness
from search.evolution.genotypes.primitives import primitive
from search.evolution.genotypes.slot_diff import edits
from search.models import Experiment
from search.permissions import Actor
from search.selectors.previews import (
    ACCEPTS_PEOPLE,
    PreviewSetting,
    evaluations_ahead,
    experiments_for,
    preview_in,
)
from visualize.pages.editor.canvas import (
    LevelCanvas,
    MotifSlot,
    OperationChoice,
    chips,
    heading,
    levels,
    title_of,
)
from visualize.pages.editor.numbers import about, known_as, numbers, rest_words, shares
from visualize.pages.editor.starting_points import SHORT, Start, preset_for

Context = dict[str, Any]
PRESET = "preset"


@dataclass(frozen=True)
class Counted:
    """What numbers are counted in: an experiment, which is then where it can be evaluated, or a preset."""

    value: str
    """As the form sends it: `12`, or `preset:quick`."""
    label: str
    state: str = ""
    """Of the experiment; empty for a preset."""
    experiment: Experiment | None = None

    @property
    def accepts(self) -> bool:
        return self.state in ACCEPTS_PEOPLE

    def taken_from(self, actor: Actor) -> bool:
        """Whether this caller may put an individual into it."""
        return self.experiment is not None and actor.may_change(self.experiment)

    @property
    def setting(self) -> PreviewSetting:
        if self.experiment is not None:
            return PreviewSetting.of(self.experiment)
        return PreviewSetting.under(PRESETS[self.value.removeprefix(f"{PRESET}:")].config)

    @property
    def body(self) -> dict[str, Any]:
        """The same as the preview's request names it."""
        if self.experiment is not None:
            return {"experiment_id": self.experiment.pk}
        return {"preset": self.value.removeprefix(f"{PRESET}:")}


def counted_choices(start: Start) -> list[Counted]:
    """The experiment that it came from first, then the others that would take it, then no experiment."""
    own = [start.experiment] if start.experiment else []
    others = [row for row in experiments_for(start.genotype.space) if row not in own]
    preset = start.preset or preset_for(start.genotype.space)
    found = [Counted(str(row.pk), row.name, row.state, row) for row in [*own, *others]]
    plain = Counted(f"{PRESET}:{preset}", f"No experiment: as in “{PRESETS[preset].title}”")
    return [plain, *found] if start.preset else [*found, plain]


def chosen(offered: list[Counted], value: str) -> Counted:
    return next((row for row in offered if row.value == value), offered[0])


def editor_context(
    start: Start, genotype: Genotype, place: MotifSlot, actor: Actor, *, counted: str = "", error: str = ""
) -> Context:
    """Everything that the page shows, with and without scripts."""
    offered = counted_choices(start)
    choice = chosen(offered, counted)
    found = preview_in(genotype, choice.setting, start=start.genotype)
    liveness = found.preview.liveness
    drawn = levels(genotype, place, liveness)
    changed = edits(start.genotype, genotype)
    return {
        "section": "experiments" if start.experiment else "editor",
        "start": start,
        "genotype": genotype,
        "place": place,
        "title": heading(genotype.space, place),
        "details": details(genotype, place, liveness),
        "chips": chips(genotype, place, liveness),
        "levels": drawn,
        "current": next(level for level in drawn if level.current),
        "looks": [primitive(name) for name in genotype.space.primitives],
        "counted": offered,
        "choice": choice,
        "found": found,
        "numbers": numbers(found),
        "shares": shares(found.preview, place),
        "known": known_as(found),
        "rest": rest_words(found.preview, place),
        "takers": [row for row in offered if row.accepts and row.taken_from(actor)],
        "refused": _refusal(start),
        "changes": "" if changed is None else changes_words(len(changed), start.name),
        "estimate": about(found.seconds),
        "ahead": evaluations_ahead(),
        "error": error,
        "token": uuid4(),
        "back": state_address(start, genotype, place, counted) or start.address,
        "document": json.dumps(_document(start, genotype, place, offered, drawn)),
        "parent": f"{start.experiment.pk}:{start.step}" if start.experiment else "",
    }


def _refusal(start: Start) -> str:
    """Why the experiment that it came from does not take it; empty when it does."""
    row = start.experiment
    if row is None or row.state in ACCEPTS_PEOPLE:
        return ""
    why = f" ({row.reason})" if row.reason else ""
    return f"“{row.name}”, where it came from, is {row.state}{why}: it takes no genotypes."


def changes_words(count: int, name: str) -> str:
    if not count:
        return "No changes"
    return f"{count} change{'s' if count > 1 else ''} from {name}"


def details(genotype: Genotype, place: MotifSlot, liveness: Liveness) -> str:
    """`level 2 · 4 nodes · used on 3 edges, 5 copies in a cell`."""
    space = genotype.space
    said = [f"level {place.level}", f"{space.level(place.level).nodes} nodes"]
    if place.level < space.top:
        above = genotype.levels[place.level - 1]
        sites = sum(operation == place.slot for motif in above for _, _, operation in edges(motif))
        uses = liveness.uses[place.level, place.slot]
        where = "both cells" if space.reduction_cell else "a cell"
        said.append(f"on {sites} edge{'' if sites == 1 else 's'} of level {place.level + 1}")
        said.append(f"{uses} cop{'y' if uses == 1 else 'ies'} in {where}" if uses else "unused")
    return " · ".join(said)


def state_address(start: Start, genotype: Genotype, place: MotifSlot, counted: str) -> str | None:
    """The address at which the page shows this state of the edit; None when the text is too long for one."""
    if start.pasted or len(genotype.text) > SHORT:
        return None
    query = {"motif": place.id}
    if genotype != start.genotype:
        query["genotype"] = genotype.text
    if counted:
        query["in"] = counted
    return f"{start.address}{'&' if '?' in start.address else '?'}{urlencode(query)}"


def _document(
    start: Start, genotype: Genotype, place: MotifSlot, offered: list[Counted], drawn: list[LevelCanvas]
) -> dict[str, Any]:
    """What the scripts know: state and words, never arithmetic."""
    space = genotype.space
    return {
        **genotype.to_json(),
        "start": start.genotype.to_json(),
        "startName": start.name,
        "draft": f"{start.genotype.key}.{genotype.key}",
        "place": {"level": place.level, "slot": place.slot},
        "titles": {
            level: [
                title_of(space, MotifSlot(level, slot)) for slot in range(1, space.level(level).motifs + 1)
            ]
            for level in range(2, space.top + 1)
        },
        "headings": {
            level: [
                heading(space, MotifSlot(level, slot)) for slot in range(1, space.level(level).motifs + 1)
            ]
            for level in range(2, space.top + 1)
        },
        "choices": {level.place.level: [_choice(row) for row in level.choices] for level in drawn},
        "counted": {row.value: row.body for row in offered},
        "preview": reverse("api:preview_genotype"),
    }


def _choice(row: OperationChoice) -> dict[str, Any]:
    return {
        "classes": row.classes,
        "look": row.look,
        "pill": row.pill,
        "word": row.word,
        "label": row.label,
        "key": row.key,
    }
