"""Messages about a custom space in the words of a form: levels and what they hold, not paths of a document."""

import re
from collections.abc import Iterable

_PART = re.compile(r"space\.levels\.(\d+)(?:\.(motifs|nodes))?$")
_BOUND = re.compile(r"Input should be (greater|less) than or equal to (\d+)(?:, got (.*))?$")
_NO_NUMBER = re.compile(r"Input should be a valid integer.*?(?:, got (.*))?$")
NO_LEVELS = "A space has at least 1 level: the cell"
NO_OBJECT = "A custom space says how many levels it has, with motifs and nodes for each"


def in_form_words(errors: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(path, message) of a configuration's errors, those about levels reworded; what only follows from another error
    is left out."""
    found = list(errors)
    of_levels = any(_PART.match(path) for path, _ in found)
    return [
        (path, _reworded(path, message))
        for path, message in found
        if not (of_levels and path == "space.levels")
    ]


def _reworded(path: str, message: str) -> str:
    if path == "space" and "SearchSpace" in message:
        return NO_OBJECT
    if path == "space.levels" and "at least 1 item" in message:
        return NO_LEVELS
    match = _PART.match(path)
    if match is None:
        return message
    place = f"Level {int(match[1]) + 2}" + (f", {match[2]}" if match[2] else "")
    return f"{place}: {_bound(message)}"


def _bound(message: str) -> str:
    if bound := _BOUND.match(message):
        least = "at least" if bound[1] == "greater" else "at most"
        return f"{least} {bound[2]}" + (f", not {bound[3]}" if bound[3] else "")
    if message == "Field required":
        return "a number is missing"
    if number := _NO_NUMBER.match(message):
        given = number[1]
        return "a whole number" + (f", not {given}" if given and given != "None" else "; it is empty")
    return message
