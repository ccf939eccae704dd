"""State of early decisions, stored on an experiment: rungs of the halving, repeats of each network, remaining work."""
