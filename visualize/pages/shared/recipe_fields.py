"""Form fields of training recipes: what a training does beside gradient descent. For searches all are off at first, for
final evaluations as the preset has them."""

from django import forms

from visualize.pages.shared.field_kinds import real, whole


class RecipeFields(forms.Form):
    """What `search.evolution.experiments.recipes` validates, as the launch form asks for it."""

    cutout = whole(
        "Cutout", "Side in pixels of a square blanked at a random place of each training image. 0: none."
    )
    brightness = real(
        "Brightness",
        "Each training image becomes brighter or darker by a random share of up to this, such as 0.1. 0: none.",
    )
    contrast = real(
        "Contrast",
        "Each training image's contrast rises or falls by a random share of up to this, such as 0.5. 0: none.",
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
    resized_crop = real(
        "Resized crops",
        "Training sees a random part of each image, of at least this share of its area, such as 0.08, at the size of "
        "the random crop or of the image. 0: none.",
    )
    scoring = forms.ChoiceField(
        choices=[("whole", "The whole image"), ("centre", "Its centre"), ("ten", "Ten crops")],
        label="What is scored",
        help_text="Ten crops: four corners, the centre and their mirror images; their probabilities are averaged.",
    )
    scoring_size = whole(
        "Size of scored crops", "Side in pixels. Empty: that of the random crop.", required=False
    )
    precision = forms.ChoiceField(
        choices=[
            ("auto", "As the device has it"), ("float32", "float32"), ("bfloat16", "Mixed, bfloat16 and float32"),
        ],
        help_text="Of a training's operations; weights stay float32. As the device has it: mixed on a GPU, float32 "
        "on a CPU.",
    )  # fmt: skip


RECIPE_FIELDS = tuple(RecipeFields.base_fields)
"""Their names, which are those of the protocol."""
