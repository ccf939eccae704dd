"""Page: motif editor."""
