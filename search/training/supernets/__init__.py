"""Shared weights: one network that holds the weights of every network of a space."""
