"""Drawings as DOT. They carry ids (what a thing is) and classes (how it looks), never colours, unless given ink."""

from visualize.drawings.flattened import flattened_drawing
from visualize.drawings.model import Box, Drawing, Mark, TooLarge
from visualize.drawings.motifs import motif_drawing

__all__ = ["Box", "Drawing", "Mark", "TooLarge", "flattened_drawing", "motif_drawing"]
