"""The right to a bind for the length of a test, by the same leases that workers have.

While a test holds it, no worker binds; a bind that a worker holds is disconnected first where
the operator said so, and connected again afterwards.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from django.utils.translation import gettext as _

from carriers.models import Bind, BindProbe
from carriers.probe.values import Plan
from carriers.services.binds import bind_switch
from carriers.services.leases import lease_release, lease_take, leases_renew, leases_seen
from config.common import clock
from config.common.errors import ConflictError

_RENEW_SECONDS = 2.0
_FREE_SECONDS = 30.0
_LOOK_SECONDS = 0.5
_pause = Event().wait


class LostError(Exception):
    """The lease ended, or somebody canceled the test."""


@contextmanager
def hold(probe: BindProbe, plan: Plan) -> Iterator[Callable[[], None]]:
    """Gives what the test calls as it goes: it keeps the lease and says when to end.

    Raises ConflictError where a worker holds the bind and the plan neither disconnects it nor
    asks for a second session beside it.
    """
    if plan.is_second_session:
        yield _Beat(probe.pk, {})
        return
    was_enabled = probe.bind.is_enabled
    held = _held_by(probe.bind_id)
    if held is not None and not plan.disables:
        raise ConflictError("bind_held", _held_text(probe.bind, held))
    switched = held is not None and was_enabled
    if switched:
        bind_switch(probe.bind, is_enabled=False, actor=probe.started_by)
    try:
        epoch = _taken(probe)
        try:
            yield _Beat(probe.pk, {probe.bind_id: epoch})
        finally:
            lease_release(bind_id=probe.bind_id, epoch=epoch)
    finally:
        if switched:
            bind_switch(probe.bind, is_enabled=True, actor=probe.started_by)


def holder_of(bind: Bind) -> str:
    """Who holds the bind now; "" where nobody does."""
    return _held_by(bind.pk) or ""


def _held_by(bind_id: int) -> str | None:
    for lease in leases_seen():
        if lease.bind_id == bind_id:
            return None if lease.expires_at is None else lease.holder
    return None


def _held_text(bind: Bind, holder: str) -> str:
    return _(
        "“%(bind)s” is held by %(holder)s. Let the test disconnect it first, or use a second"
        " session where the SMSC grants one."
    ) % {"bind": bind, "holder": holder}


def _taken(probe: BindProbe) -> int:
    """The epoch of the lease; waits for a worker that drains."""
    ends = time.monotonic() + _FREE_SECONDS
    while True:
        seen = next((one for one in leases_seen() if one.bind_id == probe.bind_id), None)
        if seen is not None and seen.expires_at is None:
            name = f"bind test pid {os.getpid()}"
            lease = lease_take(seen=seen, holder=name, host=socket.gethostname()[:120])
            if lease is not None:
                return lease.epoch
        if time.monotonic() >= ends:
            holder = seen.holder if seen else ""
            raise ConflictError("bind_held", _held_text(probe.bind, holder))
        _pause(_LOOK_SECONDS)


class _Beat:
    """Called many times a second; acts every other second."""

    def __init__(self, probe_id: int, leases: dict[int, int]) -> None:
        self._probe_id, self._leases = probe_id, leases
        self._next = time.monotonic() + _RENEW_SECONDS

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _RENEW_SECONDS
        if self._leases and not leases_renew(self._leases):
            raise LostError(_("The lease of the bind was lost."))
        alive = BindProbe.objects.filter(pk=self._probe_id, state=BindProbe.State.RUNNING).update(
            heard_at=clock.now()
        )
        if not alive:
            raise LostError(_("The test was canceled."))
