"""Fields of the launch form about training recipes: what a training does beside gradient descent, all off at first."""

from django import forms

from visualize.pages.shared.field_kinds import real, whole


class RecipeFields(forms.Form):
    """The part of the launch form that `search.evolution.experiments.recipes` validates."""

    cutout = whole(
        "Cutout", "Side in pixels of a square blanked at a random place of each training image. 0: none."
    )
    label_smoothing = real(
        "Label smoothing",
        "Share of the training target spread evenly over all classes, such as 0.1. 0: none.",
    )
    drop_path = real(
        "Drop path", "Chance with which training leaves out each operation of a cell, such as 0.2. 0: none."
    )
    weight_averaging = real(
        "Weight averaging",
        "Decay of a moving average of the weights, such as 0.99; the average is scored and kept. 0: none.",
    )
    auxiliary_weight = real(
        "Auxiliary head",
        "What the loss of a second classifier at two thirds of the network counts, such as 0.4. It is trained beside "
        "the network and thrown away. 0: none.",
    )


RECIPE_FIELDS = tuple(RecipeFields.base_fields)
"""Their names, which are those of the protocol."""
