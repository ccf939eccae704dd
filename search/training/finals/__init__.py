"""Final evaluations: training on all training images, one score on the test set."""
