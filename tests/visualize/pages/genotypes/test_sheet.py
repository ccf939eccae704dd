"""The appendix sheet: the paper's matrices of the cell and its motifs, and one A4 page of vectors in print."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from search.evolution.genotypes.genotype import Genotype as EngineGenotype
from search.evolution.genotypes.published import PUBLISHED
from search.models import Genotype
from tests.visualize.conftest import Open
from visualize.pages.genotypes.sheet import paper_matrix

LIU = PUBLISHED["liu2018"].genotype


def stored(genotype: EngineGenotype) -> Genotype:
    document = genotype.to_json()
    return Genotype.objects.create(
        key=genotype.key,
        text=genotype.text,
        space=document["space"],
        levels=document["levels"],
        operation_counts={},
    )


def test_rows_are_successors_and_columns_predecessors_as_published() -> None:
    """Methods A12: edges 1->2 to 4->5 of the cell, and those of motif 4."""
    assert paper_matrix(LIU, 3, 1).rows == (
        (None, None, None, None, None),
        (5, None, None, None, None),
        (3, 3, None, None, None),
        (3, 1, 3, None, None),
        (4, 5, 5, 5, None),
    )
    assert paper_matrix(LIU, 2, 4).rows[3] == (6, 4, 5, None)
    assert paper_matrix(LIU, 2, 4).below == 1


@pytest.mark.django_db
def test_every_motif_has_its_drawing_and_its_matrix(client: Client) -> None:
    row = stored(LIU)
    page = client.get(f"/genotypes/{row.key}/sheet/").content.decode()
    assert page.count("<figure") == page.count('<svg class="drawing') == 7
    cell = page[page.index("Matrix of Cell") :].partition("</table>")[0]
    entries = re.findall(r"<mi>o</mi><mn>(\d)</mn><mrow><mo [^>]*>\(</mo><mn>(\d)</mn>", cell)
    assert entries == [(k, "2") for k in "5333134555"]
    assert "15" not in cell
    assert page.count(">unused</span>") == 2
    assert "525 k parameters" in page.replace("\u00a0", " ")
    assert client.get("/genotypes/nothing/sheet/").status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_prints_as_one_a4_page_of_vectors_in_the_light(live_server: LiveServer, new_context: Open) -> None:
    page = new_context(color_scheme="dark").new_page()
    page.goto(f"{live_server.url}/genotypes/{stored(LIU).key}/sheet/")
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_hidden()
    expect(page.locator(".site-header")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    document = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type /Page\b(?!s)", document)) == 1
    [sizes] = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", document)
    assert [round(float(side) / 72 * 25.4) for side in sizes] == [210, 297]
    assert b"/Subtype /Image" not in document
