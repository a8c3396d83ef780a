"""`.ci/run` says what happened to it: green is said of a whole run alone."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("chromium", "chromedriver")
Run = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Begins a run whose first real step is a program of the test's."""

    def begun(make: str) -> "subprocess.Popen[str]":
        for name, text in {**dict.fromkeys(PROGRAMS, "true"), "make": make}.items():
            path = tmp_path / name
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        return subprocess.Popen(
            ["bash", str(ROOT / ".ci" / "run")],
            env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return begun


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_ended_run_says_so_and_leaves_nothing_behind(run: Run, sent: signal.Signals) -> None:
    with run("echo step pid $$; exec sleep 300") as process:
        assert process.stdout is not None
        line = next(one for one in process.stdout if one.startswith("step pid"))
        process.send_signal(sent)
        said = process.stdout.read()  # ends when nobody holds the other end any more
    assert process.returncode == 128 + sent
    assert f"ENDED by {sent.name.removeprefix('SIG')} in step 'install'" in said
    assert "green" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(line.split()[-1]), 0)


def test_failed_step_ends_the_run_with_its_code(run: Run) -> None:
    with run("exit 7") as process:
        said, _nothing = process.communicate()
    assert process.returncode == 7
    assert "FAILED in step 'install' (exit code 7)" in said


def test_whole_run_is_green(tmp_path: Path) -> None:
    text = (ROOT / ".ci" / "run").read_text()
    head, steps = text.split("\nstep ", 1)
    end = steps.rsplit("\n", 2)[1]
    script = tmp_path / ".ci" / "run"
    script.parent.mkdir()
    script.write_text(f"{head}\nstep one true\nstep two true\n{end}\n")
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, "all steps green" in done.stdout) == (0, True)
