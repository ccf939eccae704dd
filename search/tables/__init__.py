"""Benchmark tables: every network of a small space with its trainings, so that a search takes seconds.

Needs numpy and `search.evolution`; must import neither Django nor torch.
"""
