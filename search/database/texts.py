"""Texts that come from files, libraries and other machines, as every database can store them."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""A null character, and halves of characters: Python's for a file name's bytes that are no UTF-8."""


def storable(text: str) -> str:
    """The same with what no database takes written out: such a byte as \\xe9, a null character as \\x00."""
    return _UNSTORABLE.sub(lambda found: _written(ord(found[0])), text)


def _written(code: int) -> str:
    return f"\\x{code & 0xFF:02x}" if code == 0 or 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
