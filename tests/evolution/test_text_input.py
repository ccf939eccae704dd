"""Files that people give: in the encodings that editors write, and refused with what is wrong otherwise."""

import gzip

import pytest

from search.evolution.text_input import decoded, is_visible, read_json

TEXT = '{"name": "Größe 图"}\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_editors_save_is_read(encoding: str) -> None:
    assert decoded(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize(
    "content,told",
    [
        (b"line\nGr\xf6\xdfe", r"not UTF-8 \(line 2 holds the byte 0xf6\); save it as UTF-8"),
        (TEXT.encode("utf-16-le"), "looks like UTF-16 without a mark"),
        (gzip.compress(b"{}", mtime=0), r"packed \(gzip\)"),
        (b"PK\x03\x04...", r"packed \(zip\)"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        decoded(content)


@pytest.mark.parametrize(
    "text,told",
    [('{"a": 1, "a": 2}', "'a' stands twice"), ("[NaN]", "NaN is no JSON number"), ("{", "Expecting")],
)
def test_json_is_strict(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_json(text)


@pytest.mark.parametrize(
    "name", ["", " ", "\u200b", "\u2060\ufeff", "\u00ad", "\u3164", "\u2800", "\u202e \t"]
)
def test_a_name_of_nothing_but_invisible_characters_is_not_visible(name: str) -> None:
    assert not is_visible(name)


@pytest.mark.parametrize("name", ["a", "\u200bx", "图", "😀", "-", "עִבְרִית"])
def test_a_name_with_anything_to_see_is_visible(name: str) -> None:
    assert is_visible(name)
