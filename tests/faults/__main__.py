"""`python -m tests.faults`: faults on the deployed set-up, for as many and as long as asked (docs/faults.md)."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.stage import stage_environment, standing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000, help="how many to inject (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the schedule and of the searches (default 1)")
    parser.add_argument(
        "--minutes", type=float, default=120, help="begin no round after so long (default 120)"
    )
    parser.add_argument(
        "--pause", type=float, default=0.5, help="mean seconds between two faults (default 0.5)"
    )
    parser.add_argument("--only", default="", help="kinds to draw from, with commas; default all")
    parser.add_argument("--individuals", type=int, default=220, help="in the first round (default 220)")
    parser.add_argument(
        "--later-individuals", type=int, default=220, help="in rounds after the first (default 220)"
    )
    parser.add_argument("--folder", type=Path, help="where logs and the diary stay; default: nowhere")
    asked = parser.parse_args()
    for number in (
        signal.SIGTERM,
        signal.SIGINT,
    ):  # an end in good order: nothing that was started stays behind
        signal.signal(number, lambda *_: sys.exit(130))
    with TemporaryDirectory(prefix="nasweb-faults-") as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        environment = stage_environment(folder.resolve())
        for name in [name for name in os.environ if name.startswith("NASWEB_")]:
            del os.environ[name]
        os.environ |= environment
        os.environ["NASWEB_LOG_LEVEL"] = "WARNING"  # of this process; the parts write their own logs
        os.environ["DATABASE_URL"] += "?application_name=harness"
        return play(asked, folder.resolve(), environment)


def play(asked: argparse.Namespace, folder: Path, environment: dict[str, str]) -> int:
    # Django reads its settings from the environment that was made above.
    import django  # noqa: PLC0415

    django.setup()
    from tests.faults.report import as_text  # noqa: PLC0415
    from tests.faults.run import Director, Orders  # noqa: PLC0415

    only = tuple(name for name in asked.only.split(",") if name)
    orders = Orders(
        asked.seed, asked.faults, asked.minutes, asked.pause, only, asked.individuals, asked.later_individuals
    )
    with standing(folder, environment) as stage:
        report = Director(stage, orders, lambda text: print(text, flush=True)).run()  # noqa: T201
    (folder / "report.json").write_text(json.dumps(report.to_json(), indent=1))
    sys.stdout.write(as_text(report))
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
