"""ResNet-18 under a final protocol: what a known network scores on the test set, trained as the found ones are."""

from collections.abc import Callable, Container, Iterator

from search.evolution.evaluation import Progress, Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.finals.protocol import final_key, run_seed, without_cells
from search.evolution.finals.scores import RESNET, ReferenceResult
from search.training.data.held_out import load_final_split
from search.training.finals.scoring import score_on_test
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.network.resnet import resnet18
from search.training.trainer import choose_device, limit_clock


def baseline_scores(
    protocol: Protocol,
    progress: Callable[[Progress], None],
    device: str = "auto",
    known: Container[int] = (),
) -> Iterator[ReferenceResult]:
    """One for each run of the final protocol that is not known. What is of cells alone is not read.

    Raises EvaluationFailed.
    """
    protocol = without_cells(protocol)
    key = final_key(protocol)
    final = load_final_split(protocol, all_images=True)
    place = choose_device(device)
    for number in range(protocol.repeats):
        if number in known:
            continue
        seed = run_seed(RESNET, key, number)
        network = resnet18(final.shape.image_channels, final.shape.classes, seed=seed)
        pulse = Pulse(progress, protocol.steps, protocol.time_limit_seconds, clock=limit_clock(place))
        run = TrainingRun(
            network, Setup(final.trained_on, protocol, place, seed, Runtime(device=device)), pulse
        )
        result = run.finish()
        found = score_on_test(run, final.test)
        yield ReferenceResult(
            number,
            seed,
            found.accuracy,
            found.top5,
            network.parameter_count,
            len(final.test),
            result.seconds,
            result.device,
        )
