"""A skip hides a test; continuous integration must not be able to lose one that way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPING = "import pytest\n\ndef test_passes(): pass\n\n@pytest.mark.skip(reason='no time')\ndef test_skips(): pass\n"
UNCOLLECTED = "import pytest\n\npytest.importorskip('no_such_module')\n"


def run_pytest(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    test = folder / "test_sample.py"
    test.write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return pytest_in(folder, str(test), **environment)


def pytest_in(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plugin = ["-p", "tests.build.nothing_skipped", "-p", "no:django", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--rootdir", folder, *plugin, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_skipped_test_fails_in_ci_and_says_why(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, SKIPPING, CI="true")
    assert done.returncode == 1
    assert "1 passed, 1 error" in done.stdout
    assert "no time" in done.stdout


def test_a_module_that_skips_itself_fails_in_ci(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, UNCOLLECTED, CI="true").returncode != 0


@pytest.mark.parametrize("value", ["", "false"])
def test_elsewhere_a_skip_is_a_skip(tmp_path: Path, value: str) -> None:
    done = run_pytest(tmp_path, SKIPPING, CI=value)
    assert done.returncode == 0
    assert "1 passed, 1 skipped" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_a_folder_of_tests_that_pytest_passes_over_fails_in_ci(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    for name in ("tests/here", "tests/build"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / f"test_{Path(name).name}.py").write_text("def test_passes(): pass\n")
    done = pytest_in(tmp_path, *arguments, CI="true")
    assert done.returncode != 0
    assert "never collected" in done.stdout + done.stderr
    assert "tests/build/test_build.py" in done.stdout + done.stderr
    assert pytest_in(tmp_path, *arguments, CI="false").returncode == 0


TWINS = """import pytest

class Twin(pytest.Item):
    def runtest(self): pass

class File(pytest.File):
    def collect(self): return [Twin.from_parent(self, name="twin") for _ in range(2)]

def pytest_collect_file(file_path, parent):
    return File.from_parent(parent, path=file_path) if file_path.name == "twins.txt" else None
"""


def test_tests_that_share_an_id_are_refused_for_of_them_one_would_run(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(TWINS)
    (tmp_path / "twins.txt").write_text("")
    done = pytest_in(tmp_path, "twins.txt")
    assert done.returncode != 0
    assert "several tests have one id, of which one would run: twins.txt::twin" in done.stdout + done.stderr


def test_every_operation_is_fuzzed_under_an_id_of_its_own() -> None:
    """schemathesis left the operation out, and processes that share the tests ran one of ninety."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/api/test_fuzzing.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test_every_operation_keeps_to_its_schema[GET /api/v1/experiments]" in done.stdout
