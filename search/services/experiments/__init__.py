"""Lifecycle of an experiment: create, start, pause, change, stop."""
