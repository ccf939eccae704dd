"""Texts on consoles of any encoding: what one cannot show is written as an escape instead of ending the command."""

import io
import sys


def write_what_the_console_can() -> None:
    """Names of experiments may be in any script; a console in Latin-1 or ASCII still shows the rest."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
