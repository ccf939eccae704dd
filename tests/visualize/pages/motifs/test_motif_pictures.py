"""A motif drawn by itself, out of any genotype."""

import re

import pytest

from search.models import Motif
from tests.search.populations import CHAIN, key
from visualize.pages.motifs.pictures import picture, subject, words

A, B, C = key("aa"), key("bb"), key("cc")


def made(level: int, structure: object, pk: int = 7) -> Motif:
    return Motif(pk=pk, key=key("0f"), level=level, structure=structure, phenotype_key="x")


def test_words_name_every_edge_with_what_it_carries() -> None:
    assert words(subject(made(2, CHAIN))) == [("in→2", "sep 3×3"), ("2→3", "max 3×3"), ("3→out", "identity")]


def test_motifs_below_are_numbered_as_the_edges_name_them() -> None:
    drawn = subject(made(3, [[B], [A, B], [None, None, C]]))
    assert drawn.below == (B, A, C)
    assert words(drawn) == [("in→2", "M1"), ("in→3", "M2"), ("2→3", "M1"), ("3→out", "M3")]


@pytest.mark.parametrize("level", [2, 3, 4, 8])
def test_a_motif_of_any_level_is_drawn(level: int) -> None:
    motif = made(level, CHAIN if level == 2 else [[A], [None, B]])
    svg = picture(motif, subject(motif))
    assert svg.count('class="edge ') + svg.count(" edge ") >= (3 if level == 2 else 2)
    assert f"Motif 0f0f0f0f, level {level}" in svg


def test_a_motif_without_edges_is_drawn_too() -> None:
    for level in (2, 3):
        motif = made(level, [[None], [None, None]])
        assert "<svg" in picture(motif, subject(motif))


def test_ids_are_the_motifs_own_and_edges_lead_to_the_motifs_below() -> None:
    motif = made(3, [[A], [None, B]], pk=41)
    svg = picture(motif, subject(motif))
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert ids
    assert all(name.startswith("m41-L3-M1") for name in ids if "L3-M1" in name)
    assert f'href="/motifs/{A}/"' in svg
    assert f'href="/motifs/{B}/"' in svg
    assert 'href="#' not in svg


def test_an_edge_whose_motif_leads_nowhere_is_dead() -> None:
    motif = made(3, [[A], [B, A]])
    assert "dead" not in picture(motif, subject(motif))
    svg = picture(motif, subject(motif, blocked={B}))
    assert re.search(r'id="m7-L3-M1-e1-3" class="[^"]*dead', svg)
    assert not re.search(r'id="m7-L3-M1-e1-2" class="[^"]*dead', svg)
