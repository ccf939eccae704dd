"""The surrogate of a sample: a model of how accurate the networks of a space are that is too large for a table.

Found by its path where scikit-learn is not to be imported. Must import neither Django nor torch.
"""
