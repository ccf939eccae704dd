"""The page of an experiment's strategy: how it chooses, and what it has learned."""
