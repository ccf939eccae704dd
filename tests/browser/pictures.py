"""Pictures of every page: `python -m tests.browser.pictures FOLDER` (`make pictures`) writes each row of the table
(pages.py) in the light, in the dark and on a phone; `--only table studies` those whose names hold one of these words,
`--scale 2` as on a screen of twice the density, where what is drawn on a canvas or rounded to whole pixels may differ.

With `--of-a-search N` it runs a real search of N networks on digits instead, and writes the pictures of the README:
its experiment and its best genotype on several pages, light and dark.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
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
    parser.add_argument(
        "--only", nargs="+", default=[""], metavar="TEXT", help="rows whose name holds one of these"
    )
    parser.add_argument(
        "--scale", type=int, choices=(1, 2), default=1, help="device pixels for a pixel of a page"
    )
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="nasweb-pictures-") as name:
        if options.of_a_search:
            pictures_of_a_search(options.folder, Path(name), options.of_a_search)
        else:
            pictures_of_every_page(options.folder, Path(name), only=options.only, scale=options.scale)


def pictures_of_every_page(folder: Path, private: Path, *, only: Sequence[str], scale: int) -> None:
    with ExitStack() as running:
        sites: dict[str, Site] = {}
        for name in ("prepared", "empty"):
            (private / name).mkdir()
            sites[name] = running.enter_context(serving_prepared(private / name, empty=name == "empty"))
        browser = running.enter_context(running_chromium())
        for row in PAGES:
            if any(text in row.name for text in only):
                for look in LOOKS:
                    name = f"{row.name}-{look}{'' if scale == 1 else f'@{scale}x'}.png"
                    take(browser, sites[row.site].at(row.path), look, folder / name, scale=scale)
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


def take(browser: Browser, address: str, look: str, path: Path, *, full: bool = True, scale: int = 1) -> None:
    context = browser.new_context(**LOOKS[look], device_scale_factor=scale)
    page = context.new_page()
    page.goto(address, wait_until="networkidle")  # half a second: pages that follow a search ask every two
    page.screenshot(path=path, full_page=full)
    context.close()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
