"""Page: comparison of experiments."""
