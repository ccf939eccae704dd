"""The trellis of Convolutional Neural Fabrics: a baseline of which nothing is searched for."""
