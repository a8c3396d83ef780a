"""Waking a thread that waits in a selector."""

import socket
import threading


class Wakeup:
    """A socket pair that becomes readable when another thread calls `set`."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._lock = threading.Lock()
        self._is_set = False
        self._closed = False

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._reader.fileno()

    def set(self) -> None:
        """Wake the waiting thread; cheap when it is woken already, harmless after `close`."""
        if self._is_set:
            return
        with self._lock:
            if not (self._is_set or self._closed):
                self._is_set = True
                self._writer.send(b"\0")

    def drain(self) -> None:
        """Be ready to be woken again. Look for work only after this.

        The socket is emptied before the flag is cleared: the other way round a `set` in between
        would have its octet eaten while its flag stays, and nobody could wake the thread again.
        """
        try:
            self._reader.recv(64)
        except BlockingIOError:
            return
        self._is_set = False

    def close(self) -> None:
        """Release the sockets."""
        with self._lock:
            self._closed = True
            self._reader.close()
            self._writer.close()
