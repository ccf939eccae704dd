"""Pictures of every page: `python -m tests.browser.pictures FOLDER` (`make pictures`) writes each row of the table
(pages.py) in the light, in the dark and on a phone.

With `--of-a-search N` it runs a real search of N networks on digits instead, and writes the pictures of the README:
its experiment and its best genotype on several pages, light and dark.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser

from tests.browser.chromium import DESKTOP, PHONE, running_chromium
from tests.browser.pages import PAGES
from tests.browser.site import Site, serving_prepared
from tests.browser.system import System, running_system

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "narrow": {"viewport": PHONE, "color_scheme": "light", "has_touch": True, "is_mobile": True},
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--of-a-search", type=int, metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name holds this")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="nasweb-pictures-") as name:
        if options.of_a_search:
            pictures_of_a_search(options.folder, Path(name), options.of_a_search)
        else:
            pictures_of_every_page(options.folder, Path(name), only=options.only)


def pictures_of_every_page(folder: Path, private: Path, *, only: str = "") -> None:
    with ExitStack() as running:
        sites: dict[str, Site] = {}
        for name in ("prepared", "empty"):
            (private / name).mkdir()
            sites[name] = running.enter_context(serving_prepared(private / name, empty=name == "empty"))
        browser = running.enter_context(running_chromium())
        for row in PAGES:
            if only in row.name:
                for look in LOOKS:
                    take(browser, sites[row.site].at(row.path), look, folder / f"{row.name}-{look}.png")
                say(f"{row.name}: {', '.join(LOOKS)}")


def pictures_of_a_search(folder: Path, private: Path, networks: int) -> None:
    """As a person sees it at the end: nothing is made up."""
    with running_system(private) as system, running_chromium() as browser:
        finished = search(system, networks)
        page = f"{system.address}/experiments/{finished['id']}/"
        pictures_of_an_experiment(browser, page, finished["best"]["step"], folder)


def pictures_of_an_experiment(browser: Browser, page: str, best: int, folder: Path) -> None:
    pages = {
        "experiment": page,
        "genotype": f"{page}individuals/{best}/",
        "editor": f"{page}individuals/{best}/edit/",
        "lineage": f"{page}individuals/{best}/lineage/#replay",
        "motifs": f"{page}motifs/",
        "pareto": f"{page}pareto/",
    }
    for look, suffix in (("light", ""), ("dark", "-dark")):
        for name, address in pages.items():
            take(browser, address, look, folder / f"{name}{suffix}.png", full=False)


def search(system: System, networks: int) -> dict[str, Any]:
    """A quick search on digits from its start to its end."""
    order = {
        "name": "Handwritten digits",
        "preset": "quick",
        "overrides": {"budget": {"individuals": networks}},
    }
    experiment: dict[str, Any] = system.api("experiments", {**order, "start": True})
    began, done = time.monotonic(), -1
    while experiment["state"] == "running":
        time.sleep(2)
        experiment = system.api(f"experiments/{experiment['id']}")
        if experiment["evaluated"] // 10 != done // 10:
            done = experiment["evaluated"]
            best = experiment["best"]["fitness"] if experiment["best"] else 0
            say(f"{time.monotonic() - began:.0f} s: {done} of {networks} networks, best {best:.2%}")
    return experiment


def take(browser: Browser, address: str, look: str, path: Path, *, full: bool = True) -> None:
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    page.goto(address, wait_until="networkidle")  # half a second: pages that follow a search ask every two
    page.screenshot(path=path, full_page=full)
    context.close()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
