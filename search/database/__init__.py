"""Database access: precompiled statements, snapshots, clock, retries, keyset pagination."""
