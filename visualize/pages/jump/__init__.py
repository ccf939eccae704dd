"""Jump: one search field over experiments, individuals, motifs, genotypes and pages."""
