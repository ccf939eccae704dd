"""The rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.build.tree import ROOT, modules, project_files

MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 50
NAMELESS = {
    "utils.py",
    "util.py",
    "helpers.py",
    "helper.py",
    "manager.py",
    "managers.py",
    "misc.py",
    "common.py",
}

# Written in pieces, so that this file passes its own test.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
        ("deb", "debian", "org"), ("crates", "io"), ("download", "pytorch", "org"), ("docker", "io"),
    )
]  # fmt: skip
MACHINE_PATHS = [
    "/" + "/".join(parts)
    for parts in (("work", "main"), ("work", "shared"), ("opt", "wheels"), ("work", ".library"))
]


def texts() -> Iterator[tuple[Path, str]]:
    for path in project_files():
        try:
            yield path.relative_to(ROOT), path.read_text()
        except UnicodeDecodeError:
            continue  # a picture


def test_no_module_is_longer_than_a_person_reads_in_one_go() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in modules()}
    assert {path: n for path, n in lengths.items() if n > MOST_LINES_OF_A_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_every_module_has_a_name_that_says_what_is_in_it() -> None:
    assert [path for path in modules() if path.name in NAMELESS] == []


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    """Which registry serves, and where the tree lies, is the business of the machine that installs."""
    forbidden = REGISTRIES + MACHINE_PATHS
    found = [f"{path}: {word}" for path, text in texts() for word in forbidden if word in text]
    assert found == []
