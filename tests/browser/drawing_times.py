"""How soon every page of a large experiment is drawn in Chromium: `python -m tests.browser.drawing_times`.

    python -m tests.benchmarks pages --individuals 100000 --keep nasweb_large      # fills a database and keeps it
    DATABASE_URL=postgres://…/nasweb_large python -m tests.browser.drawing_times --individuals 100000

Without `DATABASE_URL` it fills an SQLite file of its own. Drawn means: everything loaded, the pictures
that the server drew among it, and two frames painted after that. Live: scripts have put their plots, with all data, in
the place of those pictures. Prints one line a page, and ends with status 1 where 95 % of its loads are drawn too late.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from nasweb.embedded.broker import free_port
from tests.browser.chromium import running_chromium
from tests.browser.site import Site, private, serving
from tests.processes import ROOT

TARGET = 1.5
"""Seconds that 95 % of the loads must stay below."""
FULL_PAGES = (
    "list of experiments", "new experiment", "workers", "help", "compare", "experiment", "experiment: settings",
    "motifs", "mutations", "pareto", "replay of the search", "individual", "individual: training",
    "individual: lineage", "individual: diff with parent", "individual: edit", "genotype", "genotype: edit",
    "diff of any two", "motif",
)  # fmt: skip
"""Of the addresses that the benchmark knows, those that are pages and no parts or files."""
FILL = """
import django; django.setup()
import json, sys
from tests.benchmarks.addresses import addresses, subjects
from tests.benchmarks.pages import prepare
about = subjects(*prepare(int(sys.argv[1]), lambda text: None), count=20)
json.dump({each.name: each.paths for each in addresses(about)}, sys.stdout)
"""
COLLECT = ("manage.py", "collectstatic", "--no-input", "--verbosity=0")
DRAWN = """() => new Promise((done) => {
  const times = {};
  const painted = (name) => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() => {
    times[name] = performance.now();
    then();
  })));
  const places = [...document.querySelectorAll("live-curves, pareto-plot, compare-plots")];
  const live = () => places.every((place) => place.querySelector(".u-over, .cursor, .plot-over") ||
    !place.querySelector("svg.chart"));
  const look = () => live() ? painted("live").then(() => done(times)) : requestAnimationFrame(look);
  painted("drawn").then(look);
})"""
"""Milliseconds from the start of the navigation."""


@dataclass(frozen=True)
class Times:
    """Of several loads of one page, in seconds."""

    drawn: list[float]
    live: list[float]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--individuals", type=int, default=7000)
    parser.add_argument("--loads", type=int, default=8, help="of each page")
    parser.add_argument("--only", default="", metavar="TEXT", help="pages whose name holds this")
    options = parser.parse_args()
    slow = False
    with (
        TemporaryDirectory(prefix="nasweb-drawing-") as name,
        running_chromium() as browser,
        large_site(Path(name), options.individuals) as (site, pages),
    ):
        say(" " * 30 + "drawn p50       p95  live p50       p95")
        for page in FULL_PAGES:
            if options.only in page and page in pages:
                times = drawing_times(browser, site, pages[page], options.loads)
                slow |= percentile(times.drawn, 0.95) > TARGET
                say(
                    page.ljust(30)
                    + "".join(
                        f"{value:8.2f} s"
                        for value in (
                            percentile(times.drawn, 0.5),
                            percentile(times.drawn, 0.95),
                            percentile(times.live, 0.5),
                            percentile(times.live, 0.95),
                        )
                    )
                )
    return int(slow)


@contextmanager
def large_site(folder: Path, individuals: int) -> Iterator[tuple[Site, Mapping[str, list[str]]]]:
    """The pages in front of that many individuals, and the paths of each page by its name."""
    deployed = {name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ}
    python = private(
        folder,
        REDIS_URL="memory://",
        NASWEB_SECRET_KEY="only for measuring",
        NASWEB_ACCOUNTS="0",
        **deployed,
    )
    command = [*python, "-c", FILL, str(individuals)]
    filled = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    if deployed:  # its pages name hashed files
        subprocess.run([*python, *COLLECT], cwd=ROOT, check=True)
    site = Site(f"http://127.0.0.1:{free_port()}", {})
    with serving(site, python, folder):
        yield site, json.loads(filled.stdout)


def drawing_times(browser: Browser, site: Site, paths: list[str], loads: int) -> Times:
    """In one window that has seen the page before: files are cached as they are for whoever works here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    found = []
    for load in range(-1, loads):
        page.goto(site.address + paths[load % len(paths)], wait_until="load", timeout=60_000)
        found.append(page.evaluate(DRAWN))
    context.close()
    return Times(*([times[name] / 1000 for times in found[1:]] for name in ("drawn", "live")))


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
