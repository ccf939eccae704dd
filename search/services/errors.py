"""Errors that writes raise. Their texts are constants that pages show and tests assert on."""

NOT_FOUND = "There is no {what} {key}."
NOT_IN_STATE = "{what} {key} is {state}; only {allowed} ones can be {done}."
LEASE_LOST = "Evaluation {key} is no longer held by this attempt."
ARTIFACT_LEASE_LOST = "Shared training {key} is no longer held by this attempt."
FINAL_LEASE_LOST = "Final evaluation {key} is no longer held by this attempt."
REPEATS_MISSING = "Evaluation {key} has {have} of {want} repeats; train the others before finishing it."
NOBODY_NEEDS = "No running or paused experiment needs evaluation {key}."


class Conflict(Exception):
    """The write does not fit the present state; nothing was changed."""


class RepeatsMissing(Conflict):
    """The evaluation cannot end yet: `want` repeats are asked for, maybe since the attempt began."""

    def __init__(self, key: int, have: int, want: int) -> None:
        super().__init__(REPEATS_MISSING.format(key=key, have=have, want=want))
        self.have, self.want = have, want


class NotFound(Conflict):
    """The row does not exist."""


class LeaseLost(Conflict):
    """Another attempt, or none, holds the evaluation: what this one has to say is refused."""
