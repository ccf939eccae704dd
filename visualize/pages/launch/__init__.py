"""Page: form for a new experiment."""
