"""Why an evaluation waits for a shared training before any worker may take it."""

from search.evolution.evaluation import Context
from search.models import Artifact, WorkState

BLOCKED = "waits_for_artifact"
"""The reason code of an evaluation while it waits for an artifact."""
WAITS = "Waits for the shared training {name}, which is {state}."


def waits_for(artifact: Artifact) -> str:
    """The reason shown on an evaluation that waits for it."""
    return WAITS.format(name=artifact.name, state="paused" if artifact.paused else artifact.state)


def needed_artifact(context: Context) -> tuple[Artifact | None, str]:
    """The artifact that an evaluation in this context needs, and why it must wait; empty where it need not."""
    key = context.document.get("artifact")
    artifact = Artifact.objects.filter(key=key).first() if key else None
    if artifact is None or artifact.state == WorkState.DONE:
        return artifact, ""
    return artifact, waits_for(artifact)
