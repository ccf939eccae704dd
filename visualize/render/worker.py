"""Graphviz process: the only caller of pygraphviz. DOT on standard input, `engine format seconds` as arguments:
after so many seconds of computing the system ends it by SIGXCPU. Without pygraphviz it becomes the `dot` program.

Imports nothing of ours, so that as a program it starts at once.
"""

import os
import resource
import sys

try:
    import pygraphviz
except ImportError:  # no wheel for this machine: the `dot` program takes over
    pygraphviz = None


def available() -> bool:
    return pygraphviz is not None


def draw(source: str, engine: str, format: str) -> bytes:
    """Lay out and draw; raises ValueError when Graphviz refuses the graph."""
    graph = pygraphviz.AGraph(string=source)
    try:
        drawn: bytes = graph.draw(format=format, prog=engine)
    finally:
        graph.close()
    return drawn


def limit_computing(seconds: int) -> None:
    """Of this process, and of the program that it becomes."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


if __name__ == "__main__":
    engine, format, seconds = sys.argv[1:]
    limit_computing(int(seconds))
    if not available():
        os.execvp("dot", ["dot", f"-K{engine}", f"-T{format}"])
    sys.stdout.buffer.write(draw(sys.stdin.read(), engine, format))
