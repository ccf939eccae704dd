"""The rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.build.tree import ROOT, modules, project_files

MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 50
MOST_PARAMETERS = 6
PARAMETERS_OF_OTHERS = {
    "nasweb/client/experiments.py create": "what a script writes: keywords read better than a record within a call",
    "search/training/native/layers.py forward": "torch hands over every tensor by itself, for its gradient",
}
"""More parameters than ours have, with the reason."""
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


def test_whoever_needs_many_values_takes_them_as_a_record() -> None:
    many = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if len([part for part in given if part.arg not in ("self", "cls")]) > MOST_PARAMETERS:
                    many.add(f"{path.relative_to(ROOT)} {node.name}")
    assert many == set(PARAMETERS_OF_OTHERS)


def test_every_module_has_a_name_that_says_what_is_in_it() -> None:
    assert [path for path in modules() if path.name in NAMELESS] == []


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    """Which registry serves, and where the tree lies, is the business of the machine that installs."""
    forbidden = REGISTRIES + MACHINE_PATHS
    found = [f"{path}: {word}" for path, text in texts() for word in forbidden if word in text]
    assert found == []


@pytest.mark.parametrize("package", ["search", "visualize"])
def test_a_package_holds_the_rooms_and_files_that_the_map_names(package: str) -> None:
    """Whoever adds a room or a loose module says on the map what it is."""
    pictured = (ROOT / "ARCHITECTURE.md").read_text().split("## Map")[1].split("```")[1]
    part = re.split(r"^(?=\w)", pictured, flags=re.MULTILINE)
    [block] = [text for text in part if text.startswith(f"{package}/")]
    lines = [line.split("   ")[0] for line in re.findall(r"^  (\S.*)$", block, re.MULTILINE)]
    named = {name.rstrip("/") for line in lines for name in line.split()}
    there = {
        path.name
        for path in (ROOT / package).iterdir()
        if (path.suffix == ".py" or any(path.glob("*.py"))) and path.name != "__init__.py"
    }
    assert there - {"migrations"} == named


def test_every_path_that_the_map_of_changes_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    table = text.split("## To change X, edit Y")[1].split("## ")[0]
    paths = list(re.findall(r"`((?:search|visualize|nasweb|static|tests|templates|docs)/[^`]*)`", table))
    assert len(paths) > 40
    assert [path for path in paths if "PAGE" not in path and not list(ROOT.glob(path.rstrip("/")))] == []


FOREIGN = {
    "_meta",
    "_replace",
    "_base_manager",
    "_default_manager",
    "_exit",
    "_after_fork",
    "_routers",
    "_queue",
    "_id",
}
"""Of Django, Python, Celery, Ninja, kombu and pytest, who give no other name to it."""


def _private(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What stands in other modules' or objects' names that begin with one underscore."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute():
                yield node.lineno, node.attr
            case ast.Constant(value=str(text)) if "\nimport " in text or "\nfrom " in text:
                with suppress(SyntaxError):  # a script for a process of its own, or prose
                    yield from ((node.lineno, name) for _, name in _private(ast.parse(text)))
            case ast.Call(func=ast.Attribute(attr="setattr" | "patch")):
                texts = [part.value for part in node.args[:2] if isinstance(part, ast.Constant)]
                yield from ((node.lineno, str(text).rpartition(".")[2]) for text in texts)


def test_tests_take_hold_of_what_has_a_public_name() -> None:
    """What a test needs is no private matter: it may be asked for by the way everybody goes, or gets a name."""
    tests = [path for path in project_files() if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
    assert len(tests) > 100
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in tests
        for line, name in _private(ast.parse(path.read_text()))
        if re.match("_[a-z]", name, re.IGNORECASE) and name not in FOREIGN
    ]
    assert found == []
