"""Final evaluations: a chosen network's score on the test set, which no search ever reads."""
