import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded.children import Program, ServicesError
from config.embedded.leftovers import identity, record, sweep, wait_until
from config.embedded.lock import AlreadyRunningError
from config.stop_signals import StopRequestedError
from config.supervisor import Supervisor

ROOT = Path(__file__).parents[2]


def shell(name: str, script: str, **options: object) -> Program:
    return Program(name=name, command=("/bin/sh", "-c", script), **options)


def lasting(name: str, out: Path, **options: object) -> Program:
    """Says when it is up and when it was asked to stop; has a child of its own."""
    script = f"trap 'echo {name} stopped >>{out}; exit 0' TERM; sleep 300 & echo $! >{out}.{name}; "
    ready = Path(f"{out}.{name}")
    return shell(name, f"{script} wait", ready=ready.exists, **options)


def stubborn(out: Path, **options: object) -> Program:
    script = f"trap '' TERM; touch {out}; while :; do sleep 300; done"
    return shell("stubborn", script, ready=out.exists, **options)


def gone(pid: int) -> bool:
    return wait_until(lambda: identity(pid) is None, 60)


@pytest.fixture
def told():
    return []


@pytest.fixture
def supervisor(tmp_path, told):
    with Supervisor(tmp_path, told.append, first_pause_seconds=0.1) as running:
        yield running


def pid_told(lines: list[str], words: str) -> int:
    return int(next(line for line in lines if line.startswith(words)).rpartition(" ")[2])


def test_killed_child_starts_again_and_its_own_child_ends(supervisor, tmp_path, told):
    supervisor.start(lasting("web", tmp_path / "out"))
    grandchild = int((tmp_path / "out.web").read_text())
    os.kill(pid_told(told, "web started"), signal.SIGKILL)
    assert supervisor.wait(lambda: any("web started again" in line for line in told), 60)
    assert any("web was killed by signal 9" in line for line in told)
    assert gone(grandchild)


def test_batches_stop_in_reverse_order(tmp_path, told):
    out = tmp_path / "out"
    with Supervisor(tmp_path, told.append) as supervisor:
        supervisor.start(lasting("first", out))
        supervisor.start(lasting("second", out))
    assert out.read_text().splitlines() == ["second stopped", "first stopped"]


def test_child_that_does_not_stop_is_killed_after_its_limit(tmp_path, told):
    with Supervisor(tmp_path, told.append) as supervisor:
        supervisor.start(stubborn(tmp_path / "up", stop_seconds=0.1))
    assert "stubborn does not stop in time: killed" in told
    assert gone(pid_told(told, "stubborn started"))


def test_second_request_to_stop_kills_at_once(tmp_path, told):
    with Supervisor(tmp_path, told.append) as supervisor:
        supervisor.start(stubborn(tmp_path / "up", stop_seconds=100))
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(StopRequestedError):
            supervisor.forever()
        os.kill(os.getpid(), signal.SIGINT)
    assert gone(pid_told(told, "stubborn started"))


def test_start_that_fails_shows_the_end_of_the_log(supervisor):
    with pytest.raises(ServicesError, match=r"(?s)broken ended with exit code 3.*no such database"):
        supervisor.start(
            shell("broken", "echo no such database; exit 3", ready=lambda: False, ready_seconds=20)
        )


def test_one_off_command_answers_its_exit_code_and_is_not_revived(supervisor, told):
    assert supervisor.once(shell("migrate", "exit 7")) == 7
    assert supervisor.once(shell("migrate", "kill -9 $$")) == 128 + 9
    assert not any("again" in line for line in told)


def test_output_goes_to_a_log_file_of_the_process(supervisor, tmp_path):
    supervisor.once(shell("migrate", "echo to stdout; echo to stderr >&2"))
    supervisor.once(shell("migrate", "echo second run"))
    lines = (tmp_path / "log" / "migrate.log").read_text().splitlines()
    assert lines == ["to stdout", "to stderr", "second run"]


def test_second_supervisor_in_one_checkout_is_refused(supervisor, tmp_path):
    with pytest.raises(AlreadyRunningError, match=f"already running, pid {os.getpid()}"):
        Supervisor(tmp_path).__enter__()


def test_processes_end_with_a_supervisor_that_is_killed(tmp_path):
    code = f"""
from pathlib import Path
from config.embedded.children import Program
from config.supervisor import Supervisor
with Supervisor(Path({str(tmp_path)!r})) as supervisor:
    supervisor.start(Program("quiet", ("/bin/sleep", "300")))
    supervisor.forever()
"""
    keeper = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    with keeper:
        child = int(keeper.stdout.readline().rpartition(b" ")[2])
        keeper.kill()
    assert gone(child)


def test_leftover_of_a_killed_run_is_ended_and_named(tmp_path, told):
    with Supervisor(tmp_path, told.append) as supervisor:
        supervisor.start(stubborn(tmp_path / "up"))
        pid = pid_told(told, "stubborn started")
        assert sweep(tmp_path / "children.json", seconds=0.1) == ["stubborn"]
        assert gone(pid)


def test_stranger_with_a_recorded_pid_is_left_alone(tmp_path):
    path = tmp_path / "children.json"
    record(path, [])
    path.write_text(f'[["web", {os.getpid()}, "another boot:1", {int(signal.SIGKILL)}]]')
    assert sweep(path) == []
