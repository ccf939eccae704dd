"""From a drawing to a page or a file: limits, cache, and files that stand alone."""

import dataclasses
import re
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.core.cache import cache

from search.evolution.genotypes.space import LevelShape, SearchSpace
from tests.visualize.pictures import PAPER, by_id, classes, parsed, some_genotype
from visualize import render
from visualize.drawings import Drawing, TooLarge, flattened_drawing, motif_drawing
from visualize.render import (
    DrawingFailed,
    DrawingPostponed,
    engine,
    page_svg,
    picture_file,
    svg_file,
    turns,
    worker,
)
from visualize.render.markup import VAST


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def dense(nodes: int) -> Drawing:
    """A motif that keeps dot busy for many seconds."""
    space = SearchSpace(levels=(LevelShape(motifs=1, nodes=nodes),))
    return motif_drawing(some_genotype(space), 2, 1)


def test_a_layout_that_computes_too_long_is_ended_and_refused() -> None:
    drawing = dense(30)
    with pytest.raises(TooLarge, match="did not finish within 1 s of computing"):
        engine.run_graphviz(drawing.source, "dot", edge_count=drawing.edge_count, seconds=1)


def test_a_busy_machine_is_no_reason_to_refuse_a_drawing_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout of 40 ms was taken for one too large, since its turn on a processor came late, and that was kept."""
    drawing = dense(14)
    turns.begin_request()
    try:
        with monkeypatch.context() as busy:
            busy.setattr(turns, "REQUEST_SECONDS", 0.001)
            with pytest.raises(DrawingPostponed, match="too busy"):
                picture_file(drawing, "png")
        assert picture_file(drawing, "png").startswith(b"\x89PNG")
    finally:
        turns.end_request()


def test_a_refusal_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def slow(*args: object, **options: object) -> bytes:
        calls.append(args)
        raise TooLarge("too slow")

    monkeypatch.setattr(render, "run_graphviz", slow)
    drawing = dense(14)
    for draw in (page_svg, svg_file, lambda drawing: picture_file(drawing, "png")):
        with pytest.raises(TooLarge, match="too slow"):
            draw(drawing)
    assert len(calls) == 1


def test_what_is_hopeless_by_its_size_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "run_graphviz", lambda *_, **__: pytest.fail("tried"))
    for draw in (page_svg, svg_file, lambda drawing: picture_file(drawing, "png")):
        with pytest.raises(TooLarge, match=r"has \d{3} edges: beyond 160 its layout takes longer"):
            draw(dense(32))


@pytest.fixture
def slow_layouts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Each takes a second by a clock of its own; a request may ask for two and a half."""
    drawn: list[str] = []
    monkeypatch.setattr(turns, "now", lambda: float(len(drawn)))

    def slow(source: str, *_: object, **__: object) -> bytes:
        drawn.append(source)
        return worker.draw("digraph {a}", "dot", "svg")

    monkeypatch.setattr(engine, "in_own_process", slow)
    monkeypatch.setattr(turns, "REQUEST_SECONDS", 2.5)
    turns.begin_request()
    yield drawn
    turns.end_request()


def test_a_page_draws_for_so_many_seconds_and_goes_on_at_the_next_view(slow_layouts: list[str]) -> None:
    """61 dense motifs kept a thread for 500 seconds."""

    def view() -> list[str]:
        turns.begin_request()
        shown = []
        for nodes in range(13, 19):
            try:
                page_svg(dense(nodes))
                shown.append("drawn")
            except DrawingPostponed as refusal:
                shown.append(str(refusal)[-55:])
        return shown

    later = ["Load it again: what was drawn is kept, the rest follows."[-55:]]
    assert view() == ["drawn"] * 3 + later * 3
    assert view() == ["drawn"] * 6


def test_few_draw_at_once_and_who_has_no_turn_does_without(
    slow_layouts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.01)
    with turns.turn(), turns.turn(), pytest.raises(DrawingPostponed, match="Other pictures"):
        page_svg(dense(14))
    assert page_svg(dense(14)).startswith("<svg")


def test_only_what_is_far_too_wide_for_a_page_scrolls_at_its_full_size() -> None:
    ordinary = parsed(page_svg(flattened_drawing(PAPER)))
    flat = parsed(page_svg(flattened_drawing(some_genotype("flat"))))
    for svg in (ordinary, flat):
        assert ("vast" in classes(svg)) == (float(svg.get("width", "0")) > VAST)
    assert "vast" not in classes(ordinary)


def test_a_drawing_is_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = page_svg(motif_drawing(PAPER, 3, 1))
    monkeypatch.setattr(render, "run_graphviz", None)
    assert page_svg(motif_drawing(PAPER, 3, 1)) == first


def test_what_is_larger_than_a_motif_runs_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = dense(14)
    monkeypatch.setattr(worker, "draw", lambda *args: pytest.fail("drawn in this process"))
    assert drawing.edge_count > engine.QUICK_EDGES
    assert b"<svg" in engine.run_graphviz(drawing.source, "dot", edge_count=drawing.edge_count)


def test_without_pygraphviz_the_dot_program_is_asked_and_missed_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing: ModuleType | None = None
    monkeypatch.setattr(worker, "pygraphviz", missing)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DrawingFailed, match="dot program of Graphviz"):
        engine.run_graphviz("digraph {a -> b}", "dot")


def test_a_graph_that_graphviz_refuses_is_an_error_with_its_reason() -> None:
    with pytest.raises(DrawingFailed, match="could not draw"):
        engine.run_graphviz("digraph {", "dot")


def test_a_single_part_can_be_marked_and_unknown_names_are_passed_over() -> None:
    drawing = motif_drawing(PAPER, 3, 1)
    svg = page_svg(drawing, marked={"L3-M1-e1-2": "selected", '"><script>': "x"})
    assert "selected" in classes(by_id(svg)["L3-M1-e1-2"])
    assert "script" not in svg


@pytest.mark.parametrize("drawing", [motif_drawing(PAPER, 3, 1), flattened_drawing(PAPER)])
def test_a_file_stands_alone_with_its_style_and_without_links(drawing: Drawing) -> None:
    for theme, paper in (("light", "#ffffff"), ("dark", "#12161d")):
        text = svg_file(drawing, theme)  # type: ignore[arg-type]
        root = parsed(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        style = root.findtext("{http://www.w3.org/2000/svg}style") or ""
        assert f"fill: {paper}" in style
        assert "var(" not in text
        assert "light-dark" not in text
        assert "<a " not in text
        assert "ghost" not in re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL)
        assert root.findtext("{http://www.w3.org/2000/svg}title") == drawing.label


def test_every_class_that_draws_has_a_rule() -> None:
    text = svg_file(flattened_drawing(PAPER)) + svg_file(motif_drawing(PAPER, 3, 1))
    shapes = {"line", "head", "pill", "pill-text", "disc", "disc-text", "frame", "tab", "tab-text"}
    for name in shapes:
        assert f'class="{name}"' in text
        assert re.search(rf"\.{name}\b[^{{]*{{", text) or name == "pill-text"


@pytest.mark.parametrize("kind, magic", [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_pictures_for_elsewhere_come_with_ink(kind: str, magic: bytes) -> None:
    for drawing in (motif_drawing(PAPER, 3, 1, ink="light"), flattened_drawing(PAPER, ink="dark")):
        assert picture_file(drawing, kind).startswith(magic)  # type: ignore[arg-type]


def test_the_cache_tells_drawings_of_equal_dot_but_other_meaning_apart() -> None:
    drawing = motif_drawing(PAPER, 3, 1)
    assert page_svg(drawing) != page_svg(dataclasses.replace(drawing, label="another"))
