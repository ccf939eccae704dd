"""The trellis on the page of shared trainings: drawn as it is built, with the size that it has."""

import pytest
from django.test import Client

from search.evolution.estimates.trellis_shape import TrellisShape
from visualize.pages.shared_trainings.trellis_picture import trellis_picture


def test_every_convolution_is_a_line_between_two_nodes_and_no_node_stands_alone() -> None:
    drawn = trellis_picture(TrellisShape(layers=3, image_size=8, image_channels=1, channels=4, classes=10))
    assert len(drawn.nodes) == 3 * 4
    assert len(drawn.lines) == drawn.convolutions == len(drawn.shape.edges)
    ends = {end for line in drawn.lines for end in (line[:2], line[2:])}
    assert ends == set(drawn.nodes)
    assert [label.text for label in drawn.scales] == ["8 × 8", "4 × 4", "2 × 2", "1 × 1"]
    assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in drawn.nodes)


@pytest.mark.django_db
def test_the_page_tells_its_size_and_that_no_result_is_kept(client: Client) -> None:
    page = client.get("/shared-trainings/").content.decode()
    assert "<dt>Convolutions</dt><dd>122</dd>" in page
    assert "283,226" in page
    assert "it keeps nothing, so no result stands here" in page
