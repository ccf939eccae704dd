"""Web pages and drawings: HTML and SVG. Reads through `search.selectors`, writes through `search.services`."""
