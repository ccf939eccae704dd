"""Graphviz runner: in this process for a motif, in a process with a time limit for anything larger.

Both speak to the engine inside pygraphviz's wheel; where that cannot be loaded, to the `dot` program. Layout runs
in C and cannot be interrupted: dot takes ten seconds on a dense graph of 25 nodes, and a server's thread that is
inside it is lost to everybody else. So only what is known to be quick runs here.
"""

import logging
import subprocess
import sys
import threading
from typing import Literal

from visualize.drawings.model import Engine, TooLarge
from visualize.render import worker
from visualize.render.turns import NO_TIME, REQUEST_SECONDS, NotNow, turn

Format = Literal["svg", "png", "pdf"]

QUICK_EDGES = 60
"""A motif of 11 nodes has 55 edges and takes dot 60 ms."""
TIME_LIMIT_SECONDS = 4.0
"""A motif of 20 nodes and 190 edges takes three and a half."""

_log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()  # Graphviz keeps global state


class DrawingFailed(Exception):
    """Graphviz did not draw: says why, for the page that shows the message in the picture's place."""


class DrawingPostponed(DrawingFailed):
    """It was not tried, for others draw or the request has drawn enough."""


def run_graphviz(
    source: str,
    engine: Engine,
    format: Format = "svg",
    *,
    edge_count: int = 0,
    seconds: float = TIME_LIMIT_SECONDS,
) -> bytes:
    """The drawing of a DOT text.

    Raises TooLarge when the layout does not finish in time, DrawingFailed when Graphviz refuses the graph,
    DrawingPostponed when it may not be tried now.
    """
    if worker.available() and (engine == "nop2" or edge_count <= QUICK_EDGES):
        with _one_at_a_time:
            try:
                return worker.draw(source, engine, format)
            except (ValueError, OSError, TypeError) as error:
                raise DrawingFailed(f"Graphviz could not draw this graph: {error}") from error
    try:
        with turn() as left:
            return in_own_process(source, engine, format, min(seconds, left), whole=left >= seconds)
    except NotNow as refusal:
        raise DrawingPostponed(str(refusal)) from None


def in_own_process(source: str, engine: Engine, format: Format, seconds: float, *, whole: bool) -> bytes:
    """Started with this module's neighbour alone: no Django, so it is up in a tenth of a second."""
    if worker.available():
        command = [sys.executable, worker.__file__, engine, format]
    else:
        command = ["dot", f"-K{engine}", f"-T{format}"]
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        if not whole:
            raise DrawingPostponed(NO_TIME.format(seconds=REQUEST_SECONDS)) from None
        raise TooLarge(f"The layout of this graph did not finish within {seconds:g} s.") from None
    except FileNotFoundError:
        raise DrawingFailed("Neither pygraphviz nor the dot program of Graphviz is installed here.") from None
    if done.returncode != 0 or not done.stdout:
        _log.error(
            "Graphviz failed with %s: %s", done.returncode, done.stderr.decode(errors="replace")[-2000:]
        )
        raise DrawingFailed(f"Graphviz could not draw this graph (exit status {done.returncode}).")
    return done.stdout
