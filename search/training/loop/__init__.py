"""The training loop: steps, progress, state, CUDA graphs, compilation."""
