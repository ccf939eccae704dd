"""The flattened network: every primitive that is built, in one frame per edge of the cell."""

import pytest

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.evolution.networks.assembly import Infeasible, assembled_edges
from tests.visualize.pictures import (
    FOUR_LEVELS,
    PAPER,
    by_id,
    classes,
    disconnected,
    some_genotype,
    with_dead_parts,
)
from visualize.drawings import TooLarge, flattened_drawing
from visualize.drawings.flattened import MAX_EDGES
from visualize.render import page_svg


@pytest.mark.parametrize(
    "genotype", [PAPER, with_dead_parts(), some_genotype("flat"), some_genotype(FOUR_LEVELS)]
)
def test_every_operation_that_is_built_is_drawn_once(genotype: Genotype) -> None:
    parts = by_id(page_svg(flattened_drawing(genotype)))
    drawn = [part.get("data-place") for part in parts.values() if "edge" in classes(part)]
    built = [data["place"] for _, _, data in assembled_edges(genotype)]
    assert sorted(map(str, drawn)) == sorted(f"L{level}-M{slot}-e{j}-{i}" for level, slot, i, j in built)


def test_each_live_edge_of_the_cell_is_a_frame_with_its_motifs_tone() -> None:
    parts = by_id(page_svg(flattened_drawing(PAPER)))
    frames = {name for name, part in parts.items() if "copy" in classes(part)}
    assert frames == {f"flat-{j}-{i}" for i in range(2, 6) for j in range(1, i)}
    assert {"motif-5", "tone-5"} <= classes(parts["flat-1-2"])
    tab = parts["flat-1-2-tab"].find("a")
    assert tab is not None
    assert tab.get("href") == "?tab=hierarchy#motif-L2-M5"


def test_projections_are_marked_and_dead_parts_are_gone() -> None:
    parts = by_id(page_svg(flattened_drawing(with_dead_parts())))
    assert [name for name, part in parts.items() if "projection" in classes(part)] == ["flat-e4"]
    assert "flat-1-3" not in parts


def test_a_genotype_that_builds_nothing_is_refused_with_the_reason() -> None:
    with pytest.raises(Infeasible, match="no path"):
        flattened_drawing(disconnected())


def test_a_network_nobody_could_read_is_refused_before_any_layout() -> None:
    space = SearchSpace(levels=(LevelShape(motifs=1, nodes=5), LevelShape(motifs=1, nodes=12)))
    full = tuple(tuple((1,) * node for node in range(1, shape.nodes)) for shape in space.levels)
    with pytest.raises(TooLarge, match=f"more than {MAX_EDGES} operations"):
        flattened_drawing(Genotype(space, tuple((motif,) for motif in full)))
