"""Proposal step: the next genotype becomes an individual with an evaluation."""
