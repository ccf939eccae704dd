"""Graphviz process: the only caller of pygraphviz. DOT on standard input, `engine format` as arguments.

Imports nothing of ours, so that as a program it starts at once.
"""

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


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.stdin.read(), sys.argv[1], sys.argv[2]))
