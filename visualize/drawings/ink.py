"""Colours as Graphviz attributes, for files without a stylesheet: PNG, PDF, DOT."""

import html

from visualize.style.palette import ABSENT, LOOKS, MOTIF_TONES, PAPER, OperationStyle, Theme, tone

FONT = "Helvetica,Arial,sans-serif"
_STYLES = {"solid": "solid", "dashed": "dashed", "dotted": "dotted"}
_FADE = "55"
"""Alpha of what is dead."""


def graph(theme: Theme) -> dict[str, str]:
    paper = PAPER[theme]
    return {"bgcolor": paper["surface"], "fontcolor": paper["text"], "pad": "0.15", "dpi": "144"}


def node(theme: Theme) -> dict[str, str]:
    paper = PAPER[theme]
    return {
        "style": "filled",
        "fillcolor": paper["node"],
        "color": paper["muted"],
        "fontcolor": paper["text"],
    }


def faded(theme: Theme) -> dict[str, str]:
    paper = PAPER[theme]
    return {"color": paper["muted"] + _FADE, "fontcolor": paper["muted"]}


def edge(theme: Theme, operation: str, *, faded: bool = False) -> dict[str, str]:
    """The line of an operation: a primitive's name, or `M3`."""
    look = LOOKS.get(operation)
    colour = look.colour(theme) if look else tone_colour(theme, operation)
    width = "1.6" if look else "3"
    style = _STYLES[look.line] if isinstance(look, OperationStyle) else "solid"
    return {"color": colour + (_FADE if faded else ""), "style": style, "penwidth": width}


def tone_colour(theme: Theme, name: str) -> str:
    slot = name.removeprefix("M")
    return MOTIF_TONES[theme][tone(int(slot)) - 1] if slot.isdigit() else ABSENT.colour(theme)


def pill(theme: Theme, text: str, colour: str) -> str:
    """An HTML-like label: text in a rounded box that interrupts the line."""
    paper = PAPER[theme]
    return (
        f'<<table border="1" cellborder="0" cellspacing="0" cellpadding="1" style="rounded" color="{colour}"'
        f' bgcolor="{paper["surface"]}"><tr><td><font color="{paper["text"]}" point-size="10"> '
        f"{html.escape(text)} </font></td></tr></table>>"
    )


def cluster(theme: Theme, slot: int) -> dict[str, str]:
    colour = MOTIF_TONES[theme][tone(slot) - 1]
    return {"color": colour, "fontcolor": PAPER[theme]["text"], "bgcolor": colour + "14"}
