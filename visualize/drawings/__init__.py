"""Drawings as DOT graphs, with ids and classes and without colours."""

from visualize.drawings.flattened import flattened_drawing
from visualize.drawings.model import Box, Drawing, Mark, TooLarge
from visualize.drawings.motifs import motif_drawing

__all__ = ["Box", "Drawing", "Mark", "TooLarge", "flattened_drawing", "motif_drawing"]
