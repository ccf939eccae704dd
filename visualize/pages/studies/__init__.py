"""Pages: list of studies, launch with the cost shown before, one study's results."""
