"""Training recipes of later papers, as settings of a protocol: all off by default, and in no key while they are off.

Pure Python: must import neither Django nor torch.
"""

from pydantic import Field

from search.evolution.experiments.document import Document


class Recipe(Document):
    """What a training does beside stochastic gradient descent on whole or cropped images."""

    cutout: int = Field(default=0, ge=0, le=512)
    """Side in pixels of a square that is blanked at a random place of each training image; 0: none."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training target that is spread evenly over all classes."""
    drop_path: float = Field(default=0.0, ge=0, lt=1)
    """Chance with which training leaves out each operation of a cell, for each image by itself."""
    weight_averaging: float = Field(default=0.0, ge=0, lt=1)
    """Decay of a moving average of the weights, which is scored and kept instead of them; 0: none."""
    auxiliary_weight: float = Field(default=0.0, ge=0, le=10)
    """What the loss of a second classifier at two thirds of the host counts beside the network's own; 0: none."""
