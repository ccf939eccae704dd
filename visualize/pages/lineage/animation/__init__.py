"""Animated SVG of a replay (SMIL): no script, its style inside."""

from visualize.pages.lineage.animation.frames import film

__all__ = ["film"]
