"""What a shared training takes of its device's memory, counted before it starts."""

import torch

from search.evolution.estimates.shared_training_memory import SupernetMemory, supernet_memory, too_large
from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.shared_trainings import SharedTraining
from search.evolution.networks.host import Host
from search.training.device.memory import device_memory


def check_memory(config: SharedTraining, host: Host, device: torch.device) -> SupernetMemory:
    """Raises EvaluationFailed (out_of_memory) with the numbers where it cannot fit."""
    wanted, there = supernet_memory(config, host), device_memory(device).total
    if wanted.total > there:
        raise EvaluationFailed("out_of_memory", too_large(config, wanted, f"this {device.type}", there))
    return wanted
