"""Fingers on a screen, one or several at once: what Playwright's own touchscreen, which only taps, does not do."""

from collections.abc import Sequence

from playwright.sync_api import Locator, Page

Place = tuple[float, float]


def move_fingers(page: Page, *frames: Sequence[Place]) -> None:
    """Lay down as many fingers as the first frame has places, the first of them before the others, move them from
    frame to frame and lift them."""
    session = page.context.new_cdp_session(page)
    steps = [("touchStart", frames[0][:1]), ("touchStart", frames[0])] + [
        ("touchMove", frame) for frame in frames[1:]
    ]
    for kind, frame in [*steps, ("touchEnd", ())]:
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(frame)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.detach()


def within(element: Locator, across: float, down: float) -> Place:
    """A place of the window, by the shares of an element from its upper left; the element is brought into view."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]
