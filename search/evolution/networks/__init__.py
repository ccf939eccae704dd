"""From genotype to network: assembly, canonical form, phenotype, host, cost."""
