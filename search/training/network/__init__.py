"""Networks as PyTorch modules: cells, hosts, operations."""
