"""View of the help page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from search.evolution.genotypes.primitives import PRIMITIVES
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.catalogue import catalogue, settings_of
from search.selectors.query import FIELDS
from visualize.drawings import motif_drawing
from visualize.pages.help import examples, learning_example
from visualize.pages.help.strategy_example import example_of
from visualize.render import page_svg
from visualize.style.glossary import ALL_WORDS


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Every example has its state in the address, so that it works without JavaScript and can be shared."""
    edit = examples.edit(_seed(request, "mutate", 3))
    place = (edit.mutation.level, edit.mutation.motif)
    assembly = examples.assembly(request.GET)
    marked = {edit.changed: "changed"}
    return render(
        request,
        "help/page.html",
        {
            "section": "help",
            "primitives": PRIMITIVES,
            "looks": PRIMITIVES,
            "choices": [
                (0, "no edge"),
                *((index, row.label) for index, row in enumerate(PRIMITIVES, start=1)),
            ],
            "assembly": assembly,
            "by_hand": _once_more(page_svg(motif_drawing(assembly.genotype, 2, 1)), "hand"),
            "published": PUBLISHED["liu2018"],
            "slots": range(1, 7),
            "edit": edit,
            "before": _once_more(page_svg(motif_drawing(edit.parent, *place), marked=marked), "before"),
            "after": _once_more(page_svg(motif_drawing(edit.child, *place), marked=marked), "after"),
            "tournament": examples.tournament(_seed(request, "draw", 1)),
            "strategies": catalogue(),
            "learned": learning_example.learned(_seed(request, "learned", 10) % (learning_example.MOST + 1)),
            "terms": ALL_WORDS,
            "fields": FIELDS,
        },
    )


@require_safe
def strategy(request: HttpRequest, kind: str) -> HttpResponse:
    """One strategy: its settings, and a small search of it to watch."""
    if kind not in STRATEGIES:
        raise Http404(f"There is no strategy {kind!r}.")
    row = STRATEGIES[kind]
    settings = [{**setting, "usual": _usual(setting["default"])} for setting in settings_of(row)]
    context = {"section": "help", "row": row, "settings": settings, "rows": STRATEGIES.values()}
    return render(request, "help/strategy.html", context | {"example": example_of(row, request.GET)})


def _usual(value: Any) -> str:
    """A default for people; numbers as the API takes them."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value == [] else str(value)


def _once_more(svg: SafeString, prefix: str) -> SafeString:
    """The same drawing again on one page: its ids get a prefix, for an id stands once."""
    return mark_safe(svg.replace(' id="', f' id="{prefix}-'))  # ids are our own names


def _seed(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text[:6]) <= examples.LAST_SEED else default
