"""What can be set, run or called is written down, and what is written down exists."""

import re
import subprocess

import pytest
from django.core.management import get_commands

from nasweb.environment import SETTINGS, Setting
from tests.build.tree import PACKAGES, ROOT, documentation, modules, project_files

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_setting_is_in_the_example_and_in_the_documentation(setting: Setting) -> None:
    line = rf"^#?{setting.name}={re.escape(setting.default)}$"
    assert re.search(line, (ROOT / ".env.example").read_text(), re.MULTILINE), (
        f"{line} is not in .env.example"
    )
    assert f"`{setting.name}`" in documentation()


def test_the_example_names_no_setting_that_nothing_reads() -> None:
    named = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == set(SETTINGS)


def test_the_documentation_names_no_setting_that_nothing_reads() -> None:
    assert set(re.findall(r"\bNASWEB_[A-Z_]+\b", documentation())) <= set(SETTINGS)


def test_the_environment_is_read_in_one_place() -> None:
    """So that the list of settings is whole."""
    allowed = {
        "nasweb/environment.py",
        "nasweb/embedded/serving.py",  # is a broker named, or to be started?
        "nasweb/doctor/parts.py",  # likewise
        "search/training/native/library.py",  # trains without Django; reads what compiles
    }
    readers = {
        str(path.relative_to(ROOT))
        for path in modules()
        if re.search(
            r"os\.environ\.get\b|os\.environ\[[^]]+\](?! =)|in os\.environ|os\.getenv", path.read_text()
        )
    }
    assert readers <= allowed


def test_every_command_is_documented() -> None:
    ours = {name for name, package in get_commands().items() if package in PACKAGES}
    assert ours
    assert {name for name in ours if f"manage.py {name}" not in documentation()} == set()


def test_every_make_target_that_a_page_names_exists() -> None:
    pages = [path for path in project_files() if path.suffix in (".md", ".html", ".yml", ".yaml")]
    named = {
        target
        for page in pages
        for target in re.findall(r"(?:`|^|\$ )make ([a-z]+)", page.read_text(), re.MULTILINE)
    }
    assert {"run", "test"} <= named
    assert named <= TARGETS


def test_make_help_tells_every_target() -> None:
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z]+)", text, re.MULTILINE)) == TARGETS


def test_links_between_the_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in project_files()
        if page.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
