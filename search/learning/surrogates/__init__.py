"""Surrogate models: what predicts the fitness of networks that nobody has trained.

Progressive search, Bayesian optimisation and gradient steps in an embedding share what they remember (`archive`), where
their candidates come from (`candidates`) and how a genotype is described to them (`normal_form`). numpy and scipy.
"""
