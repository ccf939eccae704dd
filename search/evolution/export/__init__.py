"""A network as PyTorch source code."""
