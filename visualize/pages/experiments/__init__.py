"""Pages: list of experiments, and one experiment with progress, curves and population."""
