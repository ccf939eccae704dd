"""Backup and restore of a whole installation as one file, between SQLite and PostgreSQL.

A backup is a zip: `manifest.json`, a file of JSON lines for each table, and the checkpoints of trainings that are under
way. It holds the rows of one moment, taken while searches go on; it is written and read with the models of the
migrations that the database has, so that any later version can read it. `writing` and `reading` are the front doors.
"""
