"""Serialisation of a training's state; resumed on a CPU it ends bit for bit as an unbroken one."""

from io import BytesIO
from typing import Any

import torch

from search.evolution.evaluation import Progress
from search.evolution.experiments.config import TRAINER_VERSION, Protocol
from search.evolution.experiments.protocol_keys import protocol_key
from search.evolution.networks.phenotype import Phenotype
from search.training.loop.run import TrainingRun

Identity = dict[str, str | int]


class Unusable(Exception):
    """A saved state that this training cannot go on from, with the reason."""


def identity(phenotype: Phenotype, protocol: Protocol, *, seed: int, device: torch.device) -> Identity:
    """Whose state it is; one that differs in any of these is another training's."""
    return {
        "trainer version": TRAINER_VERSION,
        "phenotype": phenotype.key,
        "protocol": protocol_key(protocol),
        "seed": seed,
        "kind of device": device.type,
    }


def freeze(run: TrainingRun, whose: Identity) -> bytes:
    """Everything that the steps to come depend on, and what has been measured so far. Call between two steps."""
    state = {
        "whose": whose,
        "step": run.pulse.step,
        "seconds": run.pulse.seconds,
        "counted": run.pulse.counted,
        "device seconds": run.pulse.device_seconds,
        "network": run.network.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "average": run.average.values if run.average else None,
        "auxiliary": run.auxiliary.state_dict() if run.auxiliary else None,
        "batches": run.batches.state(),
        "curve": run.curve,
        "sums": run.sums,
        "since": run.since,
        "accuracy": run.accuracy,
    }
    buffer = BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def trained_weights(run: TrainingRun) -> bytes:
    """What the exported PyTorch code loads: the network's state, and what its images are normalised with."""
    buffer = BytesIO()
    with run.averaged():
        state = {"mean": run.batches.mean, "scale": run.batches.scale, **run.network.state_dict()}
        torch.save({name: value.cpu() for name, value in state.items()}, buffer)
    return buffer.getvalue()


def thaw(run: TrainingRun, content: bytes, whose: Identity) -> None:
    """Bring a new run to where the frozen one stood; its curve is reported again.

    Raises Unusable. The run may have been changed in part by then and must not be used.
    """
    try:
        state = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
        found = state["whose"]
    except Exception as error:  # whatever a damaged file makes torch raise
        raise Unusable(f"it cannot be read ({type(error).__name__}: {error})") from None
    for name, wanted in whose.items():
        if found.get(name) != wanted:
            raise Unusable(f"its {name} is {found.get(name)}, not {wanted}")
    try:
        _restore(run, state)
    except (RuntimeError, ValueError, TypeError, KeyError) as error:
        raise Unusable(f"it does not fit the network ({type(error).__name__}: {error})") from None
    for point in run.curve:
        run.pulse.repeat(Progress.at(point, run.protocol.steps))


def _restore(run: TrainingRun, state: dict[str, Any]) -> None:
    run.network.load_state_dict(state["network"])
    if run.auxiliary is not None:
        run.auxiliary.load_state_dict(state["auxiliary"])
    run.optimizer.load_state_dict(state["optimizer"])
    if run.average is not None:
        run.average.restore(state["average"])
    run.batches.restore(state["batches"])
    seconds = state["seconds"]
    run.pulse.resume(
        state["step"], seconds, state.get("counted", seconds), state.get("device seconds", seconds)
    )
    run.curve = state["curve"]
    run.sums = state["sums"].to(run.device)
    run.since, run.accuracy = state["since"], state["accuracy"]
