"""Page: lineage of an individual, as a tree and as a replay."""
