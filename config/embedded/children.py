"""Child processes that die with their parent, write to a log file and stop within a limit."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")
LOG_BYTES = 10 * 1024 * 1024
POLL_SECONDS = 0.05


class ServicesError(RuntimeError):
    """A server or process cannot run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class User:
    """The unprivileged user that a child runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """A command with what its keeper must know.

    `ready` answers whether it serves now, `before_start` clears what a dead predecessor left;
    `stop_signal` asks it to finish, `kill_signal` ends it after `stop_seconds`. `niceness` above 0
    lets others go first where processors are short (nice(1)).
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] | None = None  # None: ours
    folder: Path | None = None
    user: User | None = None
    ready: Callable[[], bool] | None = None
    before_start: Callable[[], None] | None = None
    ready_seconds: float = 60.0
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10.0
    kill_signal: int = signal.SIGKILL
    niceness: int = 0


class Child:
    """One run of a program, in a session of its own, so that a Ctrl-C reaches only its keeper."""

    def __init__(self, program: Program, log: Path | None) -> None:
        """Start it; without a log file its output goes where ours goes."""
        self.program = program
        self.log = log
        self._group_ended = False
        if program.before_start:
            program.before_start()
        output = _open_log(log) if log else None
        try:
            self._process = subprocess.Popen(  # noqa: S603  commands are ours
                _command_line(program),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output is not None else None,
                env=None if program.environment is None else dict(program.environment),
                cwd=program.folder,
                start_new_session=True,
            )
        finally:
            if output is not None:
                os.close(output)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        code = self._process.poll()
        if code is not None and not self._group_ended:
            # What a killed leader leaves behind (pool workers) must not go on alone.
            self._signal_group(signal.SIGKILL)
            self._group_ended = True
        return code

    def is_ready(self) -> bool:
        return self.program.ready is None or self.program.ready()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, waiting at most so long."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return self.exit_code is not None

    def wait_ready(self) -> None:
        """Block until it serves; raises ServicesError when it ends first or takes too long."""
        for _ in range(int(self.program.ready_seconds / POLL_SECONDS)):
            if self.is_ready():
                return
            if self.wait(POLL_SECONDS):
                raise ServicesError(self.obituary())
        raise ServicesError(
            f"{self.program.name} does not answer after {self.program.ready_seconds:.0f} s"
            f"{self.last_lines()}"
        )

    def terminate(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End it now: by its own fast way where it has one, its whole group otherwise."""
        if self.program.kill_signal != signal.SIGKILL and self._process.poll() is None:
            self._process.send_signal(self.program.kill_signal)
            if self.wait(5.0):
                return
        self._signal_group(signal.SIGKILL)

    def stop(self) -> None:
        """Ask, wait for its limit, then end it."""
        self.terminate()
        if not self.wait(self.program.stop_seconds):
            self.kill()
            self.wait(5.0)

    def obituary(self) -> str:
        """How it ended, with the end of its log."""
        code = self._process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"{self.program.name} {how}{self.last_lines()}"

    def last_lines(self, count: int = 8) -> str:
        if not self.log or not self.log.exists():
            return ""
        with self.log.open("rb") as stream:
            stream.seek(max(0, self.log.stat().st_size - 8192))
            lines = stream.read().decode(errors="replace").splitlines()[-count:]
        return "".join(f"\n    | {line}" for line in lines) + f"\n    (all of it: {self.log})"

    def _signal_group(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def _command_line(program: Program) -> list[str]:
    uid, gid = (str(program.user.uid), str(program.user.gid)) if program.user else ("-", "-")
    start = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid())]
    how = (str(int(program.stop_signal)), str(program.niceness))
    return [*start, *how, uid, gid, *program.command]


def _open_log(path: Path) -> int:
    """Appending, so that a restart keeps what the dead run said; a big file steps aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
