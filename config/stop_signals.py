"""Signals as something to wait for, in the one thread of a keeper of processes."""

import signal
import socket
from typing import Self

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequestedError(Exception):
    """Somebody asked us to end: Ctrl-C, a signal, or the terminal went away."""


class Signals:
    """SIGINT, SIGTERM, SIGHUP and SIGCHLD as something to wait for."""

    def __enter__(self) -> Self:
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._previous_descriptor = signal.set_wakeup_fd(self._write.fileno())
        # One that is ignored stays so: nohup, or a background job of a script.
        self._previous = {
            number: signal.signal(number, lambda *_: None)
            for number in (*STOP_SIGNALS, signal.SIGCHLD)
            if number == signal.SIGCHLD or signal.getsignal(number) != signal.SIG_IGN
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_descriptor)
        self._read.close()
        self._write.close()

    def stop_requested(self, seconds: float) -> bool:
        """Wait for any of the signals, at most so long; whether one asks us to stop."""
        self._read.settimeout(max(seconds, 0.001))
        try:
            return any(number in STOP_SIGNALS for number in self._read.recv(4096))
        except TimeoutError:
            return False
