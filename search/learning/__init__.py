"""Models of learned strategies, fitted on workers with numpy, torch or scikit-learn.

Knows the algorithm and nothing else of ours; learners are found by the dotted paths of
search.evolution.strategies.rows, so that no web process loads numpy, torch or scikit-learn. Modules that say "Pure
Python" may be used by pages.
"""
