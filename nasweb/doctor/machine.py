"""Checks of the machine: Python, PyTorch and its device, data sets, Graphviz, disk space."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings

from nasweb.doctor.findings import Finding
from nasweb.embedded.disk_space import LEAST_BYTES
from nasweb.embedded.worker import available_cores, default_processes
from search.worker.process_environment import DEVICE_FILES, GPU_NAMES
from visualize.drawings.model import TooLarge
from visualize.render import worker as graphviz
from visualize.render.engine import DrawingFailed, run_graphviz

OLDEST_PYTHON = (3, 11)
INSTALL = "Run make install, which brings what requirements.txt pins."
REPORT_SECONDS = 120.0


def python() -> Iterator[Finding]:
    named = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("python", "fails", named, "Install Python 3.11 or later and remove .venv.")
        return
    yield Finding("python", "ok", f"{named} in {sys.prefix}")
    wrong = list(_other_versions())
    if wrong:
        yield Finding(
            "packages", "note", "other versions than the pinned ones: " + ", ".join(wrong[:5]), INSTALL
        )
    else:
        yield Finding("packages", "ok", "all as pinned")


def _other_versions() -> Iterator[str]:
    pinned, _, _ = (settings.BASE_DIR / "requirements.txt").read_text().partition("\n# --- training")
    for line in pinned.splitlines():
        name, is_pin, wanted = line.partition("==")
        if is_pin and not name.startswith("#"):
            try:
                have = version(name)
            except PackageNotFoundError:
                have = "missing"
            if have != wanted:
                yield f"{name} {have} instead of {wanted}"


def training() -> Iterator[Finding]:
    """Torch is loaded in a process of its own."""
    try:
        build = version("torch")
    except PackageNotFoundError:
        yield Finding("pytorch", "note", "is not installed, so this machine cannot train", INSTALL)
        return
    told = [settings.DEVICE, settings.KERNELS, str(settings.DATA_DIR), str(settings.VAR_DIR)]
    command = [sys.executable, "-m", "search.training.report", *told]
    try:
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=REPORT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield Finding("pytorch", "fails", f"{build} did not load within {REPORT_SECONDS:g} s", INSTALL)
        return
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        yield Finding("pytorch", "fails", f"{build} does not load: {last}", INSTALL)
        return
    yield from training_findings(json.loads(done.stdout))


def training_findings(report: dict[str, Any]) -> Iterator[Finding]:
    device = report["gpu"] if report["device"].startswith("cuda") else f"{available_cores()} cores"
    if report["problem"]:
        remedy = "Set NASWEB_DEVICE to auto or cpu, or install a build for this device (docs/settings.md)."
        yield Finding("pytorch", "fails", f"cannot train on {report['device']}: {report['problem']}", remedy)
    else:
        processes = default_processes(settings.DEVICE, settings.GPU_TRAININGS)
        yield Finding(
            "pytorch", "ok", f"{report['torch']} trains on {report['device']} ({device}), {processes} at once"
        )
    if report["kernels"]:
        remedy = "Install a C compiler (Debian: apt-get install gcc libc6-dev), unless NASWEB_KERNELS=never is meant."
        yield Finding(
            "kernels", "note", f"training runs by torch's own operations: {report['kernels']}", remedy
        )
    if not report["cuda"] and any(any(DEVICE_FILES.glob(name)) for name in GPU_NAMES):
        remedy = "make run TORCH_INDEX=ADDRESS, with the address of PyTorch's install page for your CUDA."
        yield Finding("gpu", "note", "there is one, but this build of PyTorch is for the CPU", remedy)
    here = [name for name, found in report["datasets"].items() if found["available"]]
    missing = [name for name in report["datasets"] if name not in here]
    yield Finding("data sets", "ok", f"here: {', '.join(here)}")
    if missing:
        yield Finding(
            "data sets",
            "note",
            f"not here: {', '.join(missing)}",
            f"Each is downloaded when it is first trained on, or copied by hand into {settings.DATA_DIR}.",
        )


def drawings() -> Iterator[Finding]:
    began = time.perf_counter()
    try:
        run_graphviz("digraph { a -> b -> c; a -> c }", "dot", edge_count=3)
    except (DrawingFailed, TooLarge) as error:
        yield Finding(
            "graphviz", "fails", str(error), f"{INSTALL} Or install Graphviz, whose dot is used then."
        )
        return
    milliseconds = 1000 * (time.perf_counter() - began)
    if graphviz.available():
        yield Finding("graphviz", "ok", f"the engine in pygraphviz's wheel draws in {milliseconds:.0f} ms")
    else:
        slow = f"the dot program draws in {milliseconds:.0f} ms; the wheel's engine does not load"
        yield Finding("graphviz", "note", slow, INSTALL)


def disk() -> Iterator[Finding]:
    seen: set[int] = set()
    for name, folder in (("NASWEB_VAR_DIR", settings.VAR_DIR), ("NASWEB_DATA_DIR", settings.DATA_DIR)):
        place = _existing(Path(folder))
        device = place.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(place).free
        said = f"{free / 2**30:.1f} GB free for {name} ({folder})"
        if free < LEAST_BYTES:
            yield Finding("disk", "fails", said, "Free some, or name another folder.")
        else:
            yield Finding("disk", "ok", said)


def _existing(folder: Path) -> Path:
    return folder if folder.exists() or folder == folder.parent else _existing(folder.parent)
