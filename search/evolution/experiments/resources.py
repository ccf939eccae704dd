"""Resource tags: what a training needs of a worker, and what a worker offers. Must import neither Django nor torch.

They say where a network is trained and nothing of how, so they are part of no protocol key.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from search.evolution.experiments.document import Document

MOST_TAGS = 8
TAG = r"[a-z0-9][a-z0-9._-]{0,31}"
Tag = Annotated[str, StringConstraints(pattern=f"^{TAG}$")]
MEMORY = "memory"
OFFER_FORM = "words such as gpu,a100,memory=80 (memory in GiB; small letters, digits, dots, _ and -)"


class ResourceNeeds(Document):
    """What a worker must offer to take an evaluation."""

    needs: tuple[Tag, ...] = Field(default=(), max_length=MOST_TAGS)
    """Tags that the worker must offer, such as gpu."""
    memory_gib: int = Field(default=0, ge=0, le=1_000_000)
    """GiB that the worker must offer to one training; 0: any worker's will do."""

    @field_validator("needs")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if MEMORY in value:
            raise ValueError(f"{MEMORY} is no tag; write the GiB into memory_gib")
        return tuple(sorted(set(value)))


@dataclass(frozen=True)
class Offer:
    """What a worker has."""

    tags: frozenset[str] = frozenset()
    memory_gib: int = 0
    """For one training; 0: it promises none."""

    def meets(self, tags: Collection[str], memory_gib: int) -> bool:
        return set(tags) <= self.tags and memory_gib <= self.memory_gib

    def __str__(self) -> str:
        return written(self.tags, self.memory_gib)


def written(tags: Collection[str], memory_gib: int) -> str:
    """As a worker is told it: `a100,gpu,memory=80`.

    >>> written({"gpu"}, 16)
    'gpu,memory=16'
    """
    return ",".join([*sorted(tags), *([f"{MEMORY}={memory_gib}"] if memory_gib else [])])


def read_offer(text: str) -> Offer:
    """What `written` gives. Raises ValueError that says what would be right.

    >>> read_offer("memory=16, gpu")
    Offer(tags=frozenset({'gpu'}), memory_gib=16)
    """
    tags, memory = set(), 0
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = word.partition("=")
        if name == MEMORY and re.fullmatch(r"[0-9]{1,7}", number):
            memory = int(number)
        elif not equals and name != MEMORY and re.fullmatch(TAG, name):
            tags.add(name)
        else:
            raise ValueError(f"{word!r} is no resource: use {OFFER_FORM}")
    return Offer(frozenset(tags), memory)


def column_text(tags: Collection[str]) -> str:
    """Tags as a column holds them: each in brackets, so that one is found in SQL without its neighbours."""
    return "".join(f"[{tag}]" for tag in sorted(set(tags)))


def tags_of(column: str) -> frozenset[str]:
    """Of what `column_text` gives."""
    return frozenset(re.findall(r"\[([^\]]+)\]", column))
