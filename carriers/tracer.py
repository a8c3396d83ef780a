"""The thread that writes down what a worker's sessions show: PDUs of traces, unknown words.

It looks once a second and touches links only where somebody asked for a trace.
"""

import threading
from dataclasses import dataclass

import psycopg
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from carriers.services.traces import trace_write, traces_running
from carriers.services.words import words_write
from carriers.smpp.link import Link, live_links
from carriers.smpp.tap import Tap
from config.common import logs

log = logs.get_logger(__name__)

_PASS_SECONDS = 1.0


@dataclass(slots=True)
class _Open:
    """A trace that this worker writes."""

    trace_id: int
    link: Link
    tap: Tap


class Tracer(threading.Thread):
    """One per worker process; `stop` writes what is left and ends."""

    def __init__(self) -> None:
        super().__init__(name="bind tracer", daemon=True)
        self._stopping = threading.Event()
        self._open: dict[int, _Open] = {}

    def run(self) -> None:
        while not self._stopping.wait(_PASS_SECONDS):
            self._guarded()
        self._guarded()
        connection.close()

    def stop(self) -> None:
        """Asks to end; join to wait for it."""
        self._stopping.set()

    def _guarded(self) -> None:
        try:
            close_old_connections()
            self.look()
        except (DatabaseError, psycopg.Error) as error:
            log.warning("bind tracer: database lost", extra={"error": str(error)[:200]})
            connection.close()
        except Exception:  # a trace must never cost a worker anything else
            log.exception("bind tracer fault")
            connection.close()

    def look(self) -> None:
        """One pass: write what came, open what is asked for, close what has ended."""
        words_write()
        links = live_links()
        if not (links or self._open):
            return
        for bind_id in list(self._open):
            self._write(bind_id)
        running = traces_running(list(links)) if links else {}
        for bind_id, one in list(self._open.items()):
            trace_id, _left = running.get(bind_id, (0, 0))
            if trace_id != one.trace_id or links.get(bind_id) is not one.link:
                self._close(bind_id)
        for bind_id, (trace_id, left) in running.items():
            if bind_id not in self._open and left > 0:
                self._open[bind_id] = _Open(trace_id, links[bind_id], Tap(left))
                links[bind_id].tap(self._open[bind_id].tap)

    def _write(self, bind_id: int) -> None:
        one = self._open[bind_id]
        if not _written(one) or one.tap.is_full:
            self._close(bind_id)

    def _close(self, bind_id: int) -> None:
        one = self._open.pop(bind_id)
        one.link.tap(None)
        _written(one)


def _written(one: _Open) -> bool:
    """Store what came; False where the trace has ended meanwhile."""
    pdus = one.tap.drain()
    if not pdus:
        return True
    skipped, one.tap.skipped = one.tap.skipped, 0
    return trace_write(trace_id=one.trace_id, pdus=pdus, skipped=skipped)
