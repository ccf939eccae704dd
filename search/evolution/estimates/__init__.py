"""Estimates before training: memory, work of a step, duration."""
