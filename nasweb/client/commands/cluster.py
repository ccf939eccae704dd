"""`nas worker` and `nas slurm-script`: work on a cluster's nodes. Both need no running server."""

import os
import re
import shlex
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, NoReturn

from nasweb.client.commands.shared_options import UsageError, read_text

WORKER_HELP = (
    "train what waits, here, until told to stop (needs the server's packages; options of manage.py worker)"
)
SCRIPT_HELP = "print an sbatch script: an array of workers, one a GPU, that end and begin again in order"
WORKER_OPTIONS = {
    "lifetime": "end by itself after a time such as 55m, 1h30m or 3300 (seconds)",
    "stagger": "end up to so much earlier, by chance",
    "processes": "trainings at once",
    "offers": "resource tags that evaluations may need: gpu,a100,memory=80 (GiB)",
    "gpus": "a worker for each of these devices: 0,1,2,3",
    "name": "of the worker",
}
GRACE_SECONDS = 120
"""Between Slurm's warning and its SIGKILL."""
TEMPLATE = """\
#!/bin/bash
# nasweb workers as a Slurm job array: each task is one worker that takes evaluations until its time is over.
# What it is training then waits for another worker, with its checkpoint; nothing is counted as a failed attempt.
#SBATCH --job-name={name}
#SBATCH --array=1-{workers}
#SBATCH --time={time}
#SBATCH --cpus-per-task={cores}
#SBATCH --mem={memory}
{gpu}#SBATCH --signal=B:USR1@{grace}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={name}-%A_%a.log
set -euo pipefail
{setup}
# {env_file} holds DATABASE_URL, REDIS_URL, NASWEB_SECRET_KEY, NASWEB_CHECKPOINT_DIR and NASWEB_DATA_DIR as
# NAME=VALUE lines; only its owner may read it (chmod 600).
# The worker runs beside this shell, which passes on what Slurm says.
{python} -m nasweb.client worker --env-file {env_file} --processes 1 --lifetime {lifetime}s --stagger {stagger}s \\
  --name "slurm-${{SLURM_ARRAY_JOB_ID}}-${{SLURM_ARRAY_TASK_ID}}" &
worker=$!
trap 'kill -USR1 "$worker"' USR1 TERM INT
while kill -0 "$worker" 2>/dev/null; do
  wait "$worker" || true
done
"""


def add(nouns: Any) -> None:
    worker = nouns.add_parser("worker", help=WORKER_HELP, description=WORKER_HELP)
    worker.add_argument("--env-file", metavar="FILE", help="NAME=VALUE lines: DATABASE_URL, REDIS_URL, …")
    for option, meaning in WORKER_OPTIONS.items():
        worker.add_argument(f"--{option}", metavar="VALUE", help=meaning)
    worker.set_defaults(act=None, script=become_worker)
    script = nouns.add_parser("slurm-script", help=SCRIPT_HELP, description=SCRIPT_HELP)
    _script_options(script)
    script.set_defaults(act=None, script=slurm_script)


def _script_options(parser: ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, default=4, help="tasks of the array (default 4)")
    parser.add_argument(
        "--time", default="1:00:00", help="wall-clock limit of a task, H:MM:SS (default 1:00:00)"
    )
    parser.add_argument("--stagger", type=int, default=240, metavar="SECONDS", help="default 240")
    parser.add_argument("--cores", type=int, default=2, help="a task (default 2)")
    parser.add_argument("--memory", default="8G", help="a task (default 8G)")
    parser.add_argument(
        "--gpus", type=int, default=1, choices=(0, 1), help="a task: 1 (default), or 0 for the CPU"
    )
    parser.add_argument("--name", default="nasweb", help="of the job")
    parser.add_argument("--env-file", default="nasweb.env", help="settings that each task reads")
    parser.add_argument("--folder", default="", help="the project's folder on the cluster")
    parser.add_argument("--python", default="python", help="the interpreter on the cluster")


def slurm_script(options: Namespace) -> str:
    """The sbatch script. Raises UsageError."""
    limit = _seconds(options.time)
    lifetime = limit - GRACE_SECONDS
    if lifetime <= options.stagger:
        raise UsageError(
            f"--time: {options.time} leaves no time to train: more than {GRACE_SECONDS + options.stagger} s is needed "
            f"({GRACE_SECONDS} s for a clean end, --stagger {options.stagger} s)"
        )
    if options.workers < 1:
        raise UsageError(f"--workers: {options.workers} is not a number from 1 on")
    if not re.fullmatch(r"[\w.-]+", options.name):
        raise UsageError(f"--name: {options.name!r} may hold letters, digits, dots, _ and - only")
    return TEMPLATE.format(
        name=options.name,
        workers=options.workers,
        time=options.time,
        cores=options.cores,
        memory=shlex.quote(options.memory),
        gpu="#SBATCH --gpus-per-task=1\n" if options.gpus else "",
        grace=GRACE_SECONDS,
        env_file=shlex.quote(options.env_file),
        setup=f"cd {shlex.quote(options.folder)}" if options.folder else "",
        python=shlex.quote(options.python),
        lifetime=lifetime,
        stagger=options.stagger,
    )


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(?:(\d+)-)?(\d+):([0-5]\d):([0-5]\d)", text)
    if found is None:
        raise UsageError(f"--time: {text!r} is not H:MM:SS, or D-HH:MM:SS for days")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 86400 * days + 3600 * hours + 60 * minutes + seconds


def become_worker(options: Namespace) -> NoReturn:
    """This process becomes `manage.py worker`, with the settings of a file. Raises UsageError."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "nasweb.settings"}
    if options.env_file:
        environment |= env_file(options.env_file)
    given = [f"--{name}={value}" for name in WORKER_OPTIONS if (value := getattr(options, name)) is not None]
    os.execve(sys.executable, [sys.executable, "-m", "django", "worker", *given], environment)


def env_file(name: str) -> dict[str, str]:
    """NAME=VALUE lines as data: no shell reads them."""
    found = {}
    for number, line in enumerate(read_text(name).splitlines(), 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        key, equals, value = text.partition("=")
        if not equals or not re.fullmatch(r"[A-Z][A-Z0-9_]*", key):
            raise UsageError(f"{Path(name).name}, line {number}: {line!r} is not NAME=VALUE")
        found[key] = value.strip("'\"")
    return found
