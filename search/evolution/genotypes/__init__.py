"""Genotypes: primitives, spaces, mutation, differences. Pure Python."""
