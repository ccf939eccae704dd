"""Watches the free disk space: a full disk loses checkpoints and weights, and no other part would report it."""

import shutil
from pathlib import Path

from nasweb.embedded.supervision import Say

LEAST_BYTES = 100 * 2**20
LITTLE = (
    "There are {left} MB left on the disk of {folder}. Free some: without room, trainings cannot be kept and are "
    "done again."
)
ENOUGH = "There is room on the disk of {folder} again; searches go on by themselves."


class DiskSpaceWatch:
    """Tells once when it becomes little, and once when there is enough again."""

    def __init__(self, folder: Path, say: Say) -> None:
        self._folder = folder
        self._say = say
        self._little = False

    def look(self) -> None:
        left = shutil.disk_usage(self._folder).free
        little = left < (2 * LEAST_BYTES if self._little else LEAST_BYTES)
        if little and not self._little:
            self._say(LITTLE.format(left=left // 2**20, folder=self._folder))
        elif self._little and not little:
            self._say(ENOUGH.format(folder=self._folder))
        self._little = little
