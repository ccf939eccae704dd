"""Charts as SVG: axes, series, marks."""
