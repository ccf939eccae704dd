"""A replay as one animated SVG: no script, no page around it, its style inside, played by the viewer (SMIL)."""

from visualize.film.making import film

__all__ = ["film"]
