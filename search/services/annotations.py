"""Notes and tags that people put on individuals."""

from collections.abc import Sequence

from search.models import Individual


def write_annotations(*, individual_id: int, notes: str, tags: Sequence[str]) -> None:
    """One update of two columns: what the search writes meanwhile is not touched."""
    Individual.objects.filter(pk=individual_id).update(notes=notes, tags=list(tags))
