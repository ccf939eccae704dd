"""Training recipes of later papers, as settings of a protocol: all off by default, and in no key while they are off.

Pure Python: must import neither Django nor torch.
"""

from typing import Literal

from pydantic import Field

from search.evolution.experiments.document import Document

Scoring = Literal["whole", "centre", "ten"]
Precision = Literal["auto", "float32", "bfloat16"]


class Recipe(Document):
    """What a training does beside stochastic gradient descent on whole or cropped images."""

    cutout: int = Field(default=0, ge=0, le=512)
    """Side in pixels of a square that is blanked at a random place of each training image; 0: none."""
    brightness: float = Field(default=0.0, ge=0, le=1)
    """Each training image is multiplied by a random factor of 1 - this to 1 + this; 0: none."""
    contrast: float = Field(default=0.0, ge=0, le=1)
    """Each training image's distances from its mean grey are multiplied by such a factor; 0: none."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training target that is spread evenly over all classes."""
    drop_path: float = Field(default=0.0, ge=0, lt=1)
    """Chance with which training leaves out each operation of a cell, for each image by itself."""
    weight_averaging: float = Field(default=0.0, ge=0, lt=1)
    """Decay of a moving average of the weights, which is scored and kept instead of them; 0: none."""
    auxiliary_weight: float = Field(default=0.0, ge=0, le=10)
    """What the loss of a second classifier at two thirds of the host counts beside the network's own; 0: none."""
    resized_crop: float = Field(default=0.0, ge=0, le=1)
    """Training sees a random part of each image, of at least this share of its area, at the crop's size; 0: none."""
    scoring: Scoring = "whole"
    """What of each image is scored: all of it, the centre, or four corners, centre and the mirror image of each."""
    scoring_size: int | None = Field(default=None, ge=4, le=512)
    """Side in pixels of the crops that score; null: that of the training's crops."""
    precision: Precision = "auto"
    """Of the training's operations; weights stay float32. auto: bfloat16 on a GPU, float32 on a CPU."""


def scored_views(recipe: Recipe) -> int:
    """How often the network sees each image that is scored."""
    return 10 if recipe.scoring == "ten" else 1


def scored_side(recipe: Recipe, crop: int | None, size: int) -> int:
    """Side in pixels of what is scored, of images of that size."""
    return size if recipe.scoring == "whole" else recipe.scoring_size or crop or size


def recipe_fault(recipe: Recipe, crop: int | None, padding: int, size: int) -> str | None:
    """What of a recipe does not go together with the protocol's crops of images of that size; None: all does."""
    if crop is not None and crop > size + 2 * padding:
        return f"crop {crop} is larger than the padded image of {size + 2 * padding} pixels"
    if recipe.resized_crop and padding:
        return f"resized_crop takes parts of the image itself: crop_padding must be 0 with it, not {padding}"
    if recipe.scoring == "whole":
        return None
    side = recipe.scoring_size or crop
    if side is None:
        return f"scoring {recipe.scoring} needs scoring_size, the side of its crops in pixels, below {size}"
    if side > size:
        return f"scoring_size {side} is larger than the image of {size} pixels"
    return None
