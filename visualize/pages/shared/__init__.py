"""Shared by pages: error pages, fragments, edge matrices, duration estimates."""
