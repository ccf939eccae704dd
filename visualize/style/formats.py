"""Number and time formats: 93.74 %, 2.31 M, 3 h 37 min, 5 min ago.

Every page formats through these functions; fractions live in code, per cent only here.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from search.database.clock import database_now

NO_BREAK = "\u00a0"
MINUS = "\u2212"
DASH = "–"
"""Stands for a value that does not exist (yet)."""

_BINARY_SCALES = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
MINUTE, HOUR, DAY = 60, 3600, 86_400


def per_cent(fraction: float | None, digits: int = 2) -> str:
    """0.9374 -> 93.74 %"""
    if fraction is None:
        return DASH
    return _signed(f"{100 * fraction:.{digits}f}") + NO_BREAK + "%"


def short_per_cent(fraction: float) -> str:
    """A setting or a round number of an axis rather than a measurement: 0.05 -> 5 %, 0.905 -> 90.5 %"""
    return f"{100 * fraction:.6g}{NO_BREAK}%"


def sentence(text: str) -> str:
    """A reason as a sentence of its own: with a capital and a full stop, unless it begins with a name.

    >>> sentence("the loss was nan")
    'The loss was nan.'
    >>> sentence("folder:pets is gone")
    'folder:pets is gone.'
    """
    first = text.partition(" ")[0]
    if first.isalpha() and first.islower() and first.isascii():
        text = text[0].upper() + text[1:]
    return f"{text}." if text and text[-1] not in '.!?…:”"' else text


def points(difference: float | None, digits: int = 2) -> str:
    """A difference of two fractions in percentage points, signed: 0.0014 -> +0.14"""
    if difference is None:
        return DASH
    return _signed(f"{100 * difference:+.{digits}f}")


def signed(value: float, digits: int = 2) -> str:
    """A coefficient: 0.4312 -> +0.43"""
    return _signed(f"{value:+.{digits}f}")


def count(number: int | None) -> str:
    """4312 -> 4,312"""
    return DASH if number is None else _signed(f"{number:,}")


def magnitude(number: float | None) -> str:
    """Three significant digits and a scale: 2310000 -> 2.31 M, 392e6 -> 392 M, 950 -> 950"""
    if number is None:
        return DASH
    size = abs(number)
    for position, (scale, letter) in enumerate(_SCALES):
        # 999,999 would round to "1000 k": it belongs to the scale above.
        if size >= scale * (1 if position == len(_SCALES) - 1 else 0.9995):
            return _signed(_three_digits(number / scale)) + NO_BREAK + letter
    return _signed(f"{number:.0f}")


def memory(size: float) -> str:
    """34 MiB, 1.2 GiB"""
    for unit, scale in _BINARY_SCALES:
        if size >= scale * 0.9995:
            value = size / scale
            return f"{value:.{1 if value < 9.95 else 0}f}{NO_BREAK}{unit}"
    return f"{size:.0f}{NO_BREAK}B"


def duration(seconds: float | None) -> str:
    """The two largest units: 13020 -> 3 h 37 min, 75 -> 1 min 15 s, 0.2 -> 0.2 s"""
    if seconds is None:
        return DASH
    seconds = max(0.0, seconds)  # two machines' clocks may say otherwise
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + NO_BREAK + "s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole}{NO_BREAK}s"
    if whole < HOUR:
        return _two(whole, MINUTE, "min", 1, "s")
    whole = round(seconds / MINUTE) * MINUTE
    if whole < DAY:
        return _two(whole, HOUR, "h", MINUTE, "min")
    return _two(round(seconds / HOUR) * HOUR, DAY, "d", HOUR, "h")


def rough_duration(seconds: float | None) -> str:
    """An estimate says no more than it knows: 10 s steps below two minutes, whole minutes below ten hours."""
    if seconds is None:
        return DASH
    if seconds < 10:
        return f"10{NO_BREAK}s"
    if seconds < 2 * MINUTE:
        return duration(round(seconds / 10) * 10)
    if seconds < 10 * HOUR:
        return duration(round(seconds / MINUTE) * MINUTE)
    if seconds < 60 * DAY:
        return duration(round(seconds / HOUR) * HOUR)
    months = seconds / (365.25 * DAY / 12)
    return f"{months:.0f} months" if months < 24 else f"{months / 12:.3g} years"


def age(moment: datetime | None) -> str:
    """How long ago, in one unit; a date once it is a week old."""
    if moment is None:
        return DASH
    seconds = (database_now() - moment).total_seconds()
    if seconds < 10:
        return "just now"
    if seconds < 2 * MINUTE:
        return f"{round(seconds)}{NO_BREAK}s ago"
    if seconds < 2 * HOUR:
        return f"{round(seconds / MINUTE)}{NO_BREAK}min ago"
    if seconds < DAY:
        return f"{round(seconds / HOUR)}{NO_BREAK}h ago"
    if seconds < 7 * DAY:
        days = round(seconds / DAY)
        return "yesterday" if days == 1 else f"{days}{NO_BREAK}days ago"
    return timezone.localtime(moment).strftime("%Y-%m-%d")


def clock(moment: datetime | None) -> str:
    """A time of day near now, with the date once it is another day: 19:52 UTC, 2026-11-23 08:10 UTC

    In an element `time data-clock` a script turns it into the reader's own (static/js/times.js).
    """
    if moment is None:
        return DASH
    local = timezone.localtime(moment)
    same_day = local.date() == timezone.localdate()
    return local.strftime("%H:%M %Z" if same_day else "%Y-%m-%d %H:%M %Z")


def ends_at(seconds_left: float | None) -> str:
    return DASH if seconds_left is None else clock(database_now() + timedelta(seconds=seconds_left))


def _three_digits(number: float) -> str:
    size = abs(number)
    return f"{number:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}"


def _two(whole: int, unit: int, name: str, small: int, small_name: str) -> str:
    rest = whole % unit // small
    first = f"{whole // unit}{NO_BREAK}{name}"
    return f"{first} {rest}{NO_BREAK}{small_name}" if rest else first


def _signed(text: str) -> str:
    """The real minus; no minus before zero."""
    if text.startswith("-"):
        return text[1:] if not text.strip("-0.,") else MINUS + text[1:]
    return text
