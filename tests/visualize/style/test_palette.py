"""The palette is the one table: the stylesheet is made from it, and its colours can be read."""

import pytest

from search.evolution.genotypes.primitives import PRIMITIVES
from visualize.style.palette import LOOKS, MOTIF_TONES, PAPER, TONE_TEXT, Theme, all_tokens, tone
from visualize.style.stylesheet import LOOKS_START, PAGE_START, PATH, palette_rules, with_palette

THEMES: tuple[Theme, ...] = ("light", "dark")


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_the_stylesheet_holds_what_the_palette_says() -> None:
    stylesheet = PATH.read_text(encoding="utf-8")
    assert palette_rules() in stylesheet
    assert with_palette(stylesheet) == stylesheet, "run `python -m visualize.style.stylesheet`"


def test_every_primitive_has_a_look_with_its_own_line_style_and_key() -> None:
    assert list(LOOKS) == [row.name for row in PRIMITIVES]
    assert [LOOKS[row.name].line for row in PRIMITIVES] == [row.line for row in PRIMITIVES]
    assert [look.key for look in LOOKS.values()] == list("123456")


@pytest.mark.parametrize("theme", THEMES)
def test_lines_stand_out_from_the_surface_and_words_on_chips_can_be_read(theme: Theme) -> None:
    surface = PAPER[theme]["surface"]
    for look in LOOKS.values():
        assert contrast(look.colour(theme), surface) >= 3, look.name
    for colour, text in zip(MOTIF_TONES[theme], TONE_TEXT[theme], strict=True):
        assert contrast(colour, surface) >= 3
        assert contrast(colour, text) >= 4.5


def test_colours_have_six_digits_because_older_graphviz_rejects_three() -> None:
    for theme in THEMES:
        assert all(len(colour) == 7 for colour in all_tokens(theme).values())


def test_more_motifs_than_tones_go_round_again() -> None:
    assert [tone(slot) for slot in (1, 6, 7, 61)] == [1, 6, 1, 1]


def test_rules_that_draw_name_only_properties_a_file_of_its_own_can_fill_in() -> None:
    rules = PATH.read_text(encoding="utf-8").split(LOOKS_START)[1].split(PAGE_START)[0]
    named = {part.split(")")[0] for part in rules.split("var(--")[1:]}
    assert named <= set(all_tokens("light"))
