"""Pages: motifs of an experiment, mutation effects, one motif."""
