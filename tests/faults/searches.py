"""The two searches of a round: one of milliseconds, one that really trains on images in a folder."""

from pathlib import Path

from search import services, tasks
from search.evolution.experiments.config import experiment_config
from search.models import Experiment

DATA_SET = "digits-tiny"
INSTANT_INDIVIDUALS, IN_FLIGHT = 220, 10
REAL_INDIVIDUALS = 6
IMAGES_PER_CLASS, CLASSES = 30, 4


def begin_instant(seed: int, individuals: int = INSTANT_INDIVIDUALS) -> Experiment:
    """Every second network is known before in one half of the seeds, none is shared in the other."""
    return _begin(
        f"milliseconds {seed}",
        {
            "strategy": {"initial_population": 20, "initial_mutations": 60, "share_fitness": seed % 2 == 0},
            "protocol": {"dataset": "digits", "channels": 4, "steps": 10, "batch_size": 16, "repeats": 2},
            "budget": {"individuals": individuals, "in_flight": IN_FLIGHT},
            "seed": seed,
        },
    )


def begin_real(seed: int, individuals: int = REAL_INDIVIDUALS) -> Experiment:
    protocol = {"dataset": f"folder:{DATA_SET}", "image_size": 8, "channels": 2, "steps": 12, "batch_size": 8}
    return _begin(
        f"really trained {seed}",
        {
            "strategy": {"initial_population": 3, "initial_mutations": 20},
            "protocol": {**protocol, "validation_images": 40, "repeats": 2, "seed": seed},
            "budget": {"individuals": individuals, "in_flight": 1},
            "seed": seed,
        },
    )


def _begin(name: str, document: dict[str, object]) -> Experiment:
    config = experiment_config({"space": "hierarchical", **document})
    experiment = services.create_experiment(name=name, config=config)
    experiment = services.start_experiment(experiment_id=experiment.pk)
    tasks.nudge_experiment(experiment.pk)
    return experiment


def write_data_set(data_folder: Path) -> None:
    """Some of the digits that ship with scikit-learn, as a folder of pictures: one that can disappear."""
    from PIL import Image  # noqa: PLC0415 - only where a stage is set up
    from sklearn.datasets import load_digits  # noqa: PLC0415

    digits = load_digits()
    for label in range(CLASSES):
        folder = data_folder / DATA_SET / str(label)
        folder.mkdir(parents=True)
        for number, pixels in enumerate(digits.images[digits.target == label][:IMAGES_PER_CLASS]):
            Image.fromarray((pixels * 15.9).astype("uint8")).save(folder / f"{number}.png")
