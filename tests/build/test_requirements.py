"""What is installed for us is what was chosen: pinned whole, fitting together, under licences that go with ours.

Whether a weakness of a pinned package is known cannot be told without a network: `make audit` does.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.build.tree import ROOT

FILES = ("requirements.txt", "tests/requirements.txt")
ALLOWED = {
    *(
        "MIT",
        "MIT License",
        "MIT-CMU",
        "BSD",
        "BSD License",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "3-Clause BSD License",
        "0BSD",
        "PSF-2.0",
    ),
    *("Apache-2.0", "Apache Software License", "LLVM-exception", "BSL-1.0", "Zlib", "CC0-1.0"),
    "GNU Library or Lesser General Public License (LGPL)",
}
"""May be used beside MIT. LGPL: of a library that is installed beside us and not changed (psycopg2)."""
JOINING = re.compile(r" AND | OR | WITH |; ")


def pins(name: str) -> dict[str, str]:
    """Package -> version."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    found: dict[str, str] = {}
    for line in filter(None, lines):
        package, equal, version = line.partition("==")
        assert equal, f"{name}: {line} is not pinned; write NAME==VERSION"
        assert re.fullmatch(r"[\w.]+", version), f"{name}: {line} is no exact version"
        found[str(canonicalize_name(package))] = version
    return found


def needed(row: Distribution) -> Iterator[str]:
    for text in row.requires or ():
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            yield canonicalize_name(wanted.name)


RUNNING = pins("requirements.txt")


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_and_the_pinned_one_is_installed(name: str) -> None:
    wrong = {
        package: (distribution(package).version, version)
        for package, version in pins(name).items()
        if distribution(package).version.partition("+")[0] != version
    }
    assert wrong == {}, "(installed, pinned)"


@pytest.mark.parametrize("package", RUNNING)
def test_what_a_package_needs_is_pinned_too(package: str) -> None:
    cuda = {name for name in needed(distribution(package)) if name.startswith(("nvidia-", "triton", "cuda-"))}
    assert (
        set(needed(distribution(package))) - set(RUNNING) - cuda == set()
    )  # torch itself pins those exactly


def test_the_packages_fit_together() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("package", RUNNING)
def test_a_licence_goes_with_ours(package: str) -> None:
    licence = licence_of(distribution(package))
    assert not foreign(licence), (
        f"{package} is under {licence!r}: may it be used here? Then add it to ALLOWED."
    )


def foreign(licence: str) -> set[str]:
    """Those parts of it that nobody has allowed."""
    return set(JOINING.split(licence)) - ALLOWED


def licence_of(row: Distribution) -> str:
    fields = row.metadata
    if "License-Expression" in fields:
        return str(fields["License-Expression"])
    classifiers = [one for one in fields.get_all("Classifier") or () if one.startswith("License ::")]
    named = fields["License"] if "License" in fields else ""  # noqa: SIM401 - it has no get()
    return "; ".join(one.split(" :: ")[-1] for one in classifiers) or named


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "MIT AND GPL-2.0-only", "BSDish", "", "Proprietary"])
def test_another_licence_would_be_seen(licence: str) -> None:
    assert foreign(licence)
