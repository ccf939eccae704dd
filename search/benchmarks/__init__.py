"""What `manage.py benchmark` measures: each benchmark prints a table and, with --json, an object."""
