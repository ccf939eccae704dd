"""What the documentation says to type is understood: each benchmark's options, each script's name."""

import re
import shlex
from importlib.util import find_spec

import pytest

from tests.benchmarks.command import parser
from tests.build.tree import documentation

TYPED = re.compile(r"python -m (tests(?:\.\w+)+)((?: +(?:\\\n *)?[^\s`#|]+)*)")
COMMANDS = sorted(set(TYPED.findall(documentation())))
OF_BENCHMARKS = [words for module, words in COMMANDS if module == "tests.benchmarks" and words.strip()]


def test_every_script_is_there() -> None:
    assert [module for module, _ in COMMANDS if find_spec(module) is None] == []


@pytest.mark.parametrize("words", OF_BENCHMARKS, ids=lambda words: " ".join(words.split()))
def test_the_benchmarks_understand(words: str) -> None:
    parser().parse_args(shlex.split(words.replace("\\\n", " ")))


def test_there_are_such_commands() -> None:
    kinds = {words.split()[0] for words in OF_BENCHMARKS}
    assert {"pages", "loop", "startup", "trainer", "proof"} <= kinds
