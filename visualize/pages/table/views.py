"""View of the benchmark table's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visualize.pages.table.page import table_page


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The first table, or the one asked for with ?table=."""
    return render(request, "table/index.html", {**table_page(request.GET.get("table")), "section": "table"})
