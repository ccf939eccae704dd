"""Lifecycle of an evaluation: request, claim, record, fail, retry, sweep."""
