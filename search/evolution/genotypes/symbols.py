"""Symbols of a genotype's canonical text: one character for an operation id. Pure Python."""

import string

DIGITS = string.digits + string.ascii_lowercase + string.ascii_uppercase


def motif_symbols(text: str) -> str:
    """The edges of one motif's part of a canonical text in order, a character each.

    >>> motif_symbols("6.12.326")
    '612326'
    """
    return text.replace(".", "")


def operation_symbol(operation: int) -> str:
    """How a canonical text writes an operation id."""
    return DIGITS[operation]
