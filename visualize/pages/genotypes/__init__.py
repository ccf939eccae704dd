"""Page: one individual or genotype; levels, fitness, training."""
