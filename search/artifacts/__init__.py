"""Artifact files of trainings: checkpoints and kept weights."""
