"""Graphviz runner: in this process for a motif, in a process with a time limit for anything larger.

Both speak to the engine inside pygraphviz's wheel; where that cannot be loaded, to the `dot` program. Layout runs
in C and cannot be interrupted: dot takes ten seconds on a dense graph of 25 nodes, and a server's thread that is
inside it is lost to everybody else. So only what is known to be quick runs here.
"""

import logging
import shutil
import signal
import subprocess
import sys
import threading
from typing import Literal

from visualize.drawings.model import Engine, TooLarge
from visualize.render import worker
from visualize.render.turns import NotNow, turn

Format = Literal["svg", "png", "pdf"]

QUICK_EDGES = 60
"""A motif of 11 nodes has 55 edges and takes dot 60 ms."""
TIME_LIMIT_SECONDS = 4
"""Of computing: a refusal is kept, and on a busy machine a clock on the wall would refuse what is quick. A motif of 20
nodes and 190 edges takes three and a half."""
BUSY = "This machine is too busy to draw it just now. Load the page again in a moment."

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
    seconds: int = TIME_LIMIT_SECONDS,
) -> bytes:
    """The drawing of a DOT text; `seconds` of computing at most.

    Raises TooLarge when the layout does not finish within them, DrawingFailed when Graphviz refuses the graph,
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
            return in_own_process(source, engine, format, seconds, patience=left)
    except NotNow as refusal:
        raise DrawingPostponed(str(refusal)) from None


def in_own_process(source: str, engine: Engine, format: Format, seconds: int, *, patience: float) -> bytes:
    """Started with this module's neighbour alone: no Django, so it is up in a tenth of a second. `seconds` of
    computing, `patience` on the clock."""
    if not worker.available() and shutil.which("dot") is None:
        raise DrawingFailed("Neither pygraphviz nor the dot program of Graphviz is installed here.")
    command = [sys.executable, worker.__file__, engine, format, str(seconds)]
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        raise DrawingPostponed(BUSY) from None
    if done.returncode == -signal.SIGXCPU:
        raise TooLarge(f"The layout of this graph did not finish within {seconds} s of computing.")
    if done.returncode != 0 or not done.stdout:
        _log.error(
            "Graphviz failed with %s: %s", done.returncode, done.stderr.decode(errors="replace")[-2000:]
        )
        raise DrawingFailed(f"Graphviz could not draw this graph (exit status {done.returncode}).")
    return done.stdout
