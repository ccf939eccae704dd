"""PyTorch trainer: imports torch and `search.evolution`; must import nothing else of the project nor Django.

Found by the workers by a dotted path in the settings, `search.training.trainer.evaluate`; web processes never
import it.
"""
