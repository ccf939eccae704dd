"""Palette: colours and line styles of operations and motifs, from which stylesheet and legends are made.

Searched numerically: the least CIEDE2000 distance between two operations over normal, protanopic, deuteranopic
and tritanopic sight is 12.3 on white and 11.7 on the dark surface, and 16 within one line style. Colour still
never carries meaning alone: every edge also has its name and its line style.
"""

from dataclasses import dataclass
from typing import Literal

from search.evolution.genotypes.primitives import NONE_NAME, primitive

Theme = Literal["light", "dark"]
Line = Literal["solid", "dashed", "dotted"]


@dataclass(frozen=True)
class OperationStyle:
    """How one operation is drawn. Colours are #rrggbb: older Graphviz rejects three digits."""

    name: str
    light: str
    dark: str
    line: Line
    key: str
    """The key that sets it in an editor."""
    pill: str
    """The text on the edge: short enough for an edge between neighbours."""
    word: str
    """Shorter still, for the flattened network and matrices."""

    def colour(self, theme: Theme) -> str:
        return self.dark if theme == "dark" else self.light


def _look(name: str, light: str, dark: str, key: str, word: str) -> OperationStyle:
    row = primitive(name)
    return OperationStyle(name, light, dark, row.line, key, row.label, word)


LOOKS: dict[str, OperationStyle] = {
    look.name: look
    for look in (
        _look("conv1x1", "#4a6cf0", "#6c8cff", "1", "1×1"),
        _look("dw3x3", "#8c2d04", "#e07b3e", "2", "dw"),
        _look("sep3x3", "#007255", "#8defcb", "3", "sep"),
        _look("max3x3", "#7a35a0", "#f5a3f2", "4", "max"),
        _look("avg3x3", "#a8821a", "#e3e45a", "5", "avg"),
        _look("identity", "#4b5563", "#8b929c", "6", "id"),
    )
}
ABSENT = OperationStyle(NONE_NAME, "#aab2bf", "#4b5565", "dotted", "Del", "+", "–")

DASHES: dict[Line, str] = {"solid": "none", "dashed": "7 4", "dotted": "0.1 5"}
"""SVG stroke-dasharray in units of the drawing; dots are zero-length dashes with round caps."""

MOTIF_TONES: dict[Theme, tuple[str, ...]] = {
    "light": ("#4d0030", "#5d1a70", "#51459c", "#2f6aad", "#1287a6", "#2d9c97"),
    "dark": ("#c23d8a", "#b266cb", "#9a90f5", "#7bb6fe", "#7addfd", "#93fef0"),
}
"""A ramp, not a set of hues: a motif's number identifies it, the colour only helps to find it."""


TONE_TEXT: dict[Theme, tuple[str, ...]] = {
    "light": ("#ffffff",) * 4 + ("#0b1020",) * 2,
    "dark": ("#ffffff",) + ("#0b1020",) * 5,
}
"""On a chip filled with the motif's tone: the one of the two that reads at 4.5:1 or better."""

PAPER: dict[Theme, dict[str, str]] = {
    "light": {
        "surface": "#ffffff",
        "text": "#1a2130",
        "muted": "#566072",
        "node": "#eef1f6",
        "accent": "#2f56d9",
    },
    "dark": {
        "surface": "#12161d",
        "text": "#e6eaf1",
        "muted": "#9aa5b5",
        "node": "#1d232d",
        "accent": "#7ea0ff",
    },
}
"""The page's own tokens as a drawing sees them: a downloaded file has no page around it."""

TONES = len(MOTIF_TONES["light"])


def tone(slot: int) -> int:
    """1..6: the place in the ramp of a motif's slot 1, 2, …; spaces with more motifs go round again."""
    return (slot - 1) % TONES + 1


def drawing_tokens(theme: Theme) -> dict[str, str]:
    """CSS custom properties, without the leading dashes, that only drawings use."""
    tokens = {f"op-{name}": look.colour(theme) for name, look in LOOKS.items()}
    tokens["op-none"] = ABSENT.colour(theme)
    tokens |= {f"tone-{index}": colour for index, colour in enumerate(MOTIF_TONES[theme], start=1)}
    tokens |= {f"tone-{index}-text": colour for index, colour in enumerate(TONE_TEXT[theme], start=1)}
    tokens["node-fill"] = PAPER[theme]["node"]
    return tokens


def all_tokens(theme: Theme) -> dict[str, str]:
    """Every custom property a drawing's rules may name, for a file that stands alone."""
    return drawing_tokens(theme) | {
        name: PAPER[theme][name] for name in ("surface", "text", "muted", "accent")
    }
