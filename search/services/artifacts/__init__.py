"""An artifact's life: asked for, claimed, heard of, paused, finished, failed."""
