"""Page: difference of two genotypes."""
