"""Which file of tests is begun first where several processes share them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARKERS = "[pytest]\nmarkers =\n  slow: s\n  service: s\n  browser: b\n"
FILES = {
    "test_a_many.py": "import pytest\n@pytest.mark.parametrize('n', range(9))\ndef test(n): pass\n",
    "test_b_few.py": "def test(): pass\n",
    "test_c_browser.py": "import pytest\n@pytest.mark.browser\ndef test(): pass\n",
    "test_d_slow.py": "import pytest\n@pytest.mark.slow\ndef test_one(): pass\ndef test_two(): pass\n",
}


def collected(folder: Path, **environment: str) -> list[str]:
    """The tests in the order in which they would run."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tests.build.longest_first",
         "-p", "no:django", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if "XDIST" not in name}, **environment,
             "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_slow_files_come_first_then_those_that_start_something_then_the_ones_with_most_tests(
    tmp_path: Path,
) -> None:
    (tmp_path / "pytest.ini").write_text(MARKERS)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    alone = collected(tmp_path)
    shared = collected(tmp_path, PYTEST_XDIST_WORKER="gw0")
    assert list(dict.fromkeys(name.partition("::")[0] for name in alone)) == list(FILES)
    assert list(dict.fromkeys(name.partition("::")[0] for name in shared)) == [
        "test_d_slow.py", "test_c_browser.py", "test_a_many.py", "test_b_few.py",
    ]  # fmt: skip
    assert shared[:2] == ["test_d_slow.py::test_one", "test_d_slow.py::test_two"]  # as they stand in it
