"""Keeps Signalbox's processes: starts them in order, revives the dead, stops all in reverse.

Single-threaded: signals are bytes on a socket, so that one wait covers Ctrl-C and the death of
a child. Children die with this process (config.embedded.launch), and what survives a kill -9
all the same is found and ended by the next start.
"""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from config.embedded.children import Child, Program, ServicesError
from config.embedded.leftovers import record, sweep
from config.embedded.lock import keeper
from config.stop_signals import Signals, StopRequestedError

LOOK_SECONDS = 0.1
IDLE_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0


@dataclass(slots=True)
class _Kept:
    """A program that shall run, and how its latest run goes."""

    program: Program
    child: Child
    started: float
    pause: float
    revive_at: float | None = None
    is_once: bool = False


def say(text: str) -> None:
    """A line with the time for the terminal, as long as there is one."""
    try:
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
        sys.stdout.flush()
    except OSError:
        return


class Supervisor:
    """Use as a context: leaving it stops everything that was started."""

    def __init__(
        self,
        var_dir: Path,
        tell: Callable[[str], None] = say,
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        """`tell` gets a line per start, death and stop; the pause doubles with every death."""
        self.var_dir = var_dir.resolve()
        self._first_pause = first_pause_seconds
        self._tell = tell
        self._batches: list[list[_Kept]] = []
        self._signals = Signals()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises AlreadyRunningError where another one keeps this var/."""
        self._stack.enter_context(keeper(self.var_dir))
        for name in sweep(self._record_path):
            self._tell(f"{name} was left over from a killed run: stopped")
        self._stack.enter_context(self._signals)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stack:
            self.stop()
            self._record_path.unlink(missing_ok=True)

    def start(self, *programs: Program) -> None:
        """Start them together and wait until all serve; raises ServicesError when one does not."""
        batch = self._add(*programs)
        waiting = list(batch)
        deadline = time.monotonic() + max(program.ready_seconds for program in programs)
        while waiting := [kept for kept in waiting if not kept.child.is_ready()]:
            for kept in waiting:
                if kept.child.exit_code is not None:
                    raise ServicesError(kept.child.obituary())
            if time.monotonic() > deadline:
                late = waiting[0].child
                raise ServicesError(f"{late.program.name} does not answer{late.last_lines()}")
            self._step(LOOK_SECONDS, spare=waiting)

    def once(self, program: Program, *, quiet: bool = True) -> int:
        """Run a command to its end while the others are kept; its exit code (128 + signal)."""
        (kept,) = batch = self._add(program, to_terminal=not quiet, is_once=True)
        while (code := kept.child.exit_code) is None:
            self._step(IDLE_SECONDS, spare=batch)
        self._batches.remove(batch)
        if code and quiet:
            self._tell(kept.child.obituary())
        return code if code >= 0 else 128 - code

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Keep everything going until the condition holds; False when it took too long."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            self._step(LOOK_SECONDS * 2)
        return True

    def forever(self) -> None:
        """Keep everything going until StopRequestedError."""
        while True:
            self._step(IDLE_SECONDS)

    def stop(self) -> None:
        """End what was started last first; a second request to stop kills at once."""
        hurry = False
        for batch in reversed(self._batches):
            children = [kept.child for kept in batch if kept.child.exit_code is None]
            for child in children:
                child.terminate()
            hurry = hurry or self._await_end(children)
            for child in children:
                if child.exit_code is None:
                    self._tell(f"{child.program.name} does not stop in time: killed")
                    child.kill()
                    child.wait(5.0)
                self._tell(f"{child.program.name} stopped")
        self._batches.clear()

    @property
    def _record_path(self) -> Path:
        return self.var_dir / "children.json"

    def _add(
        self, *programs: Program, to_terminal: bool = False, is_once: bool = False
    ) -> list[_Kept]:
        batch: list[_Kept] = []
        self._batches.append(batch)
        for program in programs:
            log = None if to_terminal else self.var_dir / "log" / f"{program.name}.log"
            child = Child(program, log)
            batch.append(
                _Kept(program, child, time.monotonic(), self._first_pause, is_once=is_once)
            )
            self._record()
            if not is_once:
                self._tell(f"{program.name} started, pid {child.pid}")
        return batch

    def _step(self, seconds: float, spare: list[_Kept] | None = None) -> None:
        due = [kept.revive_at for batch in self._batches for kept in batch if kept.revive_at]
        pause = min([seconds, *(moment - time.monotonic() for moment in due)])
        if self._signals.stop_requested(pause):
            raise StopRequestedError
        for batch in self._batches:
            for kept in batch:
                if not kept.is_once and kept not in (spare or []):
                    self._look_after(kept)

    def _look_after(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.revive_at is None:
            if kept.child.exit_code is None:
                return
            if now - kept.started > STEADY_SECONDS:
                kept.pause = self._first_pause
            kept.revive_at = now + kept.pause
            self._tell(f"{kept.child.obituary()}\n    starts again in {kept.pause:g} s")
            kept.pause = min(kept.pause * 2, LONGEST_PAUSE_SECONDS)
        elif now >= kept.revive_at:
            assert kept.child.log is not None, "only one-off commands write to the terminal"
            kept.child = Child(kept.program, kept.child.log)
            kept.started, kept.revive_at = now, None
            self._record()
            self._tell(f"{kept.program.name} started again, pid {kept.child.pid}")

    def _record(self) -> None:
        kept = [kept for batch in self._batches for kept in batch]
        record(self._record_path, [one.child for one in kept if one.child.exit_code is None])

    def _await_end(self, children: list[Child]) -> bool:
        """Wait for each within its limit; whether we were asked again and must not wait."""
        begun = time.monotonic()
        while waiting := [
            child.program.stop_seconds - (time.monotonic() - begun)
            for child in children
            if child.exit_code is None
        ]:
            if max(waiting) <= 0:
                return False
            if self._signals.stop_requested(min(max(waiting), IDLE_SECONDS)):
                return True
        return False
