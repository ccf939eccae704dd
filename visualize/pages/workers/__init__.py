"""Page: workers and queue."""
