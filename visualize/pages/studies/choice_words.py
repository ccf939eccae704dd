"""What the choices of a study's settings are called on its form. REST and scripts use their names."""

from search.evolution.experiments.presets import PRESETS
from search.evolution.finals.presets import FINAL_PRESETS
from search.evolution.strategies.rows import STRATEGIES
from search.evolution.studies.records import NO_FINAL, SPACE_TITLES

_PAPER_SEARCHES = {
    "one": "One random network",
    "random-200": "Random search, the paper's 200",
    "random-7000": "Random search, the paper's 7,000",
}


def choice_words(name: str) -> str:
    """Of a space, a search of the paper's Table 1, a strategy, a preset or a way to a test score; what has no title has
    its name.

    >>> choice_words("flat-constrained")
    'Flat, parameters limited'
    """
    if name == NO_FINAL:
        return "None"
    for words in (SPACE_TITLES, _PAPER_SEARCHES):
        if name in words:
            return words[name]
    titled = (rows[name].title for rows in (STRATEGIES, PRESETS, FINAL_PRESETS) if name in rows)
    return next(titled, name)
