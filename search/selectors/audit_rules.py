"""Rules of the database consistency audit, and what breaks one."""

from dataclasses import dataclass

RULES = {
    "steps": "Every step from 0 to the number proposed is there exactly once.",
    "genotype": "Every genotype is whole: it reads, its key is its content's, and each of its motifs is stored.",
    "parent": "A child's parent is of the same experiment, was proposed before it and is done.",
    "outcome": "An individual has the state and the fitness of its evaluation.",
    "repeats": "A finished evaluation has every repeat once, from its own seed, and their mean as its fitness; a final "
    "evaluation has every run likewise, each with the test score that its confusion gives.",
    "counters": "An experiment's counters, its order of completion and its best are those of its individuals.",
    "ended": "An experiment that is finished has spent its budget and has nothing open.",
    "times": "Nothing ended before it was begun, whatever the clock of the worker says that ended it.",
    "learned": "A learned strategy's model has learned from what is evaluated, and what it has proposed is of a "
    "version that was made.",
    "explained": "What is open says why: it waits for a worker that will be told, or a worker gives signs of life. "
    "What failed says why.",
}

CLOCK_SECONDS = 1.0
"""Two looks at the database's clock may differ by the way there."""
GRACE_SECONDS = 60.0
"""What the clock may be late before a row that should have been swept is called forgotten."""


@dataclass(frozen=True)
class Violation:
    rule: str
    """A key of RULES."""
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.what}"
