"""Data sets: where they lie, reading, batches."""
