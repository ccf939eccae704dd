"""Ranks, samples, significance tests, Pareto fronts."""
