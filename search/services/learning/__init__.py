"""Learned strategies: stored drafts, and the claim under which a worker fits a new model version."""
