"""The networks, in PyTorch: imports torch and `search.evolution`, must import nothing else of ours nor Django.

Found by the workers by a dotted path in the settings, `search.training.trainer.train`; web processes never
import it.
"""
