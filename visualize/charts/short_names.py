"""Names for a legend: short, and still told apart."""

from collections.abc import Sequence
from itertools import takewhile

from django.utils.text import Truncator


def short_names(names: Sequence[str], most: int) -> list[str]:
    """At most so many characters each. A longer one loses the words that it begins with as another one does, since its
    end is what tells them apart; what is still too long is cut.

    >>> short_names(["Table 1 on digits: flat, seed 1", "Table 1 on digits: flat, seed 2", "Quick"], 16)
    ['… 1', '… 2', 'Quick']
    >>> short_names(["A name of its own that is long"], 16)
    ['A name of its o…']
    """
    shorter = [_without_shared(name, names) if len(name) > most else name for name in names]
    return [Truncator(name).chars(most) for name in shorter]


def _without_shared(name: str, names: Sequence[str]) -> str:
    words = name.split()
    shared = max((_alike(words, other.split()) for other in names if other != name), default=0)
    return " ".join(["…", *words[shared:]]) if shared else name


def _alike(words: Sequence[str], others: Sequence[str]) -> int:
    """How many of the first words are the same; the last one always stays."""
    pairs = zip(words[:-1], others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
