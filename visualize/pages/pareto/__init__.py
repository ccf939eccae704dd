"""Page: Pareto front of fitness against cost."""
