"""Names that people give: a link needs something to be seen of it."""

from django.core.exceptions import ValidationError

from search.evolution.text_input import INVISIBLE, is_visible


def visible(value: str) -> None:
    """A form's validator."""
    if not is_visible(value):
        raise ValidationError(f"The name {INVISIBLE}.")
