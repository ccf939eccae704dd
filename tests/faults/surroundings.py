"""Faults of what a worker runs in: its clock, its data, its code, and a deploy of all of it."""

import os
import re
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from search.models import Experiment, FitnessRecord
from tests.faults.audit import lease_changes
from tests.faults.play import Outcome, Pending, Play, children
from tests.faults.searches import DATA_SET, begin_real
from tests.faults.stage import Part
from tests.faults.trainers import FULL_DISK, read_diary
from tests.processes import ROOT

SHIFTS = ("+3h", "-3h", "+20d", "-20d")
VISIT_SECONDS = 90.0
"""How long an odd worker may take to show itself, and a process to load what trains really, on a busy machine."""
AWAY_SECONDS = 90.0


def faketime() -> Path:
    """libfaketime of Debian's package, whatever the machine's architecture."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise RuntimeError("libfaketime is not installed: `make services` installs it")
    return found[0]


def shifted_clock(play: Play) -> Outcome | Pending:
    """A worker beside the others, for training and steps; over when it has trained something to its end."""
    shift = play.rng.choice(SHIFTS)
    part = play.stage.variant(
        play.stage.trainers[2],
        suffix=f"clock{play.stage.visitors}",
        LD_PRELOAD=str(faketime()),
        FAKETIME=shift,
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    host = f"{part.name}@stage"
    return _visit(play, part, lambda: FitnessRecord.objects.filter(worker=host).exists())


def older_worker(play: Play) -> Outcome | Pending:
    """Over when it has refused an evaluation: it took a message and claimed nothing."""
    code = older_code(play.stage.folder)
    part = play.stage.variant(play.stage.trainers[0], suffix=f"older{play.stage.visitors}", root=code)
    refused = re.compile(r"Task search\.tasks\.evaluate\[\S+ succeeded")
    return _visit(play, part, lambda: refused.search(part.running.log) is not None)


def older_code(folder: Path, version: int = 0) -> Path:
    """A copy of the code whose trainer has another version."""
    code = folder / f"code-{version}"
    if code.exists():
        return code
    code.mkdir()
    for name in ("nasweb", "visualize", "tests", "templates", "static", "manage.py"):
        (code / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "search", code / "search", ignore=shutil.ignore_patterns("__pycache__"))
    config = code / "search/evolution/experiments/config.py"
    text, count = re.subn(
        r"^TRAINER_VERSION = \d+", f"TRAINER_VERSION = {version}", config.read_text(), flags=re.M
    )
    assert count == 1, "the trainer's version is not where it was"
    config.write_text(text)
    return code


def _visit(play: Play, part: Part, shown: object) -> Pending:
    assert callable(shown)
    play.stage.visitors += 1
    part.start()
    deadline = time.monotonic() + VISIT_SECONDS

    def over() -> Outcome | None:
        seen = bool(shown())
        if not seen and time.monotonic() < deadline and part.alive:
            return None
        part.stop()
        return "hit" if seen else "missed"

    return over


def data_set_gone(play: Play) -> Outcome | Pending:
    """A new process finds no data: the search pauses and says so. The folder is put back, and nothing else touched: the
    search must go on by itself, which counts as a hit, and reach its budget as every search."""
    _have_real_training(play)
    folder = Path(play.stage.environment["NASWEB_DATA_DIR"]) / DATA_SET
    folder.rename(folder.with_suffix(".away"))
    for part in play.stage.trainers:  # whoever has read the data already would train on
        for pid in children(part.running.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + AWAY_SECONDS

    real = play.real
    paused = False

    def back() -> Outcome | None:
        nonlocal paused, deadline
        row = Experiment.objects.get(pk=real)
        if row.state == "paused":
            assert row.awaits is not None
            assert DATA_SET in row.reason, row.reason
            paused = True
        elif paused:
            return "hit"
        late = time.monotonic() > deadline
        if (paused or late or row.state != "running") and folder.with_suffix(".away").exists():
            folder.with_suffix(".away").rename(folder)
            deadline = time.monotonic() + AWAY_SECONDS
            return None if paused else "missed"
        return "missed" if late else None

    return back


def disk_full(play: Play) -> Outcome | Pending:
    """Over when a training has met it; it must go on without checkpoints."""
    _have_real_training(play)
    flag = play.stage.diary.parent / FULL_DISK
    before = _refused(play)
    flag.touch()
    deadline = time.monotonic() + VISIT_SECONDS

    def over() -> Outcome | None:
        met = _refused(play) > before
        if not met and time.monotonic() < deadline:
            return None
        flag.unlink(missing_ok=True)  # of two at once, the other may have freed the disk
        return "hit" if met else "missed"

    return over


def _refused(play: Play) -> int:
    return sum(entry.what == "refused" for entry in read_diary(play.stage.diary, last_bytes=200_000))


def _have_real_training(play: Play) -> None:
    if not Experiment.objects.filter(pk=play.real, state="running").exists():
        play.real = begin_real(play.rng.randrange(2**31)).pk
        play.experiments.append(play.real)


def deploy(play: Play) -> Outcome:
    """A hit if everything ended by itself, and nothing was charged as an attempt."""
    parts = [part for part in play.stage.programs if part.alive]
    before = len(lease_changes())
    with ThreadPoolExecutor(len(parts)) as pool:
        orderly = list(pool.map(Part.stop, parts))
    charged = [change for change in lease_changes()[before:] if change.taken_back]
    play.stage.migrate()
    for part in play.stage.programs:
        part.start()
    return "hit" if all(orderly) and not charged else "missed"
