"""Studies: launched as rows of cells, whose searches and test scores are started as they fall due."""
