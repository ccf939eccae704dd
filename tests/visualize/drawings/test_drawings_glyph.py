"""The small picture of a cell in tables."""

import subprocess

import pytest
from django.template import Context, Template

from search.evolution.genotypes.genotype import Genotype, edges
from tests.visualize.pictures import FOUR_LEVELS, PAPER, classes, parsed, some_genotype
from visualize import render
from visualize.drawings.glyphs import HEIGHT, cell_glyph
from visualize.render import engine


def glyph(genotype: Genotype) -> str:
    return cell_glyph(genotype.cell, genotype.space.operations(genotype.space.top))


@pytest.mark.parametrize("genotype", [PAPER, some_genotype("flat"), some_genotype(FOUR_LEVELS)])
def test_there_is_an_arc_for_every_edge_and_all_of_it_is_inside(genotype: Genotype) -> None:
    svg = parsed(glyph(genotype))
    arcs = [element for element in svg if "line" in classes(element)]
    assert len(arcs) == sum(1 for _, _, operation in edges(genotype.cell) if operation)
    for arc in arcs:
        numbers = [
            float(part)
            for part in (arc.get("d") or "")
            .replace("M", "")
            .replace("C", " ")
            .replace("H", ",14.0 ")
            .replace(",", " ")
            .split()
        ]
        heights = numbers[1::2]
        middle = (
            sum(weight * y for weight, y in zip((0.125, 0.375, 0.375, 0.125), heights, strict=True))
            if len(heights) == 4
            else 14
        )
        assert 0 < middle < HEIGHT


def test_the_tag_takes_the_engines_genotype_and_the_tables_row_alike() -> None:
    class Row:
        space = PAPER.to_json()["space"]
        levels = PAPER.to_json()["levels"]

    template = Template("{% load drawings %}{% glyph genotype %}")
    assert (
        template.render(Context({"genotype": Row()}))
        == template.render(Context({"genotype": PAPER}))
        == glyph(PAPER)
    )


def test_a_table_of_fifty_asks_graphviz_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout costs about as much as fifty glyphs."""

    def refuse(*_: object, **__: object) -> str:
        raise AssertionError("a glyph was laid out by Graphviz")

    for module in (engine, render):
        monkeypatch.setattr(module, "run_graphviz", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    cell_glyph.cache_clear()
    for seed in range(50):
        assert "<svg" in glyph(some_genotype("hierarchical", seed))
