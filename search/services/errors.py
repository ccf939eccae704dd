"""What a write may refuse. The texts are constants that pages show and tests assert on."""

NOT_FOUND = "There is no {what} {key}."
NOT_IN_STATE = "{what} {key} is {state}; only {allowed} ones can be {done}."
LEASE_LOST = "Evaluation {key} is no longer held by this attempt."
REPEATS_MISSING = "Evaluation {key} has {have} of {want} repeats; train the others before finishing it."
NOBODY_NEEDS = "No running or paused experiment needs evaluation {key}."


class Conflict(Exception):
    """The write does not fit the present state; nothing was changed."""


class NotFound(Conflict):
    """The row does not exist."""


class LeaseLost(Conflict):
    """Another attempt, or none, holds the evaluation: what this one has to say is refused."""
