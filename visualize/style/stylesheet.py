"""Generated part of static/css/drawing.css. `python -m visualize.style.stylesheet` writes it anew."""

from pathlib import Path

from visualize.style.palette import DASHES, LOOKS, TONES, drawing_tokens

PATH = Path(__file__).resolve().parents[2] / "static" / "css" / "drawing.css"

TOKENS_START = "/* palette: made by `python -m visualize.style.stylesheet` */"
LOOKS_START = "/* looks */"
LOOKS_END = "/* palette: end */"
PAGE_START = "/* rules of the page around drawings */"
"""A file that stands alone takes what lies between the looks and this line."""


def palette_rules() -> str:
    """Custom properties with both themes' colours, and what each class looks like."""
    light, dark = drawing_tokens("light"), drawing_tokens("dark")
    lines = [TOKENS_START, ":root {"]
    lines += [f"  --{name}: light-dark({colour}, {dark[name]});" for name, colour in light.items()]
    lines += ["}", LOOKS_START]
    for look in LOOKS.values():
        lines.append(f".op-{look.name} {{ color: var(--op-{look.name}); }}")
        if look.line != "solid":
            lines.append(f".op-{look.name} .line {{ stroke-dasharray: {DASHES[look.line]}; }}")
    lines += [f".tone-{index} {{ color: var(--tone-{index}); }}" for index in range(1, TONES + 1)]
    return "\n".join([*lines, LOOKS_END])


def with_palette(stylesheet: str) -> str:
    """The stylesheet with its palette part made anew."""
    before, rest = stylesheet.split(TOKENS_START)
    return before + palette_rules() + rest.split(LOOKS_END)[1]


if __name__ == "__main__":
    PATH.write_text(with_palette(PATH.read_text(encoding="utf-8")), encoding="utf-8")
