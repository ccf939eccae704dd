"""Reads of motifs: carriers, statistics, tables."""
