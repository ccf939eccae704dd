"""Steps of a person in the motif editor."""

from typing import Any

from playwright.sync_api import Locator, Page

from search.evolution.genotypes.genotype import Genotype

PREVIEW = "/api/v1/genotypes/preview"
BOXES = """() => [...document.querySelectorAll(".level-canvas:not([hidden]) .node .disc")].map((disc) => {
  const {x, y, width, height} = disc.getBoundingClientRect();
  return [x, y, width, height];
})"""
DOCUMENT = "() => JSON.parse(document.querySelector('#matrix [name=genotype]').value)"


def opened(page: Page, address: str) -> Page:
    """With the server's first answer on it."""
    with page.expect_response(f"**{PREVIEW}"):
        page.goto(address)
    return page


def edge(page: Page, name: str) -> Locator:
    return page.locator(f"#{name}")


def now(page: Page) -> Genotype:
    """What the form would send."""
    return Genotype.from_json(page.evaluate(DOCUMENT))


def answered(page: Page) -> Any:
    """Wait for what the server says of the latest change."""
    return page.expect_response(f"**{PREVIEW}")


def drag(page: Page, start: str, end: str) -> None:
    """From the middle of one node to that of another, as a hand does it: over many places."""
    boxes = [page.locator(f"#{name} .disc").bounding_box() for name in (start, end)]
    (x, y), (to_x, to_y) = [
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box
    ]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, y - 40, steps=5)
    page.mouse.move(to_x, to_y, steps=5)
    page.mouse.up()
