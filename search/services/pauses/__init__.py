"""Automatic pauses: the data set is missing, or all evaluations fail."""
