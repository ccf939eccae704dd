"""A final evaluation's life: asked for, claimed, heard of, its runs recorded, finished, failed, stopped."""
