"""Colours, numbers and dates as pages show them."""
