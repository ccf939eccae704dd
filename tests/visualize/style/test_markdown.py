"""Notes in Markdown: what people mean is shown, what they could smuggle in is text."""

import re

import pytest

from visualize.style.markdown import markdown


def test_what_notes_are_written_for_is_shown() -> None:
    shown = markdown(
        "# Found\n\n**max** helps:\n\n- #12\n- #40\n\n| edge | gain |\n|---|---|\n| 1-2 | 0.4 |\n\nfirst\nsecond"
    )
    assert "<h3>Found</h3>" in shown
    assert "<strong>max</strong>" in shown
    assert "<li>#12</li>" in shown
    assert "<td>0.4</td>" in shown
    assert "first<br" in shown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](https://elsewhere.example/x.png)",
        '<img src=x onerror="alert(1)">',
        "`<script>`",
        "[a]( <javascript:alert(1)> )",
        '[a](https://x.example "onmouseover=alert(1)")',
    ],
)
def test_nothing_that_runs_or_loads_comes_out(hostile: str) -> None:
    shown = markdown(hostile)
    for never in ("<script", "<img", 'href="javascript:', 'href="data:'):
        assert never not in shown
    assert re.search(r"<[^>]* on\w+=", shown) is None


def test_a_link_leads_out_and_tells_nothing() -> None:
    assert 'href="https://arxiv.org/abs/1711.00436" rel="nofollow noopener noreferrer"' in markdown(
        "[paper](https://arxiv.org/abs/1711.00436)"
    )
