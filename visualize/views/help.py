"""The page that teaches the idea."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from search.evolution.primitives import PRIMITIVES
from search.evolution.published import PUBLISHED
from search.selectors.query import FIELDS
from visualize import lessons
from visualize.drawings import motif_drawing
from visualize.glossary import TERMS
from visualize.render import page_svg


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Every example has its state in the address, so that it works without JavaScript and can be shared."""
    edit = lessons.edit(_seed(request, "mutate", 3))
    place = (edit.mutation.level, edit.mutation.motif)
    assembly = lessons.assembly(request.GET)
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
            "tournament": lessons.tournament(_seed(request, "draw", 1)),
            "terms": TERMS,
            "fields": FIELDS,
        },
    )


def _once_more(svg: SafeString, prefix: str) -> SafeString:
    """The same drawing again on one page: its ids get a prefix, for an id stands once."""
    return mark_safe(svg.replace(' id="', f' id="{prefix}-'))  # ids are our own names


def _seed(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text[:6]) <= lessons.LAST_SEED else default
