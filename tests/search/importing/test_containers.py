"""Files of experiments as people have them: marked, packed, in other encodings; read, or refused with what helps."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from search.services.importing.reading import BadFile, lines

TEXT = '{"nasweb": "experiment", "version": 1}\r\n{"end": {"genotypes": 0}}\n'


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("experiment.jsonl", TEXT)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [TEXT.encode(), TEXT.encode("utf-8-sig"), gzip.compress(TEXT.encode())],
    ids=["plain", "mark", "gzip"],
)
def test_what_is_read(content: bytes) -> None:
    assert [line.kind for line in lines(io.BytesIO(content))] == ["nasweb", "end"]


@pytest.mark.parametrize(
    "content,told",
    [
        (zipped(), "packed as zip; unpack it, or pack it with gzip"),
        (bz2.compress(TEXT.encode()), "packed as bzip2"),
        (lzma.compress(TEXT.encode()), "packed as xz"),
        (TEXT.encode("utf-16"), "is UTF-16; save it as UTF-8"),
    ],
    ids=["zip", "bzip2", "xz", "utf-16"],
)
def test_what_is_refused_says_what_helps(content: bytes, told: str) -> None:
    with pytest.raises(BadFile, match=told):
        list(lines(io.BytesIO(content)))
