"""Children are kept alive, told of, and never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasweb.embedded import child
from nasweb.embedded.child import Command
from nasweb.embedded.supervision import Supervisor
from tests.nasweb.embedded.waiting import wait_until


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, said.append)
    yield supervisor
    supervisor.stop()


def python(name: str, code: str, **options: float) -> Command:
    return Command(name=name, arguments=[sys.executable, "-u", "-c", code], **options)  # type: ignore[arg-type]


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_child_that_dies_is_started_again_and_the_person_is_told(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    supervisor.start(python("web", "import os, time; print(os.getpid()); time.sleep(60)"))
    wait_until(lambda: lines(tmp_path / "web.log"))
    os.kill(int(lines(tmp_path / "web.log")[0]), signal.SIGKILL)

    def started_again() -> bool:
        supervisor.watch()
        return len(lines(tmp_path / "web.log")) == 2

    wait_until(started_again)
    assert said == [f"web: was ended by SIGKILL; starting it again in 0.5 s. Its log: {tmp_path / 'web.log'}"]


def test_a_child_that_keeps_dying_is_tried_less_and_less_often(
    supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start(python("steps", "raise SystemExit(3)"))

    def told_three_times() -> bool:
        supervisor.watch()
        return len(said) == 3

    wait_until(told_three_times)
    assert [line.split(".  ")[0].split("again in ")[1].split(" s")[0] for line in said] == ["0.5", "1", "2"]
    assert all("ended with status 3" in line for line in said)


def test_an_error_in_a_log_reaches_the_terminal_with_the_name_of_its_part(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "worker.log").write_text("ERROR of yesterday\n")
    supervisor.start(
        python("worker", "print('INFO fine'); print('ERROR no data set'); import time; time.sleep(60)")
    )

    def told() -> bool:
        supervisor.watch()
        return bool(said)

    wait_until(told)
    assert said == ["worker: ERROR no data set"]


def test_a_log_stays_small_however_long_its_part_runs(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "KEEP_LOG_BYTES", 5_000)
    supervisor.start(python("web", "import time\nwhile True: print('INFO ' + 90 * '.'); time.sleep(0.001)"))

    def set_aside_again() -> bool:
        supervisor.watch()
        first = (tmp_path / "web.log.1").exists()
        (tmp_path / "web.log.1").unlink(missing_ok=True)
        aside.append(first)
        return aside.count(True) == 2

    aside: list[bool] = []
    wait_until(set_aside_again)
    assert (tmp_path / "web.log").stat().st_size < 100_000


def test_children_stop_in_the_opposite_order_of_their_start(supervisor: Supervisor, tmp_path: Path) -> None:
    farewell = (
        "import signal, sys, time\n"
        "def end(*_): open(sys.argv[1], 'a').write(sys.argv[2] + '\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('ready'); time.sleep(60)"
    )
    order = tmp_path / "order"
    for name in ("broker", "web", "worker"):
        arguments = [sys.executable, "-u", "-c", farewell, str(order), name]
        supervisor.start(Command(name=name, arguments=arguments))
        wait_until(lambda name=name: lines(tmp_path / f"{name}.log"))  # type: ignore[misc]
    supervisor.stop()
    assert lines(order) == ["worker", "web", "broker"]


def test_one_that_does_not_listen_is_ended_with_all_it_started(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    deaf = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.fork(); print(os.getpid()); time.sleep(60)"
    )
    supervisor.start(python("worker", deaf, stop_seconds=0.2))
    wait_until(lambda: len(lines(tmp_path / "worker.log")) == 2)
    supervisor.stop()
    wait_until(lambda: not any(alive(int(pid)) for pid in lines(tmp_path / "worker.log")))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_killed_parent_takes_its_children_along(tmp_path: Path) -> None:
    parent = (
        "import pathlib, sys, time\n"
        "from nasweb.embedded.child import Child, Command\n"
        "code = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'\n"
        "Child(Command(name='web', arguments=[sys.executable, '-c', code]), pathlib.Path(sys.argv[1])).start()\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent, tmp_path]) as process:
        wait_until(lambda: lines(tmp_path / "web.log"))
        process.kill()
    wait_until(lambda: not alive(int(lines(tmp_path / "web.log")[0])))


def test_a_signal_that_was_ignored_stays_ignored(tmp_path: Path) -> None:
    """`nohup make run &` goes on when its terminal is closed; other signals still stop it."""
    code = f"""
import signal, sys
from pathlib import Path
from nasweb.embedded.supervision import Supervisor
signal.signal(signal.SIGHUP, signal.SIG_IGN)
supervisor = Supervisor(Path({str(tmp_path)!r}), print)
supervisor.catch_signals()
signal.raise_signal(signal.SIGHUP)
print(supervisor.stopping)
signal.raise_signal(signal.SIGTERM)
print(supervisor.stopping)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
