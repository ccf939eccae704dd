"""What a worker and the processes of one training say to each other."""

from dataclasses import dataclass, field

from search.evolution.evaluation import FailureCode, Progress
from search.evolution.finals.scores import FinalJob, FinalScore
from search.training.device.processes import Processes


@dataclass(frozen=True)
class Task:
    """To a process, once: all that it does."""

    job: FinalJob
    """Its runtime names the device of this process."""
    processes: Processes
    store: str
    """A file through which the processes find each other."""
    state: bytes | None = field(repr=False)
    """That all of them go on from."""
    recomputes: bool
    threads: int


@dataclass(frozen=True)
class Reached:
    """From the first process, which waits for whether its state is to be saved: a bool."""

    progress: Progress


@dataclass(frozen=True)
class State:
    """From the first process, which waits until it is kept."""

    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Ended:
    """From each process, and its last word; with the score from the first."""

    score: FinalScore | None


@dataclass(frozen=True)
class Failed:
    """From a process, and its last word."""

    code: FailureCode | None
    """None: an error that nobody foresaw."""
    text: str


Message = Reached | State | Ended | Failed
