"""Page: help, with glossary, live examples and keyboard shortcuts."""
